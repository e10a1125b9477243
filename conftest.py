"""Load the fixtures in teamadmin/testing."""

pytest_plugins = [
    "teamadmin.testing.fixtures",
    "teamadmin.testing.audit_log",
    "teamadmin.testing.flush",
    "teamadmin.testing.cast",
    "teamadmin.testing.pages",
    "teamadmin.testing.dns_server",
]
