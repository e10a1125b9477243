"""Sending, resending and withdrawing check the rules after getting their lock, and never deadlock."""

import threading

import pytest

from base.policies import Refused
from invitations.models import Invitation
from invitations.services import resend_invitation, retire_role, save_draft, send_batch, withdraw_invitation
from invitations.tests.wizard_helpers import personalize_form, url
from organizations.models import Membership, MembershipRole
from organizations.permissions import Permission as P
from organizations.queries import permissions_of_member
from organizations.services import lock_organization
from organizations.services.role_order import update_role_order
from teamadmin.testing.cast import add_member, add_role, add_user, role_named
from teamadmin.testing.parallel import on_postgresql, run_in_parallel, waiting, while_waiting
from teamadmin.testing.processes import wait_until

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not on_postgresql(), reason="SQLite has one writer"),
]


@pytest.fixture
def ann(live_cast):
    return add_member(live_cast.acme, add_user("ann@acme.example", "Ann"), "admin")


@pytest.mark.spec("R-6", "I-4", "U-14", "W-1")
@pytest.mark.parametrize("change", ["demoted", "deactivated"])
def test_actor_who_lost_permission_while_waiting_is_denied(live_cast, ann, change):
    pia, eve = (
        invitation.membership
        for invitation in live_cast.invite(people=[("Pia", "P", "pia@acme.example"), ("Eve", "E", "eve@acme.example")])
    )
    draft = live_cast.draft(ann, people=[("New", "N", "new@acme.example")])
    assert P.PEOPLE_ADMIN in permissions_of_member(ann)  # cached, as in every request
    changes = {
        "demoted": lambda: MembershipRole.objects.filter(membership=ann).update(role=role_named("operator")),
        "deactivated": lambda: Membership.objects.filter(pk=ann.pk).update(status="deactivated"),
    }
    results = while_waiting(
        lambda: lock_organization(live_cast.acme.pk),
        changes[change],
        lambda: send_batch(actor=ann, batch=draft, version=draft.version),
        lambda: resend_invitation(actor=ann, member=pia),
        lambda: withdraw_invitation(actor=ann, member=eve),
    )
    assert all(isinstance(result, Refused) for result in results), results
    assert Invitation.objects.filter(revoked_at=None).count() == 2


@pytest.mark.spec("R-7", "U-14")
def test_member_with_new_admin_role_is_not_withdrawn(live_cast):
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
def test_withdrawing_and_deleting_role_do_not_deadlock(live_cast, monkeypatch):
    """Deleting a role locks its links, then the members; withdrawing locks the member, then their links."""
    desk, pia = add_role(live_cast.acme, "Desk", P.PEOPLE_VIEW), live_cast.invite()[0].membership
    MembershipRole.objects.filter(membership=pia).update(role=desk)
    results: list = []

    def withdraw() -> None:
        results.extend(run_in_parallel(1, lambda _: withdraw_invitation(actor=live_cast.olga, member=pia)))

    other = threading.Thread(target=withdraw)

    def withdraw_meanwhile(organization, members) -> None:
        other.start()
        wait_until(lambda: waiting() == 1, 20)
        update_role_order(organization, members)

    monkeypatch.setattr("organizations.services.roles.update_role_order", withdraw_meanwhile)
    retire_role(actor=live_cast.olga, role=desk, replacement=role_named("operator"))
    other.join(30)
    assert results == [True]


@pytest.mark.spec("R-3", "W-11")
def test_sending_and_deleting_role_do_not_deadlock(live_cast):
    """Deleting a role locks the organization, then its drafts. Done must not lock the draft first."""
    desk = add_role(live_cast.acme, "Desk", P.WORKSPACE_VIEW)
    draft = live_cast.draft(live_cast.max)
    draft = save_draft(actor=live_cast.max, batch=draft, version=draft.version, role_ids=[str(desk.pk)])
    client, address, form = (
        live_cast.client("max"),
        url("user_add_personalize", draft),
        personalize_form(draft, "Hello"),
    )
    (response,) = while_waiting(
        lambda: lock_organization(live_cast.acme.pk),
        lambda: retire_role(actor=live_cast.olga, role=desk, replacement=role_named("operator")),
        lambda: client.post(address, form),
    )
    assert response.status_code == 409 and not Invitation.objects.exists()
