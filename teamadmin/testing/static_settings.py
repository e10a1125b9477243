"""The settings of the tests, with static files as in production: collected, hashed and compressed."""

import os
from pathlib import Path

from teamadmin.testing.settings import *  # noqa: F403
from teamadmin.testing.settings import STORAGES

STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}}
STATIC_ROOT = Path(os.environ["STATIC_ROOT"])
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = False
