"""A browser that is back from an identity provider, the same for OIDC and SAML."""

from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.services.sign_in import SignIns
from provisioning.models import IdentityProvider, SsoPurpose, SsoRequest
from provisioning.queries.identity_providers import find_finished_request
from provisioning.services.sso_requests import hash_text
from provisioning.sso.profile import SsoError


def require_enabled(sso_request: SsoRequest) -> None:
    """Raise SsoError if single sign-on was turned off since the user was sent to the provider. Tests don't need it."""
    if sso_request.purpose != SsoPurpose.TEST and not sso_request.identity_provider.is_enabled:
        raise SsoError(_("Single sign-on is turned off now. Sign in another way."), code="disabled")


def finished_url(request: HttpRequest, identity_provider: IdentityProvider, state: str, browser: str) -> str:
    """Return where this browser's finished sign-in has led, or "" if it isn't signed in by this provider."""
    if not request.user.is_authenticated or not browser:
        return ""
    if str(identity_provider.organization_id) not in SignIns.of(request.session).sso:
        return ""
    row = find_finished_request(identity_provider, hash_text(state), hash_text(browser))
    return row.next_url if row else ""
