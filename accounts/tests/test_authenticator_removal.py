"""Removing the authenticator app, and turning two-factor authentication off (S-2, S-3)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django_otp_webauthn.models import WebAuthnCredential

from accounts.models import AuthenticatorApp, BackupCode, KnownBrowser
from audit.models import Entry
from organizations.models import Membership
from outbox.models import OutgoingEmail
from teamadmin.testing.cast import add_member
from teamadmin.testing.html import text_of
from teamadmin.testing.two_factor import add_authenticator, code_of, enter_password, is_signed_in

pytestmark = pytest.mark.django_db
URL = "/accounts/two-factor/removal/"


@pytest.fixture
def client(cast) -> Client:
    """Bo, signed in with an app, in a browser that is remembered."""
    app = add_authenticator(cast.bo.user, codes=("abcd2345",))
    client = enter_password(cast.bo.user)
    client.post("/accounts/two-factor/verify/", {"code": code_of(app), "remember": "on"})
    assert is_signed_in(client)
    return client


def require_two_factor(organization, rule: str = "everyone") -> None:
    organization.require_two_factor = rule
    organization.save()


def add_passkey(user) -> None:
    WebAuthnCredential.objects.create(
        user=user, name="Key", credential_id=b"1", public_key=b"1", transports=[], sign_count=0
    )


@pytest.mark.spec("S-2", "S-8")
def test_turning_it_off_removes_everything(cast, client):
    other = enter_password(cast.bo.user)
    other.post("/accounts/two-factor/verify/", {"backup": "abcd2345"})
    page = text_of(client.get(URL, {"next": "/o/acme/"}))
    assert "Turn off two-factor authentication?" in page and "We email bo@acme.example about it" in page
    assert AuthenticatorApp.objects.exists()
    assert client.post(URL, {"next": "/o/acme/"})["Location"] == "/o/acme/"
    assert not AuthenticatorApp.objects.exists() and not BackupCode.objects.exists()
    assert not KnownBrowser.objects.exclude(remembered_until=None).exists()
    assert not Membership.objects.get(pk=cast.bo.pk).two_factor and not client.session.get("second_factor")
    assert Entry.objects.filter(action="two_factor.disabled", organization_id=cast.acme.pk).count() == 1
    assert OutgoingEmail.objects.filter(kind="accounts.security_notice").count() >= 1
    assert client.get("/o/acme/").status_code == 200 and other.get("/o/acme/").status_code == 302
    assert is_signed_in(enter_password(cast.bo.user))
    assert client.post(URL)["Location"] == "/" and client.get(URL)["Location"] == "/"


@pytest.mark.spec("S-3")
def test_it_stays_on_while_an_organization_requires_it(cast, client):
    require_two_factor(cast.acme)
    add_member(cast.globex, cast.bo.user, "billing")
    require_two_factor(cast.globex)
    reason = "You can’t turn off two-factor authentication because it’s required by Acme and Globex."
    page = client.get(URL)
    assert reason in text_of(page) and "btn danger" not in page.content.decode()
    response = client.post(URL)
    assert response.status_code == 403 and reason in text_of(response)
    assert AuthenticatorApp.objects.exists() and BackupCode.objects.exists()
    cast.acme.two_factor_required_from = cast.globex.two_factor_required_from = timezone.now() + timedelta(days=1)
    require_two_factor(cast.acme)
    require_two_factor(cast.globex)
    assert client.post(URL).status_code == 302 and not AuthenticatorApp.objects.exists()


@pytest.mark.spec("S-3", "A-5")
def test_an_organization_of_others_and_a_rule_for_admins_do_not_count(cast, client):
    require_two_factor(cast.globex)
    require_two_factor(cast.acme, "admins")
    assert client.post(URL).status_code == 302 and not AuthenticatorApp.objects.exists()


@pytest.mark.spec("S-2", "S-3")
def test_with_a_passkey_the_app_can_go_even_if_a_factor_is_required(cast, client):
    require_two_factor(cast.acme)
    add_passkey(cast.bo.user)
    assert "Remove your authenticator app?" in text_of(client.get(URL))
    assert client.post(URL).status_code == 302
    assert not AuthenticatorApp.objects.exists() and BackupCode.objects.count() == 1
    assert Membership.objects.get(pk=cast.bo.pk).two_factor_method == "passkey"
    assert Entry.objects.filter(action="authenticator.removed", organization_id=cast.acme.pk).exists()
    assert not Entry.objects.filter(action="two_factor.disabled").exists()
    assert client.get("/o/acme/").status_code == 200
