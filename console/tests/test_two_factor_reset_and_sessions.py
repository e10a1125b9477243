"""Resetting a member's second factor (U-9) and logging them out (S-5) from the Users page."""

import pytest
from django.test import Client

from accounts.models import AuthenticatorApp, Session, User
from audit.models import Entry
from console.tests.people import USERS
from organizations.models import Membership
from outbox.models import OutgoingEmail
from teamadmin.testing.cast import PASSWORD, add_member
from teamadmin.testing.html import text_of
from teamadmin.testing.two_factor import add_authenticator, code_of

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def url(member: Membership, noun: str) -> str:
    return f"{USERS}{member.pk}/{noun}/"


def sign_in(user: User) -> Client:
    client = Client(headers={"user-agent": "Mozilla/5.0 (X11; Linux) Firefox/140.0"})
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    if app := AuthenticatorApp.objects.filter(user=user).first():
        client.post("/accounts/two-factor/verify/", {"code": code_of(app)})
    client.get("/o/acme/")  # an Admin sees the sessions in which the organization was opened
    return client


@pytest.fixture
def bo(cast) -> Membership:
    """With an authenticator app."""
    add_authenticator(cast.bo.user)
    return cast.bo


@pytest.mark.spec("U-9", "U-18")
def test_reset_shows_the_consequences_and_resets(cast, bo):
    signed_in, olga = cast.client("bo"), cast.client("olga")
    confirmation = text_of(olga.get(url(bo, "two-factor-reset")))
    for text in (
        "Reset 2FA for Bo Lindqvist?", "Bo Lindqvist can sign in with only a password until they set up 2FA again.",
        "Removed Authenticator app",
        "Make sure the request really comes from Bo Lindqvist", "Signed out of 1 session",
        "bo@acme.example, with who reset it and when",
    ):  # fmt: skip
        assert text in confirmation
    response = olga.post(url(bo, "two-factor-reset"), {"seen": "active"}, headers=HTMX)
    assert response.status_code == 200 and "2FA was reset for Bo Lindqvist." in response.content.decode()
    assert f'id="user-{bo.pk}"' in response.content.decode()
    assert not AuthenticatorApp.objects.exists() and not Membership.objects.get(pk=bo.pk).two_factor
    assert signed_in.get("/o/acme/").status_code == 302
    assert OutgoingEmail.objects.filter(kind="accounts.two_factor_reset").count() == 1
    assert Entry.objects.filter(action="two_factor.reset", actor_id=cast.olga.pk, target_id=bo.pk).count() == 1


@pytest.mark.spec("U-9")
def test_without_a_second_factor_there_is_nothing_to_reset(cast):
    for method in ("get", "post"):
        response = getattr(cast.client("olga"), method)(url(cast.bo, "two-factor-reset"))
        assert response.status_code == 403
        assert "Bo Lindqvist hasn’t set up multi-factor authentication." in text_of(response)
    assert not OutgoingEmail.objects.exists()


@pytest.mark.spec("U-9", "R-4")
def test_only_admins_can_reset(cast, bo):
    for name in ("max", "opal"):
        assert cast.client(name).post(url(bo, "two-factor-reset")).status_code == 403
    # The permission's label says this, where people edit a role or are refused.
    for noun in ("two-factor-reset", "sessions"):
        response = cast.client("max").get(url(bo, noun))
        assert "“Reset 2FA, log out, deactivate and delete people”" in text_of(response)
    assert cast.client("tess").post(url(bo, "two-factor-reset")).status_code == 404
    assert AuthenticatorApp.objects.exists()


@pytest.mark.spec("U-9", "A-5")
def test_an_organization_cannot_weaken_anothers_sign_in(cast, bo):
    add_member(cast.globex, bo.user, "billing")
    response = cast.client("olga").post(url(bo, "two-factor-reset"))
    assert response.status_code == 403 and "so you can’t reset their 2FA" in text_of(response)
    assert AuthenticatorApp.objects.exists() and Membership.objects.get(pk=bo.pk).two_factor
    entry = cast.client("olga").get(url(bo, "menu"), headers=HTMX).content.decode()
    assert 'aria-disabled="true"' in entry and "so you can’t reset their 2FA" in entry


@pytest.mark.spec("S-5", "U-7")
def test_log_out_lists_and_ends_the_sessions(cast):
    clients, olga = [cast.client("bo") for _ in range(2)], cast.client("olga")
    Session.objects.filter(user=cast.bo.user).update(user_agent="Firefox/120 (Linux)", ip="127.0.0.1")
    confirmation = text_of(olga.get(url(cast.bo, "sessions")))
    assert "Log out Bo Lindqvist everywhere?" in confirmation and "2 sessions end immediately." in confirmation
    assert confirmation.count("Firefox on Linux 127.0.0.1 (Local network), signed in") == 2
    response = olga.post(url(cast.bo, "sessions"), {"seen": "active"}, headers=HTMX)
    assert "Bo Lindqvist was logged out everywhere." in response.content.decode()
    assert [client.get("/o/acme/").status_code for client in clients] == [302, 302]
    assert "Bo Lindqvist isn’t signed in anywhere." in text_of(olga.get(url(cast.bo, "sessions")))
    assert cast.client("bo").get("/o/acme/").status_code == 200
    assert Entry.objects.filter(action="sessions.ended", target_id=cast.bo.pk).count() == 1


@pytest.mark.spec("S-5")
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_users_who_log_themselves_out_sign_in_again(cast, headers):
    olga, other = cast.client("olga"), sign_in(cast.olga.user)
    assert "This browser is logged out too" in text_of(olga.get(url(cast.olga, "sessions")))
    response = olga.post(url(cast.olga, "sessions"), headers=headers)
    assert response.get("HX-Redirect", response.get("Location")) == USERS
    assert [client.get(USERS).status_code for client in (olga, other)] == [302, 302]


@pytest.mark.spec("S-5")
def test_only_active_members_can_be_logged_out(cast):
    nadia = cast.invite()[0].membership
    Membership.objects.filter(pk=cast.opal.pk).update(status="deactivated")
    for member in (nadia, cast.opal):
        response = cast.client("olga").post(url(member, "sessions"))
        assert response.status_code == 403 and "isn’t active" in text_of(response)
