"""Confirming who one is with single sign-on, before a sensitive action (S-7)."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from accounts.access import login_required
from accounts.next_url import get_next_url
from accounts.services.sign_in import SignIns
from provisioning.models import SsoPurpose
from provisioning.queries.identity_providers import find_enabled_provider
from provisioning.sso.protocols import begin


@require_GET
@login_required
def sso_confirmation(request: HttpRequest, slug: str) -> HttpResponse:
    """Send the browser to the provider that opened this session, to sign in again. `next` is the page that asked."""
    provider = find_enabled_provider(slug)
    if str(provider.organization_id) not in SignIns.of(request.session).sso:
        raise Http404
    return begin(request, provider, purpose=SsoPurpose.CONFIRM, next_url=get_next_url(request), force=True)
