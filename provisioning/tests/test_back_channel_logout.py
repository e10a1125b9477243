"""The OpenID Foundation's tests of relying parties: the 8 modules of back-channel logout, and similar tests (O-1).

Each of the first tests has the name of its module without "oidcc-client-test-rp-backchannel-rpinitlogout".
"""

import time
from datetime import timedelta

import pytest
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import UpdateError
from django.utils import timezone

from accounts.models import Session
from accounts.services.sign_in import SignIns
from accounts.sessions import hash_key
from audit.models import Entry
from provisioning.models import ExternalIdentity, IdentityProvider, SsoLogin
from provisioning.services.sso_logout import end_provider_sessions
from provisioning.tasks import delete_old_sso
from provisioning.tests.oidc import acme, op, sign_in
from provisioning.tests.openid_provider import EVENT, make_key
from teamadmin.testing.cast import PASSWORD, add_member

__all__ = ["acme", "op"]
pytestmark = pytest.mark.spec("O-1")
URL = "/sso/acme/logout/"


@pytest.fixture
def client(op, acme, cast):
    """A browser in which Bo signed in by single sign-on."""
    client = cast.client()
    op.claims["sid"] = "session-1"
    assert sign_in(client, op).status_code == 302
    return client


def log_out(client, op, claims=None, header=None, token=None) -> int:
    """Send a logout token. Return the status."""
    token = op.logout_token(claims, header) if token is None else token
    response = type(client)(enforce_csrf_checks=True).post(URL, {"logout_token": token})
    assert response["Cache-Control"] == "no-store"
    assert response.status_code == 200 or response.json()["error"] == "invalid_request"
    return response.status_code


def is_open(client) -> bool:
    return client.get("/o/acme/").status_code == 200


def test_rpinitlogout(client, op):
    assert is_open(client)
    assert log_out(client, op) == 200 and not is_open(client)


def test_alg_none(client, op):
    op.algorithm = "none"
    assert log_out(client, op) == 400 and is_open(client)


def test_no_event(client, op):
    assert log_out(client, op, {"events": None}) == 400 and is_open(client)


def test_with_nonce(client, op):
    assert log_out(client, op, {"nonce": "n"}) == 400 and is_open(client)


def test_wrong_alg(client, op):
    op.algorithm = "HS256"
    assert log_out(client, op) == 400 and is_open(client)


def test_wrong_aud(client, op):
    assert log_out(client, op, {"aud": "another"}) == 400 and is_open(client)


def test_wrong_event(client, op):
    assert log_out(client, op, {"events": {EVENT + "-other": {}}}) == 400 and is_open(client)


def test_wrong_iss(client, op):
    assert log_out(client, op, {"iss": "https://other.example"}) == 400 and is_open(client)


# --- more of the same kind ------------------------------------------------------------------------
@pytest.mark.parametrize(
    "claims",
    [
        {"iat": None},
        {"iat": int(time.time()) - 3600},
        {"exp": int(time.time()) - 3600},
        {"jti": None},
        {"jti": 5},
        {"sub": None},
        {"sub": ["bo-1"]},
        {"events": {EVENT: "x"}},
        {"events": [EVENT]},
    ],
)
def test_incomplete_tokens(client, op, claims):
    assert log_out(client, op, claims) == 400 and is_open(client)


def test_an_id_token_is_no_logout_token(client, op):
    assert log_out(client, op, token=op.id_token({}, "x")) == 400 and is_open(client)


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "\0", "." * 200_000])
def test_nonsense(client, op, token):
    assert log_out(client, op, token=token) == 400 and is_open(client)


def test_a_foreign_signature(client, op):
    op.signing_key = make_key("RSA", "rsa-1")
    assert log_out(client, op) == 400 and is_open(client)


def test_another_type(client, op):
    assert log_out(client, op, header={"typ": "at+jwt"}) == 400 and is_open(client)


def test_a_token_works_once(client, op):
    token = op.logout_token()
    assert log_out(client, op, token=token) == 200
    sign_in(client, op)
    assert log_out(client, op, token=token) == 400 and is_open(client)


def test_a_token_without_expiry_is_accepted(client, op):
    """Version 1.0 requires `exp`, but its drafts didn't have it, and many providers follow those."""
    assert log_out(client, op, {"exp": None}) == 200 and not is_open(client)


