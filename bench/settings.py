"""The tests' settings with Django's admin, which is measured next to the Users page."""

from teamadmin.testing.settings import *  # noqa: F403
from teamadmin.testing.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "django.contrib.admin"]
