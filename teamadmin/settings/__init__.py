"""The settings, for production (from environment variables) and the demo (TEAMADMIN_DEMO=1).

docs/operating.md lists every variable. Production defaults must be safe.
"""

from teamadmin.settings.base import *  # noqa: F403
from teamadmin.settings.security import *  # noqa: F403
from teamadmin.settings.services import *  # noqa: F403
