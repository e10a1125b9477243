"""Fixtures of the console's tests."""

import pytest

from console.tests.profiles import form_of, profile_url
from teamadmin.testing.pages import REFUSED


@pytest.fixture
def refusals(enter):
    """Ignore console errors about refused requests."""
    enter.expected = REFUSED


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
