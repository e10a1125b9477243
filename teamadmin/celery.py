"""The Celery application; its settings are Django's CELERY_*."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "teamadmin.settings")
app = Celery("teamadmin")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
