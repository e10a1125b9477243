"""Sending a browser to an organization's identity provider, the same for OIDC and SAML."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from base.outgoing import OutgoingError
from organizations.models import Membership
from provisioning.models import IdentityProvider, SetupLink, SsoPurpose
from provisioning.models.sso import Protocol
from provisioning.services.sso_requests import StartedRequest, start_request
from provisioning.sso import completion
from provisioning.sso.browser import make_browser, set_browser
from provisioning.sso.oidc import requests as oidc
from provisioning.sso.profile import SsoError
from provisioning.sso.saml import requests as saml


def authorization_url(
    identity_provider: IdentityProvider, started: StartedRequest, *, force: bool = False, login_hint: str = ""
) -> str:
    """Return the provider's URL to send the browser to. Raise OutgoingError or SsoError.

    With `force`, the provider must ask for the password again. `login_hint` is the address that was entered here.
    """
    if identity_provider.protocol == Protocol.SAML:
        return saml.authorization_url(identity_provider, started, force=force)
    return oidc.authorization_url(identity_provider, started, force=force, login_hint=login_hint)


def begin(
    request: HttpRequest,
    identity_provider: IdentityProvider,
    *,
    purpose: str,
    next_url: str = "",
    member: Membership | None = None,
    setup_link: SetupLink | None = None,
    force: bool = False,
    login_hint: str = "",
) -> HttpResponse:
    """Send the browser to the identity provider, or return a page about why that isn't possible.

    `next_url` must be a path of this site. A fresh sign-in (CONFIRM) is always forced.
    """
    browser = make_browser(request)
    started = start_request(
        identity_provider=identity_provider,
        browser=browser,
        purpose=purpose,
        next_url=next_url,
        member=member,
        setup_link=setup_link,
    )
    force = force or purpose == SsoPurpose.CONFIRM
    try:
        url = authorization_url(identity_provider, started, force=force, login_hint=login_hint)
    except OutgoingError as error:
        return completion.fail(request, identity_provider, SsoError(error, code="unreachable"), started.row)
    except SsoError as error:
        return completion.fail(request, identity_provider, error, started.row)
    response = redirect(url)
    set_browser(response, browser)
    return response
