"""Signing in with a checked answer of an identity provider: the session opens its organization only (O-3)."""

from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.services import sign_in
from accounts.services.sign_in import SSO, SsoSignIn
from organizations.brands import show_brand
from provisioning.models import ExternalIdentity, IdentityProvider, SsoRequest
from provisioning.services.identities import Identified, Outcome, identify, save_login
from provisioning.services.kept_profiles import keep_profile
from provisioning.sso.browser import get_browser, set_browser
from provisioning.sso.profile import SsoProfile

# Where someone confirms something first. Both pages read the kept answer.
PAGES = {Outcome.ACCOUNT_EXISTS: "sso_link", Outcome.INVITED: "sso_invitation"}


def finish_sign_in(request: HttpRequest, sso_request: SsoRequest, profile: SsoProfile) -> HttpResponse:
    """Sign in the person of the answer, or lead them to what is missing. Raise SsoError if they can't sign in."""
    provider = sso_request.identity_provider
    found = identify(identity_provider=provider, profile=profile)
    if found.outcome not in PAGES:
        return enter(request, provider, found, profile, next_url=sso_request.next_url)
    browser = get_browser(request)
    keep_profile(identity_provider=provider, browser=browser, profile=profile, next_url=sso_request.next_url)
    response = redirect(PAGES[found.outcome], provider.organization.slug)
    set_browser(response, browser)  # it must last as long as the kept answer
    return response


def enter(
    request: HttpRequest, provider: IdentityProvider, found: Identified, profile: SsoProfile, *, next_url: str
) -> HttpResponse:
    """Open the session, or confirm the request to join."""
    if found.outcome == Outcome.ASKED:
        show_brand(request, provider.organization)
        context = {"organization": provider.organization, "email": profile.email}
        return render(request, "provisioning/sso_asked.html", context)
    assert found.identity is not None
    save_login(identity=found.identity, profile=profile)
    return open_session(request, provider, found.identity, profile, next_url=next_url)


def open_session(
    request: HttpRequest,
    provider: IdentityProvider,
    identity: ExternalIdentity,
    profile: SsoProfile,
    *,
    next_url: str,
) -> HttpResponse:
    """Sign in the identity's user. The session says which organization's provider it was, and opens only that one."""
    evidence = SsoSignIn(str(provider.organization_id), profile.sid[:500], profile.mfa)
    target = safe_next_url(next_url) or reverse("homepage", args=[provider.organization.slug])
    return sign_in(request, identity.user, method=SSO, next_url=target, sso=evidence)


def safe_next_url(next_url: str) -> str:
    """Return the path if it is one of this site's pages, else "". The start page could lead to another organization."""
    is_path = url_has_allowed_host_and_scheme(next_url, allowed_hosts=None)
    return next_url if is_path and next_url != settings.LOGIN_REDIRECT_URL else ""


def own_sign_in_url(next_url: str) -> str:
    """Return the URL of the sign-in page, which leads to `next_url` then."""
    return f"{reverse(settings.LOGIN_URL)}?{urlencode({REDIRECT_FIELD_NAME: next_url})}"
