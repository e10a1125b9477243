"""The WSGI application for teamadmin.server."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "teamadmin.settings")
application = get_wsgi_application()
