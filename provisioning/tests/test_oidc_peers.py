"""Single sign-on in a browser with real OpenID providers: Canaille, and npm's strict oidc-provider (O-1)."""

import re

import pytest
from playwright.sync_api import Page, expect

from provisioning.models import ExternalIdentity, IdentityProvider
from teamadmin.testing.openid_peers import CLIENT_ID, SECRET, Peer, canaille, connect_canaille, oidc_provider

__all__ = ["canaille", "oidc_provider"]  # fixtures
pytestmark = pytest.mark.spec("O-1")


def connect(cast, peer: Peer) -> IdentityProvider:
    """Set up Acme's single sign-on with the provider, and link Bo."""
    values = {"issuer": peer.issuer, "client_id": CLIENT_ID, "client_secret": SECRET, "is_enabled": True}
    ExternalIdentity.objects.create(organization=cast.acme, issuer=peer.issuer, subject=peer.subject, user=cast.bo.user)
    return IdentityProvider.objects.create(organization=cast.acme, **values)


@pytest.fixture
def site(live_server, settings) -> str:
    settings.BASE_URL = live_server.url
    return live_server.url


def sign_in(page: Page, site: str) -> None:
    page.goto(f"{site}/sso/acme/?next=/o/acme/projects/")
    expect(page).to_have_url(f"{site}/o/acme/projects/")
    expect(page.get_by_role("heading", name="Projects")).to_be_visible()


def test_canaille(page, live_cast, site, canaille):
    connect(live_cast, connect_canaille(canaille, f"{site}/sso/acme/callback/"))
    sign_in(page, site)
    assert IdentityProvider.objects.get().keys["keys"][0]["kty"] == "RSA"


def test_oidc_provider_with_back_channel_logout(page, live_cast, site, oidc_provider):
    """It requires PKCE, signs with ES256 and names itself in the answer (RFC 9207). It tells us when Bo signs out."""
    peer = oidc_provider(f"{site}/sso/acme/callback/", f"{site}/sso/acme/logout/")
    identity_provider = connect(live_cast, peer)
    sign_in(page, site)
    identity_provider.refresh_from_db()
    assert identity_provider.metadata["authorization_response_iss_parameter_supported"]
    assert identity_provider.keys["keys"][0]["kty"] == "EC"
    page.goto(peer.sign_out_url)
    page.get_by_role("button", name=re.compile("sign me out", re.I)).click()
    page.wait_for_url(re.compile("/session/end/success"))
    page.goto(f"{site}/o/acme/")
    expect(page).to_have_url(re.compile("/accounts/login/"))
