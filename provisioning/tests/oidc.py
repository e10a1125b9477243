"""Fixtures of the tests with our own OpenID provider. A test module imports those that it uses."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth import SESSION_KEY
from django.http import HttpResponse
from django.test import Client

from provisioning.models import ExternalIdentity, IdentityProvider
from provisioning.tests.openid_provider import CLIENT_ID, SECRET, OpenIdProvider
from teamadmin.testing.html import text_of

CALLBACK = "/sso/acme/callback/"


@pytest.fixture
def op() -> Iterator[OpenIdProvider]:
    """The OpenID provider."""
    provider = OpenIdProvider()
    yield provider
    provider.stop()


@pytest.fixture
def acme(op, cast) -> IdentityProvider:
    """Acme's single sign-on with this provider, which knows Bo as bo-1."""
    return configure(op, cast)


def configure(op: OpenIdProvider, cast: Any, **fields: Any) -> IdentityProvider:
    """Set up Acme's single sign-on, and link Bo's user."""
    values = {"issuer": op.url, "client_id": CLIENT_ID, "client_secret": SECRET, "is_enabled": True, **fields}
    identity_provider = IdentityProvider.objects.create(organization=cast.acme, **values)
    ExternalIdentity.objects.create(organization=cast.acme, issuer=op.url, subject="bo-1", user=cast.bo.user)
    return identity_provider


def start(client: Client, slug: str = "acme", **query: str) -> str:
    """Go to the provider. Return the URL of the authorization request."""
    response = client.get(f"/sso/{slug}/", query)
    assert response.status_code == 302, text_of(response)
    return response["Location"]


def sign_in(client: Client, op: OpenIdProvider, **query: str) -> HttpResponse:
    """Sign in at the provider. Return our response to its answer."""
    return client.get(op.redirect(start(client, **query)))


def is_signed_in(client: Client) -> bool:
    return SESSION_KEY in client.session


def assert_refused(response: HttpResponse, client: Client, text: str) -> None:
    """Assert that the page says what is wrong, and that no one is signed in."""
    assert response.status_code == 400 and text in text_of(response), text_of(response)
    assert "no-store" in response["Cache-Control"] and not is_signed_in(client)
