"""Concurrent edits of a member, and edits during a deletion or acceptance, on PostgreSQL with threads (U-8, R-8)."""

import pytest

from base.policies import Refused
from organizations.models import Group, Membership, Status
from organizations.queries import direct_roles_of, member_in, profile_of
from organizations.services import Edit, EditConflict, activate_member, delete_member, edit_member
from teamadmin.testing.cast import add_member, add_user, role_named
from teamadmin.testing.parallel import on_postgresql, run_in_parallel

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not on_postgresql(), reason="SQLite has one writer"),
]
MANY = 20


def reload(member: Membership) -> Membership:
    found = member_in(member.organization, member.pk)
    assert found
    return found


@pytest.mark.spec("U-8")
def test_twenty_concurrent_edits_lose_nothing(live_cast):
    groups = [Group(organization=live_cast.acme, name=f"Team {number}").prepare() for number in range(MANY)]
    Group.objects.bulk_create(groups)

    def run(number: int) -> int:
        tries, seen = 0, profile_of(live_cast.bo)
        while True:
            tries += 1
            try:
                change = Edit(join=frozenset({groups[number].pk}))
                edit_member(actor=live_cast.olga, member=live_cast.bo, seen=seen, edit=change)
                return tries
            except EditConflict as conflict:
                seen = conflict.now

    tries = run_in_parallel(MANY, run)
    assert all(isinstance(count, int) for count in tries), tries
    assert profile_of(live_cast.bo).groups == {group.pk for group in [*groups, live_cast.groups["marketing"]]}


@pytest.mark.spec("U-8")
def test_of_edits_of_the_same_profile_one_succeeds_and_the_others_conflict(live_cast):
    seen = profile_of(live_cast.bo)

    def run(number: int) -> str:
        change = Edit(name=("Bo", f"Number{number}"))
        edit_member(actor=(live_cast.olga, live_cast.max)[number % 2], member=live_cast.bo, seen=seen, edit=change)
        return f"Number{number}"

    results = run_in_parallel(MANY, run)
    won = [result for result in results if isinstance(result, str)]
    assert len(won) == 1 and reload(live_cast.bo).last_name == won[0]
    assert all(isinstance(result, str | EditConflict) for result in results)


@pytest.mark.spec("U-8", "U-13")
def test_editing_during_deletion(live_cast):
    for number in range(4):
        member = add_member(live_cast.acme, add_user(f"gone{number}@acme.example", "Gone"), "builder")
        seen = profile_of(member)

        def run(turn: int, member=member, seen=seen) -> str:
            if turn:
                delete_member(actor=live_cast.olga, member=member)
                return "deleted"
            change = Edit(
                roles=frozenset({role_named("manager").pk}), join=frozenset({live_cast.groups["research"].pk})
            )
            edit_member(actor=live_cast.olga, member=member, seen=seen, edit=change)
            return "edited"

        edited, deleted = run_in_parallel(2, run)
        assert deleted == "deleted" and (edited == "edited" or isinstance(edited, Membership.DoesNotExist))
        assert member_in(live_cast.acme, member.pk) is None


@pytest.mark.spec("U-8", "J-3")
def test_editing_during_acceptance(live_cast):
    for number in range(4):
        email = f"new{number}@acme.example"
        member = live_cast.invite(people=[("New", "Person", email)])[0].membership
        seen, user = profile_of(member), add_user(email)

        def run(turn: int, member=member, seen=seen, user=user) -> str:
            if turn:
                return "joined" if activate_member(member=member, user=user) else "late"
            change = Edit(name=("Newer", "Person"), roles=frozenset({role_named("operator").pk}))
            edit_member(actor=live_cast.olga, member=member, seen=seen, edit=change)
            return "edited"

        assert run_in_parallel(2, run) == ["edited", "joined"]
        now = reload(member)
        assert (now.status, now.user, now.name) == (Status.ACTIVE, user, "Newer Person")
        assert [role.key for role in direct_roles_of(now)] == ["operator"]


@pytest.mark.spec("R-8")
def test_of_two_admins_who_demote_each_other_one_remains(live_cast):
    other = add_member(live_cast.acme, add_user("ann@acme.example", "Ann"), "admin")
    pair = (live_cast.olga, other)
    seen = [profile_of(member) for member in pair]
    change = Edit(roles=frozenset({role_named("builder").pk}))
    results = run_in_parallel(
        2, lambda turn: edit_member(actor=pair[turn], member=pair[1 - turn], seen=seen[1 - turn], edit=change)
    )
    assert sum(isinstance(result, Refused) for result in results) == 1, results
    assert sorted(role.key for member in pair for role in direct_roles_of(reload(member))) == ["admin", "builder"]
