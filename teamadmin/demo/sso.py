"""The demo's single sign-on: Acme has set it up with Okta, tested it and not turned it on. No server answers there."""

from datetime import timedelta

from django.utils.crypto import get_random_string

from provisioning.models import Domain, IdentityProvider, SsoTest
from teamadmin.demo.builder import Builder

ISSUER = "https://acme.okta.example"
METADATA = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{ISSUER}/oauth2/v1/authorize",
    "token_endpoint": f"{ISSUER}/oauth2/v1/token",
    "userinfo_endpoint": f"{ISSUER}/oauth2/v1/userinfo",
    "jwks_uri": f"{ISSUER}/oauth2/v1/keys",
    "end_session_endpoint": f"{ISSUER}/oauth2/v1/logout",
    "id_token_signing_alg_values_supported": ["RS256"],
    "response_types_supported": ["code"],
}
# Name, value as it is shown, and the field that it becomes.
ATTRIBUTES = [
    ["sub", "00u8c1…Xk5", "subject"],
    ["email", "olga@acme.example", "email"],
    ["given_name", "Olga", "first_name"],
    ["family_name", "Marchenko", "last_name"],
    ["groups", "Le…", ""],
    ["locale", "p…", ""],
    ["zoneinfo", "Eu…", ""],
]
CHECKS = [
    ["Signature", "RS256, key kid-2026-11", True],
    ["Issuer", ISSUER, True],
    ["Audience", "Our client ID", True],
    ["Nonce and state", "Used once, from this browser", True],
    ["Times", "Issued 2 seconds ago, valid for 60 minutes", True],
]
LINES = [
    "Linked to this member after one sign-in to their own account",
    "Name, role, groups and projects stay. Signing in doesn’t change them.",
    "Not asked for a second factor: Okta says that it checked one",
]


def add(builder: Builder) -> None:
    """Add a verified domain, a complete provider and a passed test to Acme."""
    if builder.company.slug != "acme":
        return
    organization, olga = builder.organization, builder.founder
    Domain.objects.create(
        organization=organization,
        name="acme.example",
        token=get_random_string(32),
        verified_at=builder.now - timedelta(days=40),
        checked_at=builder.now - timedelta(hours=3),
    )
    provider = IdentityProvider.objects.create(
        organization=organization,
        provider="okta",
        issuer=ISSUER,
        discovery_url=ISSUER,
        client_id="0oa7k2p9xQ4LmT8wB5d7",
        client_secret=get_random_string(40),
        metadata=METADATA,
        metadata_read_at=builder.now,
    )
    result = {
        "email": olga.email,
        "name": olga.name,
        "can_sign_in": True,
        "lines": LINES,
        "member": {"name": olga.name, "email": olga.email, "id": str(olga.pk)},
        "attributes": ATTRIBUTES,
        "checks": CHECKS,
    }
    test = SsoTest.objects.create(
        identity_provider=provider, version=1, passed=True, tested_by=olga.name, result=result
    )
    SsoTest.objects.filter(pk=test.pk).update(at=builder.now - timedelta(days=1))
