"""Identity providers by their organization's slug, for pages without a session."""

from django.http import Http404
from django.urls import reverse

from accounts.services.sign_in import SignIns
from provisioning.models import IdentityProvider, SsoPurpose, SsoRequest
from provisioning.models.sso import Protocol


def find_provider(slug: str) -> IdentityProvider:
    """Return the identity provider of an active organization, also while it isn't enabled yet. Raise Http404."""
    providers = IdentityProvider.objects.select_related("organization")
    provider = providers.filter(organization__slug=slug, organization__is_active=True).first()
    if provider is None:
        raise Http404
    return provider


def find_enabled_provider(slug: str) -> IdentityProvider:
    """Return the identity provider that an active organization offers at sign-in. Raise Http404."""
    provider = find_provider(slug)
    if not provider.is_enabled:
        raise Http404
    return provider


def find_provider_with(slug: str, protocol: Protocol) -> IdentityProvider:
    """Return the provider like find_provider(), if it uses this protocol. Raise Http404."""
    provider = find_provider(slug)
    if provider.protocol != protocol:
        raise Http404
    return provider


def find_finished_request(identity_provider: IdentityProvider, key: str, browser: str) -> SsoRequest | None:
    """Return the sign-in that this browser has finished. `key` and `browser` are hashes."""
    finished = SsoRequest.objects.filter(identity_provider=identity_provider, purpose=SsoPurpose.SIGN_IN)
    return finished.filter(key=key, browser=browser).exclude(used_at=None).first()


def signed_out_page(sign_ins: SignIns) -> str:
    """Return the page after signing out of a session that these providers opened, or "" if they are gone."""
    providers = IdentityProvider.objects.filter(organization__in=list(sign_ins.sso), organization__is_active=True)
    slug = providers.order_by("pk").values_list("organization__slug", flat=True).first()
    return reverse("sso_signed_out", args=[slug]) if slug else ""
