"""Requests to identity providers: one browser, one use, and not for long."""

from datetime import timedelta

import pytest
from django.utils import timezone

from provisioning.models import IdentityProvider, SsoRequest
from provisioning.services.sso_requests import delete_old_requests, start_request, take_request
from provisioning.sso.profile import Check, SsoError, SsoProfile
from teamadmin.testing.parallel import run_in_parallel

BROWSER = "the-browser"


@pytest.fixture
def provider(cast):
    return IdentityProvider.objects.create(organization=cast.acme, issuer="https://idp.example", client_id="acme")


def take(provider, state, browser=BROWSER):
    return take_request(identity_provider=provider, state=state, browser=browser)


def test_a_request_works_once(provider):
    started = start_request(identity_provider=provider, browser=BROWSER, next_url="/o/acme/users/")
    assert take(provider, started.state).next_url == "/o/acme/users/"
    with pytest.raises(SsoError, match="already used"):
        take(provider, started.state)


@pytest.mark.django_db(transaction=True)
def test_a_request_works_once_in_parallel(live_cast):
    provider = IdentityProvider.objects.create(organization=live_cast.acme)
    started = start_request(identity_provider=provider, browser=BROWSER)

    def attempt(number):
        try:
            return take(provider, started.state)
        except SsoError:
            return None

    assert len([row for row in run_in_parallel(10, attempt) if row]) == 1


@pytest.mark.parametrize("browser", ["another-browser", ""])
def test_another_browser_cannot_finish_a_request(provider, browser):
    started = start_request(identity_provider=provider, browser=BROWSER)
    with pytest.raises(SsoError):
        take(provider, started.state, browser)
    assert take(provider, started.state)


def test_a_request_is_open_for_fifteen_minutes(provider):
    started = start_request(identity_provider=provider, browser=BROWSER)
    SsoRequest.objects.update(created_at=timezone.now() - timedelta(minutes=16))
    with pytest.raises(SsoError):
        take(provider, started.state)


def test_a_request_is_void_after_the_settings_change(provider):
    started = start_request(identity_provider=provider, browser=BROWSER)
    IdentityProvider.objects.update(version=2)
    with pytest.raises(SsoError) as error:
        take(provider, started.state)
    assert error.value.code == "changed"


def test_another_provider_cannot_finish_a_request(provider, cast):
    started = start_request(identity_provider=provider, browser=BROWSER)
    other = IdentityProvider.objects.create(organization=cast.globex)
    with pytest.raises(SsoError):
        take(other, started.state)


def test_neither_state_nor_browser_is_stored(provider):
    started = start_request(identity_provider=provider, browser=BROWSER)
    assert started.state not in str(SsoRequest.objects.values().get()) and len(started.state) > 40
    assert not SsoRequest.objects.filter(browser=BROWSER).exists()


def test_old_requests_are_deleted(provider):
    start_request(identity_provider=provider, browser=BROWSER)
    assert delete_old_requests() == 0
    SsoRequest.objects.update(created_at=timezone.now() - timedelta(days=2))
    assert delete_old_requests() == 1


def test_a_profile_survives_json():
    profile = SsoProfile("https://idp.example", "42", "a@acme.example", mfa=True, checks=(Check("Issuer", "idp"),))
    assert SsoProfile.from_json(profile.to_json()) == profile
