"""Fixtures of the console's tests."""

import pytest

from console.tests.profiles import form_of, profile_url
from organizations.models import Membership, Role
from organizations.permissions import Permission as P
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
