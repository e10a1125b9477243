"""The way to an organization's identity provider."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.utils import timezone

from provisioning.models import IdentityProvider, SsoPurpose, SsoRequest

METADATA = {
    "issuer": "https://idp.example",
    "authorization_endpoint": "https://idp.example/authorize?tenant=acme",
    "token_endpoint": "https://idp.example/token",
    "jwks_uri": "https://idp.example/keys",
}


@pytest.fixture
def provider(cast):
    return IdentityProvider.objects.create(
        organization=cast.acme,
        issuer="https://idp.example",
        client_id="acme-client",
        is_enabled=True,
        metadata=METADATA,
        metadata_read_at=timezone.now(),
    )


@pytest.mark.spec("O-1")
def test_the_browser_is_sent_to_the_provider_with_state_nonce_and_pkce(provider, cast):
    client = cast.client()
    response = client.get("/sso/acme/?next=/o/acme/users/&login_hint=bo@acme.example")
    parts = urlsplit(response["Location"])
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    row = SsoRequest.objects.get()
    assert response.status_code == 302 and parts.netloc == "idp.example"
    assert query["tenant"] == "acme" and query["client_id"] == "acme-client" and query["response_type"] == "code"
    assert query["redirect_uri"] == "http://testserver/sso/acme/callback/"
    assert query["scope"].split() == ["openid", "email", "profile"] and query["login_hint"] == "bo@acme.example"
    assert query["nonce"] == row.nonce and query["code_challenge_method"] == "S256"
    assert row.code_verifier not in response["Location"] and len(query["state"]) > 40
    assert row.next_url == "/o/acme/users/" and row.purpose == SsoPurpose.SIGN_IN
    cookie = response.cookies[settings.SSO_COOKIE_NAME]
    assert cookie["httponly"] and cookie["samesite"] == "Lax"


@pytest.mark.spec("O-1")
@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "\n//evil.example"]
)
def test_next_is_a_page_of_this_site(provider, cast, target):
    """THREATS 29, 47: otherwise a link to us would lead to another site after signing in."""
    cast.client().get("/sso/acme/", {"next": target})
    assert SsoRequest.objects.get().next_url == "/o/acme/"


@pytest.mark.spec("O-1")
def test_single_sign_on_that_is_off_does_not_exist(provider, cast):
    client = cast.client()
    pages = ["/sso/acme/", "/sso/globex/", "/sso/no-such/"]
    IdentityProvider.objects.update(is_enabled=False)
    assert [client.get(page).status_code for page in pages] == [404] * 3
    IdentityProvider.objects.update(is_enabled=True)
    assert client.get("/sso/acme/").status_code == 302
    type(cast.acme).objects.update(is_active=False)
    assert [client.get(f"/sso/acme/{page}").status_code for page in ("", "callback/", "signed-out/")] == [404] * 3


def test_a_browser_keeps_its_cookie_while_it_signs_in_twice(provider, cast):
    client = cast.client()
    first = client.get("/sso/acme/").cookies[settings.SSO_COOKIE_NAME].value
    assert client.get("/sso/acme/").cookies[settings.SSO_COOKIE_NAME].value == first
    assert SsoRequest.objects.values("browser").distinct().count() == 1


def test_the_signed_out_page_leads_back(provider, cast):
    assert "/accounts/login/" in cast.client().get("/sso/acme/signed-out/").content.decode()
