"""The WSGI application for teamadmin.server."""

import os

from django.core.wsgi import get_wsgi_application

from teamadmin import tracing
from teamadmin.request_log import log_requests

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "teamadmin.settings")
tracing.start("web")  # before Django loads its middleware
application = log_requests(get_wsgi_application())
