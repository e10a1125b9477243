"""An identity provider that is slow, down or lying: clear messages, and password users don't notice (O-1)."""

import time
from contextlib import suppress

import pytest

from base.outgoing import OutgoingError
from provisioning.models import IdentityProvider
from provisioning.sso.oidc.discovery import discover
from provisioning.sso.profile import SsoError
from provisioning.tests.oidc import acme, assert_refused, is_signed_in, op, sign_in, start
from provisioning.tests.openid_provider import send, send_json
from teamadmin.testing.cast import PASSWORD

__all__ = ["acme", "op"]
pytestmark = pytest.mark.spec("O-1")
DISCOVERY = "/.well-known/openid-configuration"


def hang(handler) -> None:
    """Answer nothing for 20 seconds, or until the client has left."""
    handler.connection.settimeout(20)
    with suppress(OSError):
        handler.connection.recv(1)


def drip(handler) -> None:
    """Answer with a byte now and then, for 20 seconds, or until the client has left."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n")
    with suppress(OSError):
        for _ in range(200):
            time.sleep(0.1)
            handler.wfile.write(b"{")


def huge(handler) -> None:
    send(handler, 200, b'"' + b"x" * 2_000_000 + b'"')


def html(handler) -> None:
    send(handler, 200, b"<!doctype html><title>Login</title>")


def to_private(handler) -> None:
    send(handler, 302, b"", {"location": "http://169.254.169.254/latest/meta-data/"})


def broken(handler) -> None:
    send(handler, 500, b"oops")


SLOW = (hang, drip)
LIES = [
    (hang, "didn’t respond within 1 seconds"),
    (drip, "didn’t respond within 1 seconds"),
    (huge, "is too long"),
    (html, "didn’t respond with JSON"),
    (to_private, "isn’t a public address"),
    (lambda handler: send_json(handler, []), "didn’t respond with a discovery document"),
    (lambda handler: send_json(handler, None), "didn’t respond with a discovery document"),
    (broken, "has no discovery document at this address (status 500)"),
]


@pytest.fixture(autouse=True)
def local(settings):
    settings.OUTGOING_ALLOWED_NETWORKS = ["127.0.0.1"]


@pytest.fixture
def patience(settings):
    """A function that lets requests to slow pages wait one second. Others wait as in production, for a busy machine."""

    def limit(reply=hang) -> None:
        if reply in SLOW:
            settings.OUTGOING_TIMEOUT_SECONDS = 1

    return limit


@pytest.mark.parametrize(("reply", "text"), LIES)
def test_discovery(op, acme, cast, patience, reply, text):
    patience(reply)
    op.pages[DISCOVERY] = reply
    client = cast.client()
    assert_refused(client.get("/sso/acme/"), client, text)
    with pytest.raises((OutgoingError, SsoError)):
        discover(op.url)


@pytest.mark.parametrize("reply", [hang, drip, huge, html, to_private, broken])
@pytest.mark.parametrize("path", ["/token", "/keys", "/userinfo"])
def test_each_step_of_a_sign_in(op, acme, cast, patience, path, reply):
    client = cast.client()
    back = op.redirect(start(client))
    patience(reply)
    op.pages[path] = reply
    started = time.monotonic()
    response = client.get(back)
    assert response.status_code == 400 and not is_signed_in(client)
    assert time.monotonic() - started < 10  # not the 20 seconds of slow pages


@pytest.mark.parametrize("answer", [[], None, "x", 5, {}, {"keys": {}}, {"keys": "x"}, {"error": ["x"]}])
def test_strange_answers(op, acme, cast, answer):
    for path in ("/token", "/keys", "/userinfo"):
        client = cast.client()
        IdentityProvider.objects.update(keys={}, keys_read_at=None, version=acme.version)
        back = op.redirect(start(client))
        op.pages = {path: lambda handler: send_json(handler, answer)}
        response = client.get(back)
        assert response.status_code == 400 and not is_signed_in(client), path


@pytest.mark.parametrize(
    "key",
    [
        {}, 5, None, {"kty": "RSA"}, {"kty": "RSA", "n": "x", "e": "AQAB"}, {"kty": ["RSA"]}, {"kty": "oct", "k": "eA"},
        {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}, {"kty": "RSA", "n": "ä", "e": "é"},
    ],
)  # fmt: skip
def test_strange_keys_are_skipped(op, acme, cast, key):
    good = op.jwks()["keys"]
    if isinstance(key, dict):
        key = {**key, "kid": "rsa-1"}
    op.pages["/keys"] = lambda handler: send_json(handler, {"keys": [key, *good]})
    client = cast.client()
    assert sign_in(client, op).status_code == 302 and is_signed_in(client)


def test_a_provider_that_is_down_makes_others_wait_once(op, acme, cast, patience):
    patience()
    op.pages[DISCOVERY] = hang
    client = cast.client()
    assert_refused(client.get("/sso/acme/"), client, "didn’t respond")
    started = time.monotonic()
    for _ in range(5):
        assert_refused(client.get("/sso/acme/"), client, "didn’t respond")
    assert op.requests.count(DISCOVERY) == 1
    assert time.monotonic() - started < 5  # a second each, if they waited too


def test_password_users_are_not_affected(op, acme, cast, patience):
    patience()
    op.pages[DISCOVERY] = hang
    client = cast.client()
    started = time.monotonic()
    response = client.post("/accounts/login/", {"login": cast.bo.email, "password": PASSWORD})
    assert response.status_code == 302 and client.get("/o/acme/").status_code == 200
    assert not op.requests and time.monotonic() - started < 5


def test_the_page_offers_another_try_and_the_sign_in_page(op, acme, cast):
    op.pages[DISCOVERY] = broken
    page = cast.client().get("/sso/acme/").content.decode()
    assert "/sso/acme/" in page and "/accounts/login/" in page
