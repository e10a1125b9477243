"""Answers of identity providers for tests: what follows a checked answer, without any protocol.

Tests that use it have `pytestmark = pytest.mark.urls("provisioning.tests.answers")`.
"""

from itertools import count

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from django.utils import timezone

from organizations.models import Organization
from provisioning.models import Domain, IdentityProvider, Provider
from provisioning.services.sso_requests import start_request, take_request
from provisioning.sso import completion
from provisioning.sso.browser import get_browser
from provisioning.sso.profile import SsoError, SsoProfile
from teamadmin.urls import *  # noqa: F403 - the product's URLs and error handlers
from teamadmin.urls import urlpatterns as product

# Checked answers by state.
ANSWERS: dict[str, tuple[IdentityProvider, SsoProfile]] = {}
numbers = count()


def answer(request: HttpRequest, state: str) -> HttpResponse:
    """Do what the views of both protocols do once an answer is checked."""
    provider, profile = ANSWERS[state]
    row = None
    try:
        row = take_request(identity_provider=provider, state=state, browser=get_browser(request))
        return completion.finish(request, row, profile)
    except SsoError as error:
        return completion.fail(request, provider, error, row)


urlpatterns = [path("answers/<str:state>/", answer), *product]


def enable_sso(organization: Organization, *domains: str, **fields) -> IdentityProvider:
    """Give the organization an enabled provider, and verified domains."""
    for domain in domains:
        Domain.objects.create(organization=organization, name=domain, token="t", verified_at=timezone.now())  # noqa: S106
    values = {"provider": Provider.OKTA, "is_enabled": True, "issuer": f"https://{organization.slug}.idp.example"}
    return IdentityProvider.objects.create(organization=organization, **{**values, **fields})


def profile_of(provider: IdentityProvider, email: str, subject: str = "", **fields) -> SsoProfile:
    """Return what the provider says. The subject is that of the address, unless given."""
    return SsoProfile(provider.issuer, subject or f"subject of {email}", email, **fields)


def come_back(
    client: Client, provider: IdentityProvider, email: str, subject: str = "", *, next_url: str = "", **fields
) -> HttpResponse:
    """Come back from the provider with a checked answer, in the browser that was sent there."""
    browser = client.cookies.get(settings.SSO_COOKIE_NAME)
    if browser is None:
        client.cookies[settings.SSO_COOKIE_NAME] = f"browser-{next(numbers)}"
        browser = client.cookies[settings.SSO_COOKIE_NAME]
    started = start_request(identity_provider=provider, browser=browser.value, next_url=next_url)
    ANSWERS[started.state] = (provider, profile_of(provider, email, subject, **fields))
    return client.get(f"/answers/{started.state}/")
