"""The Celery application; its settings are Django's CELERY_*."""

import os

from billiard import pool
from celery import Celery, signals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "teamadmin.settings")
app = Celery("teamadmin")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# With the memory:// broker a task that retries must find this application, not Celery's default one.
app.set_default()

# A process of the pool that ends asks so often, every 0.1 seconds, whether its parent has read what it did. Of a task
# that was handed over just when SIGTERM came the parent reads no more (billiard 4.3), and the end took 30 seconds. What
# our tasks have done stands in the database.
pool.GUARANTEE_MESSAGE_CONSUMPTION_RETRY_LIMIT = 20


@signals.setup_logging.connect
def _leave_logging_alone(**kwargs: object) -> None:
    """Celery sets up no logging of its own where this signal has a receiver; Django has set up LOGGING."""
