"""Sending, sending again and withdrawing ask the rules when their turn comes, not when the request began."""

import threading

import pytest

from base.policies import Refused
from invitations.models import Invitation
from invitations.services import resend_invitation, retire_role, save_draft, send_batch, withdraw_invitation
from invitations.tests.wizardry import personal_form, url
from organizations.models import Membership, MembershipRole
from organizations.permissions import Permission as P
from organizations.queries import permissions_of_member
from organizations.services import lock_organization
from organizations.services.role_order import update_role_order
from teamadmin.testing.cast import add_member, add_role, add_user, role_named
from teamadmin.testing.parallel import at_once, on_postgresql, waiting, while_waiting
from teamadmin.testing.processes import wait_until

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not on_postgresql(), reason="SQLite has one writer"),
]


@pytest.fixture
def ann(live_cast):
    return add_member(live_cast.acme, add_user("ann@acme.example", "Ann"), "admin")


@pytest.mark.spec("R-6", "I-4", "U-14", "W-1")
@pytest.mark.parametrize("way", ["demoted", "deactivated"])
def test_who_lost_the_right_while_waiting_does_nothing(live_cast, ann, way):
    pia, eve = (
        invitation.membership
        for invitation in live_cast.invite(people=[("Pia", "P", "pia@acme.example"), ("Eve", "E", "eve@acme.example")])
    )
    draft = live_cast.draft(ann, people=[("New", "N", "new@acme.example")])
    assert P.PEOPLE_ADMIN in permissions_of_member(ann)  # known before, as to every request
    changes = {
        "demoted": lambda: MembershipRole.objects.filter(membership=ann).update(role=role_named("operator")),
        "deactivated": lambda: Membership.objects.filter(pk=ann.pk).update(status="deactivated"),
    }
    results = while_waiting(
        lambda: lock_organization(live_cast.acme.pk),
        changes[way],
        lambda: send_batch(actor=ann, batch=draft, version=draft.version),
        lambda: resend_invitation(actor=ann, member=pia),
        lambda: withdraw_invitation(actor=ann, member=eve),
    )
    assert all(isinstance(result, Refused) for result in results), results
    assert Invitation.objects.filter(revoked_at=None).count() == 2


@pytest.mark.spec("R-7", "U-14")
def test_who_is_offered_more_by_now_is_not_withdrawn(live_cast):
    remover = add_role(live_cast.acme, "Remover", P.PEOPLE_VIEW, P.PEOPLE_ADMIN)
    rex = add_member(live_cast.acme, add_user("rex@acme.example", "Rex"), remover)
    pia = live_cast.invite()[0].membership
    (result,) = while_waiting(
        lambda: lock_organization(live_cast.acme.pk),
        lambda: MembershipRole.objects.filter(membership=pia).update(role=role_named("admin")),
        lambda: withdraw_invitation(actor=rex, member=pia),
    )
    assert isinstance(result, Refused) and Membership.objects.filter(pk=pia.pk).exists()


@pytest.mark.spec("R-3", "U-14")
def test_withdrawing_and_deleting_the_role_never_wait_for_each_other(live_cast, monkeypatch):
    """Who deletes a role has its links, then the members' rows; who withdraws, the member's row, then their links."""
    desk, pia = add_role(live_cast.acme, "Desk", P.PEOPLE_VIEW), live_cast.invite()[0].membership
    MembershipRole.objects.filter(membership=pia).update(role=desk)
    results: list = []

    def withdraw() -> None:
        results.extend(at_once(1, lambda _: withdraw_invitation(actor=live_cast.olga, member=pia)))

    other = threading.Thread(target=withdraw)

    def in_between(organization, members) -> None:
        other.start()
        wait_until(lambda: waiting() == 1, 20)
        update_role_order(organization, members)

    monkeypatch.setattr("organizations.services.roles.update_role_order", in_between)
    retire_role(actor=live_cast.olga, role=desk, replacement=role_named("operator"))
    other.join(30)
    assert results == [True]


@pytest.mark.spec("R-3", "W-11")
def test_done_and_deleting_the_role_never_wait_for_each_other(live_cast):
    """Who deletes a role has the organization's row, then its drafts: Done must not have the draft's before."""
    desk = add_role(live_cast.acme, "Desk", P.WORKSPACE_VIEW)
    draft = live_cast.draft(live_cast.max)
    draft = save_draft(actor=live_cast.max, batch=draft, version=draft.version, role_ids=[str(desk.pk)])
    client, address, form = live_cast.client("max"), url("user_add_personalize", draft), personal_form(draft, "Hello")
    (answer,) = while_waiting(
        lambda: lock_organization(live_cast.acme.pk),
        lambda: retire_role(actor=live_cast.olga, role=desk, replacement=role_named("operator")),
        lambda: client.post(address, form),
    )
    assert answer.status_code == 409 and not Invitation.objects.exists()
