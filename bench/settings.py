"""The tests' settings and, to be measured beside the Users page, Django's admin."""

from teamadmin.testing.settings import *  # noqa: F403
from teamadmin.testing.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "django.contrib.admin"]
