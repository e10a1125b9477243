"""The OpenID Foundation's tests of relying parties: 4 modules of the configuration plan, and similar tests (O-1)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from base.outgoing import OutgoingError
from provisioning.models import ExternalIdentity, IdentityProvider
from provisioning.sso.oidc.discovery import discover, read_metadata
from provisioning.sso.profile import SsoError
from provisioning.tests.oidc import acme, assert_refused, is_signed_in, op, sign_in
from provisioning.tests.openid_provider import OpenIdProvider, make_key, send, send_json

__all__ = ["acme", "op"]
pytestmark = pytest.mark.spec("O-1")
DISCOVERY = "/.well-known/openid-configuration"


def test_discovery_issuer_mismatch(op, acme, cast):
    """oidcc-client-test-discovery-issuer-mismatch"""
    client = cast.client()
    op.discovery["issuer"] = "https://other.example"
    response = client.get("/sso/acme/")
    assert_refused(response, client, "belongs to another issuer: https://other.example")
    with pytest.raises(SsoError, match="another issuer"):
        discover(op.url)


def test_discovery_jwks_uri_keys(op, acme, cast):
    """oidcc-client-test-discovery-jwks-uri-keys"""
    client = cast.client()
    op.discovery["jwks_uri"] = f"{op.url}/elsewhere"
    op.pages["/elsewhere"] = lambda handler: send_json(handler, op.jwks())
    assert sign_in(client, op).status_code == 302 and is_signed_in(client)
    assert "/elsewhere" in op.requests and "/keys" not in op.requests


def test_signing_key_rotation(op, acme, cast):
    """oidcc-client-test-signing-key-rotation: a second sign-in is signed with a new key. No restart is needed."""
    assert sign_in(cast.client(), op).status_code == 302
    forget_time()
    op.signing_key = make_key("RSA", "rsa-2")
    op.keys = [op.signing_key]
    client = cast.client()
    assert sign_in(client, op).status_code == 302 and is_signed_in(client)
    assert op.requests.count("/keys") == 2


def test_signing_key_rotation_just_before_signing(op, acme, cast):
    """oidcc-client-test-signing-key-rotation-just-before-signing: the key is new when the code is exchanged."""
    assert sign_in(cast.client(), op).status_code == 302
    forget_time()

    def rotate():
        op.signing_key = make_key("RSA", "rsa-2")
        op.keys = [*op.keys, op.signing_key]

    op.before_token = rotate
    client = cast.client()
    assert sign_in(client, op).status_code == 302 and is_signed_in(client)


def forget_time() -> None:
    """Let two minutes pass since the keys were read."""
    IdentityProvider.objects.update(keys_read_at=timezone.now() - timedelta(minutes=2))


# --- more of the same kind ------------------------------------------------------------------------
def test_unknown_keys_do_not_make_us_read_again_and_again(op, acme, cast):
    client = cast.client()
    op.signing_key = make_key("RSA", "unknown")
    for _ in range(3):
        assert_refused(sign_in(client, op), client, "isn’t signed by")
    assert op.requests.count("/keys") == 1


def test_a_withdrawn_key_stops_working_within_an_hour(op, acme, cast):
    assert sign_in(cast.client(), op).status_code == 302
    op.keys = [make_key("RSA", "rsa-2")]
    IdentityProvider.objects.update(keys_read_at=timezone.now() - timedelta(minutes=61))
    client = cast.client()
    assert_refused(sign_in(client, op), client, "isn’t signed by")


def test_metadata_and_keys_are_read_once_an_hour(op, acme, cast):
    for _ in range(3):
        assert sign_in(cast.client(), op).status_code == 302
    assert (op.requests.count(DISCOVERY), op.requests.count("/keys")) == (1, 1)
    IdentityProvider.objects.update(metadata_read_at=timezone.now() - timedelta(minutes=61))
    assert sign_in(cast.client(), op).status_code == 302
    assert (op.requests.count(DISCOVERY), op.requests.count("/keys")) == (2, 1)


def test_the_last_copy_is_used_while_discovery_is_down(op, acme, cast):
    assert sign_in(cast.client(), op).status_code == 302
    hour = timezone.now() - timedelta(hours=2)
    IdentityProvider.objects.update(metadata_read_at=hour, keys_read_at=hour)
    op.pages[DISCOVERY] = op.pages["/keys"] = lambda handler: send(handler, 503, b"")
    client = cast.client()
    assert sign_in(client, op).status_code == 302 and is_signed_in(client)


def test_an_incomplete_copy_is_not_used(op, acme, cast):
    IdentityProvider.objects.update(metadata={"issuer": op.url}, metadata_read_at=timezone.now())
    assert sign_in(cast.client(), op).status_code == 302


def test_copies_of_the_provider_that_was_configured_before_are_not_used(op, acme, cast):
    """Otherwise the old provider's keys could sign in to the new one for an hour."""
    assert sign_in(cast.client(), op).status_code == 302
    new = OpenIdProvider()
    new.signing_key = make_key("RSA", "rsa-1")
    new.keys = [new.signing_key]
    IdentityProvider.objects.update(issuer=new.url)
    ExternalIdentity.objects.update(issuer=new.url)
    client = cast.client()
    assert sign_in(client, new).status_code == 302 and is_signed_in(client)
    client = cast.client()
    new.signing_key = op.signing_key
    assert_refused(sign_in(client, new), client, "isn’t signed by")
    new.stop()


def test_a_secret_whose_key_is_gone_is_explained(op, acme, cast, settings):
    IdentityProvider.objects.update(client_secret="x")
    settings.ENCRYPTION_KEYS = ["another-key-" + "k" * 40]
    client = cast.client()
    assert_refused(sign_in(client, op), client, "can no longer be read. Ask an Admin to enter it again")


def test_a_provider_that_changes_its_issuer_is_refused(op, acme, cast):
    IdentityProvider.objects.update(issuer="https://old.example", discovery_url=op.url)
    client = cast.client()
    assert_refused(client.get("/sso/acme/"), client, "now calls itself")


def test_settings_that_change_meanwhile_are_not_overwritten(op, acme, cast):
    """Reading takes a while. A copy of the old provider must not be saved for the new one."""
    IdentityProvider.objects.update(version=2)
    assert read_metadata(acme)["issuer"] == op.url
    assert IdentityProvider.objects.get().metadata == {}


@pytest.mark.parametrize(
    ("discovery", "text"),
    [
        ({"token_endpoint": None}, "has no token_endpoint"),
        ({"jwks_uri": None}, "has no jwks_uri"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "starts with https"),
        ({"token_endpoint": 5}, "starts with https"),
        ({"userinfo_endpoint": "ftp://idp.example/"}, "starts with https"),
        ({"response_types_supported": ["token"]}, "authorization code flow"),
        ({"issuer": None}, "another issuer"),
        ({"issuer": ["x"]}, "another issuer"),
    ],
)
def test_unusable_documents_are_explained(op, discovery, text):
    op.discovery = discovery
    with pytest.raises((SsoError, OutgoingError), match=text):
        discover(op.url)


@pytest.mark.parametrize("url", ["{}", "{}/", " {}/.well-known/openid-configuration "])
def test_the_issuer_or_the_address_of_the_document_can_be_entered(op, url):
    assert discover(url.format(op.url))["issuer"] == op.url


def test_only_what_we_use_is_kept(op):
    op.discovery = {"x" * 1000: "y" * 1000, "registration_endpoint": f"{op.url}/register"}
    assert set(discover(op.url)) == {
        "issuer", "authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint",
        "response_types_supported",
    }  # fmt: skip
