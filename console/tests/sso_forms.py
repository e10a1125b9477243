"""Submitting the steps of the guided setup of single sign-on in tests."""

from django.test import Client

from console.sso.seen import Seen
from provisioning.models import IdentityProvider

URL = "/o/acme/security/single-sign-on/"
SECRET = "s3cr3t-of-acme"  # noqa: S105
METADATA = {
    "issuer": "https://acme.okta.example",
    "authorization_endpoint": "https://acme.okta.example/authorize",
    "token_endpoint": "https://acme.okta.example/token",
    "jwks_uri": "https://acme.okta.example/keys",
    "id_token_signing_alg_values_supported": ["RS256"],
}
CONNECTION = {"discovery_url": "https://acme.okta.example", "client_id": "0oa7k2p9", "client_secret": SECRET}


def post(client: Client, step: str, *, seen: str | None = None, **values):
    """Submit a step as the page has it now, or as it was `seen`."""
    current = Seen.of(IdentityProvider.objects.filter(organization__slug="acme").first()).to_json()
    return client.post(f"{URL}{step}/", {"as_seen": seen or current, **values})


def stored() -> IdentityProvider:
    """Return Acme's provider as it is now."""
    return IdentityProvider.objects.get(organization__slug="acme")
