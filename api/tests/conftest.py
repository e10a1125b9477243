"""Fixtures of the API's tests."""

import pytest

from api.tests.keys import ApiClient


@pytest.fixture
def admin(cast):
    """A client with the key of Olga, an Admin of Acme, with all scopes."""
    return ApiClient(cast.olga)
