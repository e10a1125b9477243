"""What a provider says about a person: checks, attributes, second factors and fresh sign-ins (O-1)."""

import pytest
from django.utils import timezone

from provisioning.models import SsoPurpose
from provisioning.services.sso_requests import start_request
from provisioning.sso.oidc.callback import complete
from provisioning.sso.profile import SsoError
from provisioning.sso.protocols import authorization_url
from provisioning.tests.oidc import acme, op
from provisioning.tests.openid_provider import CLIENT_ID

__all__ = ["acme", "op"]
pytestmark = pytest.mark.spec("O-1")


def finish(acme, op, purpose=SsoPurpose.SIGN_IN):
    """Return the profile of a sign-in for this purpose."""
    started = start_request(identity_provider=acme, browser="browser", purpose=purpose)
    location = authorization_url(acme, started, force=purpose == SsoPurpose.CONFIRM)
    back = op.redirect(location)
    answer = dict(pair.split("=") for pair in back.partition("?")[2].split("&"))
    return location, complete(started.row, answer)


def test_a_fresh_sign_in_needs_a_new_sign_in_there(acme, op):
    now = timezone.now().timestamp()
    op.claims["auth_time"] = int(now)
    location, _ = finish(acme, op, SsoPurpose.CONFIRM)
    assert "prompt=login" in location and "max_age=0" in location
    for value, code in ((int(now) - 3600, "not_fresh"), (None, "auth_time"), ("now", "auth_time")):
        op.claims["auth_time"] = value
        with pytest.raises(SsoError) as error:
            finish(acme, op, SsoPurpose.CONFIRM)
        assert error.value.code == code


def test_what_arrived_is_listed(acme, op):
    """For the result page of a test."""
    acme.email_attribute, acme.first_name_attribute = "mail", "nick"
    op.userinfo = {"mail": " Bo.L@Acme.Example ", "nick": "B" * 300, "groups": ["a", "b"], "bad": "a\0b"}
    op.claims = {"amr": ["pwd", "otp"], "family_name": "Lind\u202eqvist", "sid": "s-1"}
    _, profile = finish(acme, op)
    assert (profile.email, profile.first_name, profile.last_name) == ("bo.l@acme.example", "B" * 100, "")
    assert profile.mfa and profile.sid == "s-1" and profile.subject == "bo-1" and profile.issuer == op.url
    assert profile.attributes["groups"] == '["a", "b"]' and "nonce" not in profile.attributes
    assert profile.attributes["bad"] == "ab"
    assert profile.used == {"sub": "subject", "mail": "email", "nick": "first_name", "family_name": "last_name"}
    found = {check.name: check.found for check in profile.checks}
    assert found["Signature"] == "RS256, key rsa-1" and found["Issuer"] == op.url and found["Audience"] == CLIENT_ID
    assert list(found) == [
        "Signature", "Issuer", "Audience", "Nonce and state", "Times", "Subject", "Access token", "Userinfo"
    ]  # fmt: skip


def test_checks_until_the_failure_are_listed(acme, op):
    op.claims["aud"] = "other"
    with pytest.raises(SsoError) as error:
        finish(acme, op)
    assert [(check.name, check.passed) for check in error.value.checks] == [
        ("Signature", True), ("Issuer", True), ("Audience", False)
    ]  # fmt: skip


def test_characters_that_cannot_be_stored_or_shown(acme, op, cast):
    op.claims, op.userinfo = {"sid": "\ud800", "amr": ["\ud800"]}, {"given_name": "\ud800", "\ud800": ["\0\ud800"]}
    _, profile = finish(acme, op)
    assert profile.to_json().encode().decode() and (profile.first_name, profile.sid) == ("", "")
    assert "".join(profile.attributes).encode()
    for claims, header in (
        ({"iss": "\ud800"}, {}),
        ({"aud": "\ud800\0"}, {}),
        ({}, {"alg": "\ud800"}),
        ({}, {"kid": 5}),
    ):
        op.claims, op.header = claims, header
        client = cast.client()
        assert client.get(op.redirect(client.get("/sso/acme/")["Location"])).status_code == 400


@pytest.mark.parametrize(
    ("claims", "mfa"),
    [
        ({}, False),
        ({"amr": ["pwd"]}, False),
        ({"amr": ["pwd", "pin"]}, False),
        ({"amr": ["mfa"]}, True),
        ({"amr": ["pwd", "otp"]}, True),
        ({"amr": ["hwk", "pin"]}, True),
        ({"amr": ["swk", "face"]}, True),
        ({"amr": "mfa"}, False),
        ({"amr": [["mfa"], 5]}, False),
        ({"acr": "phr"}, True),
        ({"acr": "1"}, False),
        ({"acr": ["phr"]}, False),
    ],
)
def test_second_factors_of_the_provider(acme, op, claims, mfa):
    op.claims = claims
    assert finish(acme, op)[1].mfa == mfa


def test_userinfo_cannot_claim_a_second_factor(acme, op):
    """It isn't signed."""
    op.userinfo = {"amr": ["mfa"], "iss": "https://evil.example", "given_name": "Bo"}
    profile = finish(acme, op)[1]
    assert not profile.mfa and profile.issuer == op.url
