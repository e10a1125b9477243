"""Resetting a second factor: it is removed, all sessions end, and the user is notified (U-9)."""

import pytest
from django.core import checks
from django_otp_webauthn.models import WebAuthnCredential

from accounts.emails import render_two_factor_reset
from accounts.models import AttemptCount, AuthenticatorApp, BackupCode, KnownBrowser, User
from accounts.queries import has_two_factor
from accounts.services import (
    check_second_factor,
    notify_two_factor_listeners,
    remember_browser,
    reset_two_factor,
)
from audit.models import Entry
from base.mail import format_utc
from organizations.models import Membership
from outbox.models import OutgoingEmail
from teamadmin.testing.audit_log import forget_entries

pytestmark = pytest.mark.django_db


def with_two_factor(user: User) -> User:
    """Give the user an authenticator app and backup codes."""
    AuthenticatorApp.objects.create(user=user, name="App")
    BackupCode.objects.create(user=user, code_hash=BackupCode.hash("abcdefgh"))
    notify_two_factor_listeners(user=user)
    return user


def reset(cast, user: User) -> OutgoingEmail:
    reset_two_factor(actor=cast.olga, user=user, organization=cast.acme, target=cast.bo)
    return OutgoingEmail.objects.get(kind="accounts.two_factor_reset")


@pytest.mark.spec("U-9")
def test_reset_removes_everything_and_is_recorded(cast):
    user = with_two_factor(cast.bo.user)
    AuthenticatorApp.objects.create(user=user, confirmed=False)
    assert has_two_factor(user) and Membership.objects.get(pk=cast.bo.pk).two_factor
    WebAuthnCredential.objects.create(user=user, name="Key", credential_id=b"1", public_key=b"1", transports=[])
    browser = KnownBrowser.objects.create(user=user, token_hash="x")
    remember_browser(browser=browser)
    check_second_factor(user=user, code="000000", browser=browser)
    client = cast.client("bo")
    assert client.get("/o/acme/").status_code == 200
    reset(cast, user)
    for model in (AuthenticatorApp, BackupCode, WebAuthnCredential, AttemptCount):
        assert not model.objects.exists()
    browser.refresh_from_db()
    assert browser.remembered_until is None
    assert not Membership.objects.get(pk=cast.bo.pk).two_factor
    assert client.get("/o/acme/").status_code == 302
    entry = Entry.objects.get(action="two_factor.reset")
    assert (entry.organization_id, entry.actor_id, entry.target_id) == (cast.acme.pk, cast.olga.pk, cast.bo.pk)


@pytest.mark.spec("U-9", "M-6")
def test_the_email_names_who_did_it_and_when(cast):
    message = render_two_factor_reset(reset(cast, with_two_factor(cast.bo.user)))
    at = format_utc(Entry.objects.get(action="two_factor.reset").at)
    assert message.to == ["bo@acme.example"] and message.subject == "Your two-factor authentication was reset"
    text = " ".join(message.body.split())
    assert f"Olga Ivanova of Acme reset two-factor authentication for bo@acme.example on {at}." in text
    gone = "Your authenticator app, passkeys and backup codes no longer work, remembered devices are forgotten"
    assert gone in text and gone in message.alternatives[0][0]
    assert "http://testserver/accounts/login/" in message.body
    assert at in message.alternatives[0][0] and "Olga Ivanova</b> of Acme" in message.alternatives[0][0]


@pytest.mark.spec("U-9", "I-9", "M-6")
def test_names_in_the_email_are_escaped(cast):
    cast.olga.first_name, cast.acme.name = "<b>O", '<a href="//evil">x</a>'
    message = render_two_factor_reset(reset(cast, cast.bo.user))
    html = message.alternatives[0][0]
    assert "&lt;b&gt;O Ivanova" in html and "<b>O Ivanova" not in html
    assert "&lt;a href=" in html and '<a href="//evil' not in html


@pytest.mark.spec("U-10", "I-9")
def test_deactivated_and_deleted_users_get_no_email(cast):
    row = reset(cast, cast.bo.user)
    Membership.objects.filter(pk=cast.bo.pk).update(status="deactivated")
    assert render_two_factor_reset(row) is None
    cast.bo.user.delete()
    assert render_two_factor_reset(row) is None
    forget_entries()
    assert render_two_factor_reset(row) is None


@pytest.mark.spec("U-9")
def test_a_second_factor_shows_in_every_organization_and_in_one_joined_later(cast):
    from invitations.services import accept_as_user
    from teamadmin.testing.cast import add_member

    user = with_two_factor(cast.bo.user)
    other = add_member(cast.globex, cast.opal.user, "billing")
    assert list(Membership.objects.filter(two_factor=True)) == [cast.bo]
    invitation = cast.invite(cast.tess, role="billing", people=[("Bo", "Lindqvist", user.email)])[0]
    accept_as_user(invitation=invitation, user=user)
    assert Membership.objects.filter(user=user, two_factor=True).count() == 2
    with_two_factor(other.user)
    assert Membership.objects.filter(user=other.user, two_factor=True).count() == 2


def test_the_system_check_finds_wrong_paths(settings):
    assert not checks.run_checks(tags=["accounts"])
    settings.SIGN_IN_RULE, settings.TWO_FACTOR_LISTENERS = "organizations.policies.no_such", ["no.such.module"]
    assert [error.id for error in checks.run_checks(tags=["accounts"])] == ["accounts.E001"] * 2
