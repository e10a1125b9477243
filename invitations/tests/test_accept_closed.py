"""Pages of links that can't be accepted: each says what to do (I-7)."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from invitations.links import make_token
from invitations.models import Invitation
from invitations.services import resend_invitation, withdraw_invitation
from organizations.models import Membership, Status
from outbox.models import OutgoingEmail

ACCEPT = "/invitations/accept/"
ASK = "/invitations/accept/new-link/"
NEW_PASSWORD = "a-long-walk-by-the-sea"


@pytest.fixture
def invitation(cast) -> Invitation:
    return cast.invite()[0]


def open_link(client, token: str):
    return client.get(reverse("invitation", args=[token]), follow=True)


def expire(invitation: Invitation) -> None:
    member = Membership.objects.filter(pk=invitation.membership_id)
    member.update(invite_expires_at=timezone.now() - timedelta(seconds=1))


def assert_closed(client, invitation, status: int, message: str) -> str:
    """Check the status and message of the link, and the status of accepting. Return the page."""
    page = open_link(client, make_token(invitation))
    assert (page.status_code, page["Referrer-Policy"]) == (status, "same-origin")
    assert message in page.content.decode()
    assert client.post(ACCEPT, {"password": NEW_PASSWORD}).status_code == status
    return page.content.decode()


@pytest.mark.spec("I-7")
def test_used_link_shows_explanation(cast, invitation):
    client = cast.client()
    open_link(client, make_token(invitation))
    client.post(ACCEPT, {"password": NEW_PASSWORD})
    page = assert_closed(client, invitation, 410, "You’ve joined Acme")
    assert 'href="/o/acme/welcome/"' in page
    other = assert_closed(cast.client(), invitation, 410, "This invitation has already been used")
    assert "sign in to open Acme" in other


@pytest.mark.spec("I-7")
def test_withdrawn_link_shows_explanation(cast, invitation):
    client = cast.client()
    open_link(client, make_token(invitation))
    withdraw_invitation(actor=cast.olga, member=invitation.membership)
    page = assert_closed(client, invitation, 410, "This invitation was withdrawn")
    assert "ask Olga Ivanova" in page
    assert not Membership.objects.filter(email_key="nadia@acme.example").exists()


@pytest.mark.spec("I-7", "I-3")
def test_replaced_link_points_to_newer_email(cast, invitation):
    expire(invitation)
    old = make_token(invitation)
    resend_invitation(actor=cast.olga, member=invitation.membership)
    page = open_link(cast.client(), old)
    assert page.status_code == 410
    assert "There’s a newer link" in page.content.decode()
    assert open_link(cast.client(), make_token(Invitation.objects.get())).status_code == 200


@pytest.mark.spec("I-1")
@pytest.mark.parametrize("days, period", [(14, "14 days"), (1, "1 day")])
def test_the_page_of_an_expired_link_says_for_how_long_links_are_valid(cast, invitation, settings, days, period):
    settings.INVITATION_DAYS = days
    expire(invitation)
    assert_closed(cast.client(), invitation, 410, f"Links are valid for {period}. Yours expired on")


@pytest.mark.spec("I-1", "I-7")
def test_request_for_new_link_emails_inviter_once(cast, invitation):
    client = cast.client()
    open_link(client, make_token(invitation))
    expire(invitation)
    page = assert_closed(client, invitation, 410, "This invitation has expired")
    assert "Ask for a new link" in page
    for _ in range(3):
        assert client.post(ASK)["Location"] == ACCEPT
    assert "We’ve told Olga Ivanova" in client.get(ACCEPT).content.decode()
    assert OutgoingEmail.objects.filter(kind="invitations.link_request").count() == 1
    assert Entry.objects.filter(action="invitation.link_requested").count() == 1


@pytest.mark.spec("I-7")
def test_new_link_cannot_be_requested_from_deactivated_inviter(cast, invitation):
    expire(invitation)
    Membership.objects.filter(pk=cast.olga.pk).update(status=Status.DEACTIVATED)
    client = cast.client()
    page = assert_closed(client, invitation, 410, "This invitation has expired")
    assert "Ask an Admin of Acme" in page
    client.post(ASK)
    assert not OutgoingEmail.objects.filter(kind="invitations.link_request").exists()


@pytest.mark.spec("I-7")
def test_new_link_cannot_be_requested_before_expiry(cast, invitation):
    client = cast.client()
    open_link(client, make_token(invitation))
    client.post(ASK)
    assert client.get(ASK).status_code == 405
    assert not OutgoingEmail.objects.filter(kind="invitations.link_request").exists()


@pytest.mark.spec("I-6", "I-7")
def test_altered_link_is_unknown(cast, invitation):
    token = make_token(invitation)
    for place in range(len(token)):
        letter = "x" if token[place] != "x" else "y"
        client = cast.client(REMOTE_ADDR=f"198.51.100.{place}")  # invalid links are limited by address
        assert client.get(f"/invitations/{token[:place]}{letter}{token[place + 1 :]}/").status_code == 404


@pytest.mark.spec("I-6", "I-7")
@pytest.mark.parametrize("cut", [1, 20, 43, 44, 46, 60])
def test_truncated_link_is_unknown(cast, invitation, cut):
    page = open_link(cast.client(), make_token(invitation)[:-cut])
    assert page.status_code == 404
    assert "This link is incomplete" in page.content.decode()


@pytest.mark.spec("I-6", "I-7")
@pytest.mark.parametrize(
    "token",
    ["x", "...", "%00", "%ED%A0%80", "a" * 3000, "<script>alert(1)<", "..%2f..%2fetc", "0" * 32 + ".1." + "A" * 43],
)
def test_unsigned_link_is_unknown(cast, token):
    page = cast.client().get(f"/invitations/{token}/")
    assert page.status_code == 404
    assert "<script>alert" not in page.content.decode()


@pytest.mark.spec("I-6")
def test_parts_of_two_links_are_not_a_valid_link(cast):
    first, second = cast.invite(people=[("A", "A", "a@acme.example"), ("B", "B", "b@acme.example")])
    a, b = make_token(first).split("."), make_token(second).split(".")
    for mixed in ([a[0], a[1], b[2]], [b[0], a[1], a[2]], [a[0], "2", a[2]]):
        assert cast.client().get(f"/invitations/{'.'.join(mixed)}/").status_code == 404


@pytest.mark.spec("I-6")
def test_unsigned_cookie_is_rejected(cast, invitation):
    client = cast.client()
    client.get(reverse("invitation", args=[make_token(invitation)]))
    client.cookies[settings.INVITATION_COOKIE_NAME] = make_token(invitation)
    assert client.get(ACCEPT).status_code == 404
    assert cast.client().get(ACCEPT).status_code == 404
    assert cast.client().post(ACCEPT, {"password": NEW_PASSWORD}).status_code == 404


@pytest.mark.spec("I-6")
def test_signing_keys_can_be_rotated(cast, invitation, settings):
    token = make_token(invitation)
    settings.INVITATION_KEYS = ["a-new-key", *settings.INVITATION_KEYS]
    assert make_token(invitation) != token
    assert open_link(cast.client(), token).status_code == 200
    settings.INVITATION_KEYS = ["a-new-key"]
    assert open_link(cast.client(), token).status_code == 404


@pytest.mark.spec("I-6")
def test_token_is_not_in_logs_or_audit_entries(cast, invitation, caplog):
    client, token = cast.client(), make_token(invitation)
    client.get(f"/invitations/{token})/")
    open_link(client, token)
    client.post(ACCEPT, {"password": NEW_PASSWORD})
    secret = token.rpartition(".")[2]
    assert secret not in caplog.text
    assert not any(secret in str(vars(entry)) for entry in Entry.objects.all())
    assert not any(secret in str(vars(row)) for row in OutgoingEmail.objects.all())


@pytest.mark.spec("I-7")
def test_denied_invitation_shows_reason(cast, invitation):
    cast.acme.allowed_email_domains = ["acme.test"]
    cast.acme.save()
    assert_closed(cast.client(), invitation, 403, "Use an email address at acme.test.")