def test_sid_ends_one_session_and_sub_all_of_them(client, op, cast):
    second, third = cast.client(), cast.client()
    for number, browser in enumerate((second, third), start=2):
        op.claims["sid"] = f"session-{number}"
        sign_in(browser, op)
    assert log_out(client, op, {"sid": "session-2", "sub": None}) == 200
    assert [is_open(each) for each in (client, second, third)] == [True, False, True]
    assert log_out(client, op, {"sid": "session-3"}) == 200
    assert [is_open(each) for each in (client, second, third)] == [True, False, False]
    sign_in(second, op)
    assert log_out(client, op) == 200
    assert [is_open(each) for each in (client, second, third)] == [False] * 3


def test_others_stay_signed_in(client, op, cast):
    own, olga = cast.client("bo"), cast.client("olga")
    assert log_out(client, op) == 200 and is_open(own) and is_open(olga)


@pytest.mark.parametrize(
    "claims", [{"sub": "nobody"}, {"sub": None, "sid": "nothing"}, {"sub": "x", "sid": "session-1"}]
)
def test_unknown_sessions_are_no_error(client, op, claims):
    """There is nothing left to do (2.7). A `sid` of another subject isn't the subject's."""
    assert log_out(client, op, claims) == 200 and is_open(client)


def test_a_session_with_an_own_sign_in_loses_only_this_organization(client, op, cast):
    add_member(cast.globex, cast.bo.user, "read_only")
    client.logout()
    client.post("/accounts/login/", {"login": cast.bo.email, "password": PASSWORD})
    sign_in(client, op)
    assert is_open(client) and client.get("/o/globex/").status_code == 200
    assert log_out(client, op) == 200
    assert client.get("/o/globex/").status_code == 200 and SESSION_KEY in client.session
    assert client.get("/o/acme/")["Location"].startswith("/accounts/sign-in-again/")
    assert not SignIns.of(client.session).sso
    sign_in(client, op)
    assert is_open(client) and client.get("/o/globex/").status_code == 200


def test_another_organizations_provider_cannot_end_the_session(client, op, cast):
    """Globex uses the same provider for the same person."""
    other = IdentityProvider.objects.create(organization=cast.globex, issuer=op.url, client_id="teamadmin")
    ExternalIdentity.objects.create(organization=cast.globex, issuer=op.url, subject="bo-1", user=cast.bo.user)
    assert client.post("/sso/globex/logout/", {"logout_token": op.logout_token()}).status_code == 200
    assert is_open(client)
    assert end_provider_sessions(identity_provider=other, subject="bo-1") == 0


def test_the_audit_log_tells_who_was_signed_out(client, op, cast):
    log_out(client, op)
    entry = Entry.objects.get(action="sso.signed_out")
    assert (entry.organization_id, entry.target_id, entry.actor_id) == (cast.acme.pk, cast.bo.pk, None)
    assert entry.data == {"sessions": 1, "provider": "your identity provider"}


def test_a_request_that_runs_at_the_same_time_does_not_bring_the_session_back(client, op, cast):
    key = client.session.session_key
    running = client.session
    assert running.get(SESSION_KEY)
    log_out(client, op)
    running["x"] = 1
    with pytest.raises(UpdateError):
        running.save()
    assert not Session.objects.filter(pk=hash_key(key)).exists()


def test_names_of_ended_sessions_are_forgotten(client, op):
    assert SsoLogin.objects.filter(sid="session-1").count() == 1
    log_out(client, op, {"sid": "session-1"})
    assert not SsoLogin.objects.exists()


def test_old_names_are_deleted(client):
    delete_old_sso()
    assert SsoLogin.objects.count() == 1
    SsoLogin.objects.update(at=timezone.now() - timedelta(days=91))
    delete_old_sso()
    assert not SsoLogin.objects.exists()


def test_signing_out_here_offers_to_sign_out_there(client, op, acme, cast):
    IdentityProvider.objects.update(metadata={**op.document(), "end_session_endpoint": f"{op.url}/end?a=b"})
    page = client.post("/accounts/logout/")["Location"]
    assert page == "/sso/acme/signed-out/" and SESSION_KEY not in client.session
    body = client.get(page).content.decode()
    target = "post_logout_redirect_uri=http%3A%2F%2Ftestserver%2Fsso%2Facme%2Fsigned-out%2F"
    assert f"{op.url}/end?a=b&amp;client_id=teamadmin&amp;{target}" in body
    IdentityProvider.objects.update(metadata=op.document())
    assert "Sign out of" not in client.get(page).content.decode()
    own = cast.client("bo")
    assert own.post("/accounts/logout/")["Location"] == "/"


def test_only_post(client):
    assert client.get(URL).status_code == 405
