"""R-8 when many press at once: an active Admin is left, whatever they do: two Admins who go for each other."""

import pytest

from base.policies import Refused
from organizations import services
from organizations.models import GroupMembership, GroupRole, Membership, Status
from organizations.queries import admin_exists
from teamadmin.testing.cast import add_member, add_user, role_named
from teamadmin.testing.parallel import at_once, on_postgresql

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.spec("R-8")]


@pytest.fixture
def ann(live_cast):
    if not on_postgresql():
        pytest.skip("one writer")
    return add_member(live_cast.acme, add_user("ann@acme.example", "Ann"), "admin")


def demote(actor, member):
    return services.set_member_roles(actor=actor, member=member, roles=[role_named("builder")])


def deactivate(actor, member):
    return services.deactivate_member(actor=actor, member=member)


def delete(actor, member):
    return services.delete_member(actor=actor, member=member)


def check(cast, results) -> None:
    assert admin_exists(cast.acme)
    unexpected = [result for result in results if isinstance(result, Exception) and not _plain(result)]
    assert not unexpected, unexpected


def _plain(result: Exception) -> bool:
    """A refusal with words, or somebody who is gone by now: nothing that would be a fault."""
    return isinstance(result, Refused | Membership.DoesNotExist)


def both_ways(cast, ann, acts) -> list:
    pairs = [(cast.olga.pk, ann.pk), (ann.pk, cast.olga.pk)]

    def press(number: int):
        actor, member = (Membership.objects.get(pk=key) for key in pairs[number % 2])
        return acts[number // 2 % len(acts)](actor, member)

    return at_once(50, press)


@pytest.mark.parametrize("acts", [[demote], [deactivate], [delete], [demote, deactivate, delete]])
def test_fifty_presses_on_the_last_two_admins_leave_one(live_cast, ann, acts):
    results = both_ways(live_cast, ann, acts)
    check(live_cast, results)
    admins = Membership.objects.filter(roles=role_named("admin"), organization=live_cast.acme, status=Status.ACTIVE)
    assert admins.count() == 1


def test_demoting_oneself_fifty_times_leaves_one(live_cast, ann):
    def press(number: int):
        member = Membership.objects.get(pk=(live_cast.olga.pk, ann.pk)[number % 2])
        return demote(member, member)

    results = at_once(50, press)
    check(live_cast, results)
    assert sum(result is True for result in results) == 1


def test_admins_through_a_group_and_directly_do_not_go_together(live_cast, ann):
    """One request empties the group that makes Ann an Admin, another demotes Olga: one of them is too late."""
    group = live_cast.groups["research"]
    services.set_member_roles(actor=live_cast.olga, member=ann, roles=[role_named("builder")])
    GroupRole.objects.create(organization=live_cast.acme, group=group, role=role_named("admin"))
    GroupMembership.objects.create(organization=live_cast.acme, group=group, membership=ann)

    def press(number: int):
        olga, member = (Membership.objects.get(pk=key) for key in (live_cast.olga.pk, ann.pk))
        if number % 2:
            return demote(olga, olga)
        return services.remove_from_group(actor=olga, group=group, members=[member])

    check(live_cast, at_once(20, press))


@pytest.mark.spec("U-8", "U-13")
def test_editing_against_deleting_has_one_winner(live_cast, ann):
    """Roles and groups change while somebody deletes the member: done or gone, and nothing of them is left behind."""
    group = live_cast.groups["research"]

    def press(number: int):
        actor = Membership.objects.get(pk=live_cast.olga.pk)
        if number == 5:
            return delete(actor, live_cast.bo)
        if number % 2:
            return services.set_member_roles(actor=actor, member=live_cast.bo, roles=[role_named("manager")])
        return services.add_to_group(actor=actor, group=group, members=[live_cast.bo])

    results = at_once(12, press)
    check(live_cast, results)
    assert not Membership.objects.filter(pk=live_cast.bo.pk).exists()
    assert not GroupMembership.objects.filter(membership_id=live_cast.bo.pk).exists()
