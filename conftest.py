"""All fixtures stand in teamadmin/testing/fixtures.py."""

pytest_plugins = ["teamadmin.testing.fixtures", "teamadmin.testing.cast"]
