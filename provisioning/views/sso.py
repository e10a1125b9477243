"""Single sign-on: the way to an organization's identity provider, and the page after signing out there."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_safe

from accounts.next_url import get_next_url
from organizations.brands import show_brand
from provisioning.models import SsoPurpose
from provisioning.queries.identity_providers import find_enabled_provider, find_provider
from provisioning.sso.oidc.requests import sign_out_url
from provisioning.sso.protocols import begin


@require_GET
def sso_start(request: HttpRequest, slug: str) -> HttpResponse:
    """Send the browser to the organization's identity provider. `next` is the page to open afterwards."""
    identity_provider = find_enabled_provider(slug)
    next_url = get_next_url(request, default=f"/o/{slug}/")
    hint = request.GET.get("login_hint", "")[:254]
    return begin(request, identity_provider, purpose=SsoPurpose.SIGN_IN, next_url=next_url, login_hint=hint)


@require_safe
def sso_signed_out(request: HttpRequest, slug: str) -> HttpResponse:
    """Show that the user is signed out. Identity providers lead here after signing out there."""
    identity_provider = find_provider(slug)
    show_brand(request, identity_provider.organization)
    context = {
        "identity_provider": identity_provider,
        "organization": identity_provider.organization,
        "sign_out_url": sign_out_url(identity_provider),
    }
    return render(request, "provisioning/sso_signed_out.html", context)
