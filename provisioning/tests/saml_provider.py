"""A SAML identity provider of Acme for tests, and the way through it with a test client."""

import base64
import zlib
from urllib.parse import parse_qs, urlsplit

from django.http import HttpResponse
from django.test import Client
from lxml import etree

from provisioning.models import ExternalIdentity, IdentityProvider
from provisioning.services.saml_keys import ensure_key_pair
from provisioning.tests.saml_messages import ISSUER, key_pair, to_form

ACS = "/sso/acme/acs/"


def make_provider(cast, organization=None, **fields) -> IdentityProvider:
    """Return an enabled SAML provider, which knows Olga as olga-at-idp."""
    organization = organization or cast.acme
    values = {
        "protocol": "saml",
        "provider": "saml",
        "issuer": ISSUER,
        "sso_url": "https://idp.example/sso",
        "slo_url": "https://idp.example/slo",
        "certificates": [key_pair()[1]],
        "is_enabled": True,
    }
    row = IdentityProvider.objects.create(organization=organization, **{**values, **fields})
    identity = {"organization": organization, "issuer": row.issuer, "subject": "olga-at-idp"}
    ExternalIdentity.objects.create(**identity, user=cast.user("olga"))
    return ensure_key_pair(row)


def start(client: Client, path: str = "/sso/acme/") -> str:
    """Start a sign-in, and return the ID of the request that was sent to the provider."""
    query = parse_qs(urlsplit(client.get(path)["Location"]).query)
    return etree.fromstring(zlib.decompress(base64.b64decode(query["SAMLRequest"][0]), wbits=-15)).get("ID")


def post(document: etree._Element | bytes, path: str = ACS, **fields: str) -> HttpResponse:
    """Post an answer as browsers do from another site: without cookies."""
    return Client().post(path, {**to_form(document), **fields})


def is_signed_in(client: Client, slug: str = "acme") -> bool:
    """Return whether the organization opens."""
    return client.get(f"/o/{slug}/users/").status_code == 200
