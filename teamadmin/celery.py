"""The Celery application; its settings are Django's CELERY_*."""

import os

from celery import Celery, signals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "teamadmin.settings")
app = Celery("teamadmin")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# With the memory:// broker a task that retries must find this application, not Celery's default one.
app.set_default()


@signals.setup_logging.connect
def _leave_logging_alone(**kwargs: object) -> None:
    """Celery sets up no logging of its own where this signal has a receiver; Django has set up LOGGING."""
