"""The identity providers that account pages offer (settings.SSO_CHOICES)."""

from collections.abc import Sequence

from accounts.single_sign_on import SsoChoice
from provisioning.models import IdentityProvider, Provider


def sso_choices(*, organization_ids: Sequence[str] = (), slug: str = "") -> list[SsoChoice]:
    """Return the enabled providers of these organizations, or of the one with this slug, by name. One query."""
    rows = IdentityProvider.objects.filter(is_enabled=True, organization__is_active=True)
    rows = rows.filter(organization__slug=slug) if slug else rows.filter(organization__pk__in=organization_ids)
    return [_choice(row) for row in rows.select_related("organization").order_by("organization__name")]


def _choice(row: IdentityProvider) -> SsoChoice:
    organization, generic = row.organization, row.provider in (Provider.OIDC, Provider.SAML)
    return SsoChoice(
        organization_id=str(organization.pk),
        organization=organization.name,
        slug=organization.slug,
        provider="" if generic else row.label,
        is_enforced=organization.sso_enforced,
    )
