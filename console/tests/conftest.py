"""Fixtures of the console's tests."""

import pytest
from django.test import Client
from django.utils import timezone

from console.tests.profiles import form_of, profile_url
from console.tests.sso_forms import METADATA, SECRET
from organizations.models import Membership, Role
from organizations.permissions import Permission as P
from provisioning.models import IdentityProvider
from provisioning.services import readings
from teamadmin.testing.cast import add_member, add_role, add_user
from teamadmin.testing.pages import REFUSED


@pytest.fixture
def refusals(open_page):
    """Ignore console errors about refused requests."""
    open_page.expected = REFUSED


@pytest.fixture
def max_browser(cast):
    """Max's browser with Bo's page open: form(), then save(form)."""

    class Browser:
        client, member = cast.client("max"), cast.bo

        def form(self, **changes):
            return form_of(self.client.get(profile_url(self.member)), **changes)

        def save(self, form, **options):
            return self.client.post(profile_url(self.member), form, **options)

    return Browser()


@pytest.fixture
def desk(cast) -> Role:
    return add_role(cast.acme, "Desk", P.PEOPLE_VIEW, P.PEOPLE_EDIT)


@pytest.fixture
def keeper(cast) -> Membership:
    role = add_role(cast.acme, "Role keeper", P.PEOPLE_VIEW, P.PEOPLE_EDIT, P.ROLES_MANAGE)
    return add_member(cast.acme, add_user("kim@acme.example", "Kim", "Keeper"), role)


@pytest.fixture
def discovery(monkeypatch):
    """The provider's answers by address; an exception is raised."""
    answers: dict = {"https://acme.okta.example": METADATA}

    def discover(url):
        if isinstance(answer := answers[url], Exception):
            raise answer
        return answer

    monkeypatch.setattr(readings, "discover", discover)
    return answers


@pytest.fixture
def olga(cast, discovery) -> Client:
    return cast.client("olga")


@pytest.fixture
def provider(cast) -> IdentityProvider:
    """Acme's complete provider, which isn't turned on."""
    return IdentityProvider.objects.create(
        organization=cast.acme,
        provider="okta",
        issuer=METADATA["issuer"],
        discovery_url="https://acme.okta.example",
        client_id="0oa7k2p9",
        client_secret=SECRET,
        metadata=METADATA,
        metadata_read_at=timezone.now(),
    )
