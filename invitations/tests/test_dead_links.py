"""Links that open nothing: each has a page that says what to do (I-7)."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from invitations.links import token_of
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


def follow(client, token: str):
    return client.get(reverse("invitation", args=[token]), follow=True)


def expire(invitation: Invitation) -> None:
    member = Membership.objects.filter(pk=invitation.membership_id)
    member.update(invite_expires_at=timezone.now() - timedelta(seconds=1))


def asserts_closed(client, invitation, status: int, words: str) -> str:
    """The link and its button both answer with that status and those words; returns the page."""
    page = follow(client, token_of(invitation))
    assert (page.status_code, page["Referrer-Policy"]) == (status, "same-origin")
    assert words in page.content.decode()
    assert client.post(ACCEPT, {"password": NEW_PASSWORD}).status_code == status
    return page.content.decode()


@pytest.mark.spec("I-7")
def test_a_used_link_says_so(cast, invitation):
    client = cast.client()
    follow(client, token_of(invitation))
    client.post(ACCEPT, {"password": NEW_PASSWORD})
    page = asserts_closed(client, invitation, 410, "You have joined Acme")
    assert 'href="/o/acme/welcome/"' in page
    other = asserts_closed(cast.client(), invitation, 410, "This invitation has been used")
    assert "sign in to open Acme" in other


@pytest.mark.spec("I-7")
def test_a_withdrawn_link_says_so(cast, invitation):
    client = cast.client()
    follow(client, token_of(invitation))
    withdraw_invitation(actor=cast.olga, member=invitation.membership)
    page = asserts_closed(client, invitation, 410, "This invitation was withdrawn")
    assert "ask Olga Ivanova" in page
    assert not Membership.objects.filter(email_key="nadia@acme.example").exists()


@pytest.mark.spec("I-7", "I-3")
def test_a_replaced_link_points_to_the_newer_mail(cast, invitation):
    expire(invitation)
    old = token_of(invitation)
    resend_invitation(actor=cast.olga, member=invitation.membership)
    page = follow(cast.client(), old)
    assert page.status_code == 410
    assert "There is a newer link" in page.content.decode()
    assert follow(cast.client(), token_of(Invitation.objects.get())).status_code == 200


@pytest.mark.spec("I-1", "I-7")
def test_an_expired_link_tells_the_inviter_once(cast, invitation):
    client = cast.client()
    follow(client, token_of(invitation))
    expire(invitation)
    page = asserts_closed(client, invitation, 410, "This invitation has expired")
    assert "Ask for a new link" in page
    for _ in range(3):
        assert client.post(ASK)["Location"] == ACCEPT
    assert "Olga Ivanova was told" in client.get(ACCEPT).content.decode()
    assert OutgoingEmail.objects.filter(kind="invitations.link_request").count() == 1
    assert Entry.objects.filter(action="invitation.link_requested").count() == 1


@pytest.mark.spec("I-7")
def test_nobody_is_told_where_the_inviter_is_gone(cast, invitation):
    expire(invitation)
    Membership.objects.filter(pk=cast.olga.pk).update(status=Status.DEACTIVATED)
    client = cast.client()
    page = asserts_closed(client, invitation, 410, "This invitation has expired")
    assert "Ask an Admin of Acme" in page
    client.post(ASK)
    assert not OutgoingEmail.objects.filter(kind="invitations.link_request").exists()


@pytest.mark.spec("I-7")
def test_nobody_is_told_before_the_time_is_over(cast, invitation):
    client = cast.client()
    follow(client, token_of(invitation))
    client.post(ASK)
    assert client.get(ASK).status_code == 405
    assert not OutgoingEmail.objects.filter(kind="invitations.link_request").exists()


@pytest.mark.spec("I-6", "I-7")
def test_every_altered_letter_makes_it_unknown(cast, invitation):
    token = token_of(invitation)
    for place in range(len(token)):
        letter = "x" if token[place] != "x" else "y"
        assert cast.client().get(f"/invitations/{token[:place]}{letter}{token[place + 1 :]}/").status_code == 404


@pytest.mark.spec("I-6", "I-7")
@pytest.mark.parametrize("cut", [1, 20, 43, 44, 46, 60])
def test_a_truncated_link_is_unknown(cast, invitation, cut):
    page = follow(cast.client(), token_of(invitation)[:-cut])
    assert page.status_code == 404
    assert "This link is not complete" in page.content.decode()


@pytest.mark.spec("I-6", "I-7")
@pytest.mark.parametrize(
    "token",
    ["x", "...", "%00", "%ED%A0%80", "a" * 3000, "<script>alert(1)<", "..%2f..%2fetc", "0" * 32 + ".1." + "A" * 43],
)
def test_what_we_never_signed_is_unknown(cast, token):
    page = cast.client().get(f"/invitations/{token}/")
    assert page.status_code == 404
    assert "<script>alert" not in page.content.decode()


@pytest.mark.spec("I-6")
def test_parts_of_two_links_make_no_third(cast):
    first, second = cast.invite(people=[("A", "A", "a@acme.example"), ("B", "B", "b@acme.example")])
    a, b = token_of(first).split("."), token_of(second).split(".")
    for mixed in ([a[0], a[1], b[2]], [b[0], a[1], a[2]], [a[0], "2", a[2]]):
        assert cast.client().get(f"/invitations/{'.'.join(mixed)}/").status_code == 404


@pytest.mark.spec("I-6")
def test_an_altered_cookie_is_no_link(cast, invitation):
    client = cast.client()
    client.get(reverse("invitation", args=[token_of(invitation)]))
    client.cookies["invitation"] = token_of(invitation)
    assert client.get(ACCEPT).status_code == 404
    assert cast.client().get(ACCEPT).status_code == 404
    assert cast.client().post(ACCEPT, {"password": NEW_PASSWORD}).status_code == 404


@pytest.mark.spec("I-6")
def test_the_keys_can_be_rotated(cast, invitation, settings):
    token = token_of(invitation)
    settings.INVITATION_KEYS = ["a-new-key", *settings.INVITATION_KEYS]
    assert token_of(invitation) != token
    assert follow(cast.client(), token).status_code == 200
    settings.INVITATION_KEYS = ["a-new-key"]
    assert follow(cast.client(), token).status_code == 404


@pytest.mark.spec("I-6")
def test_no_token_reaches_the_log_or_the_audit(cast, invitation, caplog):
    client, token = cast.client(), token_of(invitation)
    client.get(f"/invitations/{token})/")
    follow(client, token)
    client.post(ACCEPT, {"password": NEW_PASSWORD})
    secret = token.rpartition(".")[2]
    assert secret not in caplog.text
    assert not any(secret in str(vars(entry)) for entry in Entry.objects.all())
    assert not any(secret in str(vars(row)) for row in OutgoingEmail.objects.all())


@pytest.mark.spec("I-7")
def test_a_refused_link_gives_the_reason(cast, invitation):
    cast.acme.allowed_email_domains = ["acme.test"]
    cast.acme.save()
    asserts_closed(cast.client(), invitation, 403, "Use an email address at acme.test.")
