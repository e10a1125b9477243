"""Fixtures for the tests of the workspace."""

import pytest

from organizations.models import Project


@pytest.fixture
def website(cast) -> Project:
    """The project Website, which Bo can access through the group Marketing."""
    return cast.projects["website"]
