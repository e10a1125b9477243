"""The settings of the tests, with static files as in production: collected, hashed and compressed."""

import os
from pathlib import Path

from teamadmin.settings import STORAGES as PRODUCTION_STORAGES
from teamadmin.testing.settings import *  # noqa: F403

STORAGES = PRODUCTION_STORAGES
STATIC_ROOT = Path(os.environ["STATIC_ROOT"])
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = False
