"""A password reset at a pending address sends the invitation again, and no one is told (I-11)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.emails import render_password_reset
from audit.models import Entry
from invitations.models import Invitation
from organizations.models import Membership, Status
from outbox.models import OutgoingEmail

pytestmark = [pytest.mark.django_db, pytest.mark.spec("I-11")]
NADIA = "nadia@acme.example"


def ask_for_reset(cast, email: str = NADIA) -> None:
    """Ask for a reset, and let the worker handle it."""
    response = cast.client().post("/accounts/password/reset/", {"email": email})
    assert (response.status_code, response["Location"]) == (302, "/accounts/password/reset/done/")
    row = OutgoingEmail.objects.filter(kind="accounts.password_reset").order_by("-id").first()
    assert row and render_password_reset(row) is None


def sends(invitation: Invitation) -> int:
    return Invitation.objects.get(pk=invitation.pk).sends


def test_the_invitation_is_sent_again(cast):
    invitation = cast.invite()[0]
    before = Membership.objects.get(pk=invitation.membership_id).invite_expires_at
    ask_for_reset(cast, " Nadia@Acme.example")
    assert sends(invitation) == 2
    assert OutgoingEmail.objects.filter(kind="invitations.invitation").count() == 2
    member = Membership.objects.get(pk=invitation.membership_id)
    assert (member.invite_expires_at, member.invited_by) == (before, cast.olga)
    entry = Entry.objects.get(action="invitation.requested")
    assert (entry.organization_id, entry.actor_id, entry.target_id) == (cast.acme.pk, member.pk, member.pk)


def test_every_organization_that_invited_them_sends_again(cast):
    first = cast.invite()[0]
    second = cast.invite(cast.tess, role="billing", people=[("Nadia", "P", NADIA)])[0]
    ask_for_reset(cast)
    assert (sends(first), sends(second)) == (2, 2)


def test_limits_on_emails_apply(cast):
    invitation = cast.invite()[0]
    for _request in range(5):
        ask_for_reset(cast)
    assert sends(invitation) == 4  # three an hour besides the first (I-5)


def test_an_expired_invitation_is_not_renewed_but_its_inviter_is_told_once(cast):
    invitation = cast.invite()[0]
    expired = timezone.now() - timedelta(days=1)
    Membership.objects.filter(pk=invitation.membership_id).update(invite_expires_at=expired)
    ask_for_reset(cast)
    ask_for_reset(cast)
    assert sends(invitation) == 1
    assert Membership.objects.get(pk=invitation.membership_id).invite_expires_at == expired
    assert OutgoingEmail.objects.filter(kind="invitations.link_request").count() == 1


def test_nothing_is_sent_where_the_inviter_could_not_invite_today(cast):
    invitation = cast.invite()[0]
    Membership.objects.filter(pk=cast.olga.pk).update(status=Status.DEACTIVATED)
    ask_for_reset(cast)
    assert sends(invitation) == 1


def test_unknown_addresses_and_those_who_joined_get_nothing(cast):
    invitation = cast.invite()[0]
    ask_for_reset(cast, "nobody@acme.example")
    assert sends(invitation) == 1
    cast.client().post("/accounts/password/reset/", {"email": "bo@acme.example"})
    row = OutgoingEmail.objects.filter(kind="accounts.password_reset").order_by("-id").first()
    assert render_password_reset(row).to == ["bo@acme.example"]
    assert sends(invitation) == 1
