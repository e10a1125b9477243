"""Deletions and deactivations in two organizations at once: what happens to the user (U-13, U-10)."""

import pytest

from accounts.models import User
from invitations.services import Outcome, accept_as_user
from organizations import services
from organizations.models import Membership, Organization, Status
from teamadmin.testing.cast import add_member, add_user
from teamadmin.testing.parallel import on_postgresql, run_in_parallel

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not on_postgresql(), reason="SQLite has one writer"),
]
ROUNDS = pytest.mark.parametrize("round_", range(5))


@pytest.fixture
def shared(live_cast) -> tuple[Membership, Membership]:
    """The memberships of one user in two organizations."""
    user = add_user("both@x.example", "Both")
    return add_member(live_cast.acme, user, "builder"), add_member(live_cast.globex, user, "billing")


@ROUNDS
@pytest.mark.spec("U-13")
def test_two_organizations_that_delete_a_member_delete_the_user(live_cast, shared, round_):
    admins = live_cast.olga, live_cast.tess
    assert run_in_parallel(2, lambda n: services.delete_member(actor=admins[n], member=shared[n])) == [None, None]
    assert not User.objects.filter(pk=shared[0].user_id).exists()


@ROUNDS
@pytest.mark.spec("U-10", "U-11")
def test_two_organizations_that_deactivate_a_member_end_the_sessions(live_cast, shared, round_):
    Organization.objects.update(deactivate_shared=True)
    admins = live_cast.olga, live_cast.tess
    results = run_in_parallel(2, lambda n: services.deactivate_member(actor=admins[n], member=shared[n]))
    assert not any(isinstance(result, Exception) for result in results), results
    assert User.objects.get(pk=shared[0].user_id).sessions_version == 1


@ROUNDS
@pytest.mark.spec("U-13", "J-3", "A-5")
def test_deleting_a_member_who_joins_another_organization(live_cast, round_):
    """The user remains if they joined the other organization; otherwise its invitation is pending. No request fails."""
    invitation = live_cast.invite(live_cast.tess, role="billing", people=[("New", "One", "new@x.example")])[0]
    member = add_member(live_cast.acme, add_user("new@x.example", "New"), "builder")
    requests = (
        lambda: accept_as_user(invitation=invitation, user=member.user),
        lambda: services.delete_member(actor=live_cast.olga, member=member),
    )
    joined, left = run_in_parallel(2, lambda turn: requests[turn]())
    assert left is None and isinstance(joined, Outcome), (joined, left)
    status = Membership.objects.get(pk=invitation.membership_id).status
    user_exists = User.objects.filter(email="new@x.example").exists()
    assert (joined == Outcome.JOINED, status == Status.ACTIVE) == (user_exists, user_exists)
