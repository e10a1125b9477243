"""Fixtures for every test stand in teamadmin/testing."""

pytest_plugins = ["teamadmin.testing.fixtures", "teamadmin.testing.cast", "teamadmin.testing.pages"]
