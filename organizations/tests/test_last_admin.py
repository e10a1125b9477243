"""R-8 under concurrent requests: an active Admin remains, even if two Admins act on each other."""

import pytest

from base.policies import Refused
from organizations import services
from organizations.models import GroupMembership, GroupRole, Membership, Status
from organizations.queries import admin_exists
from teamadmin.testing.cast import add_member, add_user, role_named
from teamadmin.testing.parallel import on_postgresql, run_in_parallel

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


def check_results(cast, results) -> None:
    assert admin_exists(cast.acme)
    unexpected = [result for result in results if isinstance(result, Exception) and not _is_expected(result)]
    assert not unexpected, unexpected


def _is_expected(result: Exception) -> bool:
    """A refusal, or a member who no longer exists."""
    return isinstance(result, Refused | Membership.DoesNotExist)


def act_on_each_other(cast, ann, actions) -> list:
    pairs = [(cast.olga.pk, ann.pk), (ann.pk, cast.olga.pk)]

    def act(number: int):
        actor, member = (Membership.objects.get(pk=key) for key in pairs[number % 2])
        return actions[number // 2 % len(actions)](actor, member)

    return run_in_parallel(50, act)


@pytest.mark.parametrize("actions", [[demote], [deactivate], [delete], [demote, deactivate, delete]])
def test_fifty_concurrent_requests_on_the_last_two_admins_leave_one(live_cast, ann, actions):
    results = act_on_each_other(live_cast, ann, actions)
    check_results(live_cast, results)
    admins = Membership.objects.filter(roles=role_named("admin"), organization=live_cast.acme, status=Status.ACTIVE)
    assert admins.count() == 1


def test_two_admins_who_demote_themselves_leave_one(live_cast, ann):
    def act(number: int):
        member = Membership.objects.get(pk=(live_cast.olga.pk, ann.pk)[number % 2])
        return demote(member, member)

    results = run_in_parallel(50, act)
    check_results(live_cast, results)
    assert sum(result is True for result in results) == 1


def test_a_group_admin_and_a_direct_admin_are_not_both_demoted(live_cast, ann):
    """One request removes Ann from the group that makes her an Admin, another demotes Olga. One of them is refused."""
    group = live_cast.groups["research"]
    services.set_member_roles(actor=live_cast.olga, member=ann, roles=[role_named("builder")])
    GroupRole.objects.create(organization=live_cast.acme, group=group, role=role_named("admin"))
    GroupMembership.objects.create(organization=live_cast.acme, group=group, membership=ann)

    def act(number: int):
        olga, member = (Membership.objects.get(pk=key) for key in (live_cast.olga.pk, ann.pk))
        if number % 2:
            return demote(olga, olga)
        return services.remove_from_group(actor=olga, group=group, members=[member])

    check_results(live_cast, run_in_parallel(20, act))


@pytest.mark.spec("U-8", "U-13")
def test_editing_during_deletion_leaves_nothing_behind(live_cast, ann):
    """Roles and groups change during the deletion. Each request succeeds or fails cleanly, and no rows are left."""
    group = live_cast.groups["research"]

    def act(number: int):
        actor = Membership.objects.get(pk=live_cast.olga.pk)
        if number == 5:
            return delete(actor, live_cast.bo)
        if number % 2:
            return services.set_member_roles(actor=actor, member=live_cast.bo, roles=[role_named("manager")])
        return services.add_to_group(actor=actor, group=group, members=[live_cast.bo])

    results = run_in_parallel(12, act)
    check_results(live_cast, results)
    assert not Membership.objects.filter(pk=live_cast.bo.pk).exists()
    assert not GroupMembership.objects.filter(membership_id=live_cast.bo.pk).exists()
