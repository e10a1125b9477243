"""Resetting a member's second factor (U-9) and logging them out (S-5) from the Users page."""

import pytest
from django.test import Client
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import User
from accounts.services import notify_two_factor_listeners
from audit.models import Entry
from console.tests.people import USERS, words
from organizations.models import Membership
from outbox.models import OutgoingEmail
from teamadmin.testing.cast import PASSWORD, add_member

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def url(member: Membership, noun: str) -> str:
    return f"{USERS}{member.pk}/{noun}/"


def sign_in(user: User) -> Client:
    client = Client(headers={"user-agent": "Mozilla/5.0 (X11; Linux) Firefox/140.0"})
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    return client


@pytest.fixture
def bo(cast) -> Membership:
    """With an authenticator app."""
    TOTPDevice.objects.create(user=cast.bo.user, name="App")
    notify_two_factor_listeners(user=cast.bo.user)
    return cast.bo


@pytest.mark.spec("U-9", "U-18")
def test_reset_shows_the_consequences_and_resets(cast, bo):
    signed_in, olga = sign_in(bo.user), cast.client("olga")
    asked = words(olga.get(url(bo, "two-factor-reset")))
    for text in (
        "Reset 2FA for Bo Lindqvist?", "Their authenticator app and backup codes stop working.",
        "Make sure the request really comes from Bo Lindqvist", "Signed out of 1 session",
        "We email bo@acme.example with who reset it and when",
    ):  # fmt: skip
        assert text in asked
    answer = olga.post(url(bo, "two-factor-reset"), {"seen": "active"}, headers=HTMX)
    assert answer.status_code == 200 and "2FA was reset for Bo Lindqvist." in answer.content.decode()
    assert f'id="user-{bo.pk}"' in answer.content.decode()
    assert not TOTPDevice.objects.exists() and not Membership.objects.get(pk=bo.pk).two_factor
    assert signed_in.get("/o/acme/").status_code == 302
    assert OutgoingEmail.objects.filter(kind="accounts.two_factor_reset").count() == 1
    assert Entry.objects.filter(action="two_factor.reset", actor_id=cast.olga.pk, target_id=bo.pk).count() == 1


@pytest.mark.spec("U-9")
def test_without_a_second_factor_there_is_nothing_to_reset(cast):
    for method in ("get", "post"):
        answer = getattr(cast.client("olga"), method)(url(cast.bo, "two-factor-reset"))
        assert answer.status_code == 403
        assert "Bo Lindqvist hasn’t set up multi-factor authentication." in words(answer)
    assert not OutgoingEmail.objects.exists()


@pytest.mark.spec("U-9", "R-4")
def test_only_admins_can_reset(cast, bo):
    for name in ("max", "opal"):
        assert cast.client(name).post(url(bo, "two-factor-reset")).status_code == 403
    # The permission's label says this, where people edit a role or are refused.
    for noun in ("two-factor-reset", "sessions"):
        answer = cast.client("max").get(url(bo, noun))
        assert "“Reset 2FA, log out, deactivate and delete people”" in words(answer)
    assert cast.client("tess").post(url(bo, "two-factor-reset")).status_code == 404
    assert TOTPDevice.objects.exists()


@pytest.mark.spec("U-9", "A-5")
def test_an_organization_cannot_weaken_anothers_sign_in(cast, bo):
    add_member(cast.globex, bo.user, "billing")
    answer = cast.client("olga").post(url(bo, "two-factor-reset"))
    assert answer.status_code == 403 and "so you can’t reset their 2FA" in words(answer)
    assert TOTPDevice.objects.exists() and Membership.objects.get(pk=bo.pk).two_factor
    entry = cast.client("olga").get(url(bo, "menu"), headers=HTMX).content.decode()
    assert 'aria-disabled="true"' in entry and "so you can’t reset their 2FA" in entry


@pytest.mark.spec("S-5", "U-7")
def test_log_out_lists_and_ends_the_sessions(cast):
    clients, olga = [sign_in(cast.bo.user) for _ in range(2)], cast.client("olga")
    asked = words(olga.get(url(cast.bo, "sessions")))
    assert "Log out Bo Lindqvist everywhere?" in asked and "2 sessions end immediately." in asked
    assert asked.count("Firefox on Linux 127.0.0.1 · Signed in") == 2
    answer = olga.post(url(cast.bo, "sessions"), {"seen": "active"}, headers=HTMX)
    assert "Bo Lindqvist was logged out everywhere." in answer.content.decode()
    assert [client.get("/o/acme/").status_code for client in clients] == [302, 302]
    assert "Bo Lindqvist isn’t signed in anywhere." in words(olga.get(url(cast.bo, "sessions")))
    assert sign_in(cast.bo.user).get("/o/acme/").status_code == 200
    assert Entry.objects.filter(action="sessions.ended", target_id=cast.bo.pk).count() == 1


@pytest.mark.spec("S-5")
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_users_who_log_themselves_out_sign_in_again(cast, headers):
    olga, other = cast.client("olga"), sign_in(cast.olga.user)
    assert "This browser is logged out too" in words(olga.get(url(cast.olga, "sessions")))
    answer = olga.post(url(cast.olga, "sessions"), headers=headers)
    assert answer.get("HX-Redirect", answer.get("Location")) == USERS
    assert [client.get(USERS).status_code for client in (olga, other)] == [302, 302]


@pytest.mark.spec("S-5")
def test_only_active_members_can_be_logged_out(cast):
    nadia = cast.invite()[0].membership
    Membership.objects.filter(pk=cast.opal.pk).update(status="deactivated")
    for member in (nadia, cast.opal):
        answer = cast.client("olga").post(url(member, "sessions"))
        assert answer.status_code == 403 and "isn’t active" in words(answer)
