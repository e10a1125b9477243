"""Settings for worker processes in the outbox tests: the production settings with the tests' email kinds."""

from teamadmin.settings import *  # noqa: F403
from teamadmin.settings import REDIS_URL, env

CELERY_BROKER_URL = REDIS_URL
OUTBOX_KINDS = {"test": "outbox.tests.renderers.render"}
OUTBOX_LISTENERS: list[str] = []
WORKER_STOP_SECONDS = env.number("WORKER_STOP_SECONDS", 25)
OUTBOX_SWEEP_SECONDS = env.number("OUTBOX_SWEEP_SECONDS", 60)
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST, EMAIL_PORT = "127.0.0.1", env.number("MAIL_PORT", 9)
EMAIL_USE_TLS = EMAIL_USE_SSL = False
EMAIL_HOST_USER = EMAIL_HOST_PASSWORD = ""
