"""The product's settings with environment variables for tests.

DATABASE_URL and REDIS_URL come from bin/test or the caller. TEAMADMIN_DEMO=1 without them runs quick tests on SQLite.
"""

import atexit
import os
import shutil
import tempfile

import pytest

if "DATABASE_URL" not in os.environ and "TEAMADMIN_DEMO" not in os.environ:
    raise pytest.UsageError("Tests need PostgreSQL and Redis: run bin/test, or set DATABASE_URL and REDIS_URL.")


def redis_for_worker(url: str) -> str:
    """Return the Redis URL for this pytest-xdist worker: gw0 uses the given database, gw1 the next, and so on."""
    base, _, number = url.rpartition("/")
    if not number.isdigit():
        base, number = url.rstrip("/"), "0"
    return f"{base}/{int(number) + int(os.environ.get('PYTEST_XDIST_WORKER', 'gw0')[2:])}"


for _name, _value in {
    "SECRET_KEY": "only-for-tests-" + "t" * 50,
    "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
    "BASE_URL": "http://testserver",
    "EMAIL_URL": "smtp://127.0.0.1:9",
    "OUTGOING_ALLOWED_NETWORKS": "127.0.0.0/8,::1",
    # No test asks a DNS server outside. Those that need one start their own.
    "DNS_SERVERS": "127.0.0.1:9",
    "DEFAULT_FROM_EMAIL": "TeamAdmin <invite@teamadmin.example>",
    # Playwright's synchronous API runs an event loop in the test's thread.
    "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
}.items():
    os.environ.setdefault(_name, _value)
if "TEAMADMIN_DATA" not in os.environ:
    os.environ["TEAMADMIN_DATA"] = tempfile.mkdtemp(prefix="teamadmin-tests-")
    atexit.register(shutil.rmtree, os.environ["TEAMADMIN_DATA"], ignore_errors=True)
if "REDIS_URL" in os.environ:
    os.environ["REDIS_URL"] = redis_for_worker(os.environ["REDIS_URL"])

from teamadmin.settings import *  # noqa: E402, F403
from teamadmin.settings import STORAGES  # noqa: E402

# Fast and weak on purpose. test_settings.py tests the product's hashers.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = True
