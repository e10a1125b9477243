"""A browser that is back from an identity provider, the same for OIDC and SAML."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.services.sign_in import SignIns
from base.hashing import hash_token
from provisioning.models import IdentityProvider, SsoPurpose, SsoRequest
from provisioning.queries.identity_providers import find_finished_request
from provisioning.services.sso_requests import take_request
from provisioning.sso import completion
from provisioning.sso.browser import get_browser
from provisioning.sso.profile import SsoError, SsoProfile


def finish_request(
    request: HttpRequest, identity_provider: IdentityProvider, read_profile: Callable[[SsoRequest], SsoProfile]
) -> HttpResponse:
    """Finish what the browser started, named by the parameter `state`. A second click leads to the same page.

    `read_profile` returns the checked answer to the request, or raises SsoError.
    """
    sso_request, state, browser = None, request.GET.get("state", ""), get_browser(request)
    try:
        sso_request = take_request(identity_provider=identity_provider, state=state, browser=browser)
        _require_enabled(sso_request)
        return completion.finish(request, sso_request, read_profile(sso_request))
    except SsoError as error:
        if sso_request is None and (url := _finished_url(request, identity_provider, state, browser)):
            return redirect(url)
        return completion.fail(request, identity_provider, error, sso_request)


def _require_enabled(sso_request: SsoRequest) -> None:
    """Raise SsoError if single sign-on was turned off since the user was sent to the provider. Tests don't need it."""
    if sso_request.purpose != SsoPurpose.TEST and not sso_request.identity_provider.is_enabled:
        raise SsoError(_("Single sign-on is turned off now. Sign in another way."), code="disabled")


def _finished_url(request: HttpRequest, identity_provider: IdentityProvider, state: str, browser: str) -> str:
    """Return where this browser's finished sign-in has led, or "" if it isn't signed in by this provider."""
    if not request.user.is_authenticated or not browser:
        return ""
    if str(identity_provider.organization_id) not in SignIns.of(request.session).sso:
        return ""
    row = find_finished_request(identity_provider, hash_token(state), hash_token(browser))
    return row.next_url if row else ""
