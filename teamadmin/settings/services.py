"""Email and the task queue."""

from datetime import timedelta
from typing import Any

from teamadmin import env, service_urls
from teamadmin.settings.base import DEMO, REDIS_URL

# --- email and queue ----------------------------------------------------------------------------
DEFAULT_FROM_EMAIL = env.sender("DEFAULT_FROM_EMAIL", "TeamAdmin <invite@teamadmin.example>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
SMTP = service_urls.smtp("EMAIL_URL")
EMAIL_HOST, EMAIL_PORT = SMTP.host, SMTP.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = SMTP.user, SMTP.password
EMAIL_USE_TLS, EMAIL_USE_SSL = SMTP.tls, SMTP.ssl
EMAIL_TIMEOUT = 20
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
# The settings of django-anymail that are on or off. All others are texts.
ANYMAIL_FLAGS = {
    "AMAZON_SES_AUTO_CONFIRM_SNS_SUBSCRIPTIONS",
    "BREVO_PREVENT_HEADER_ENCODING_BUGS",
    "BREVO_WORKAROUND_DISPLAY_NAME_BUGS",
    "DEBUG_API_REQUESTS",
    "IGNORE_RECIPIENT_STATUS",
    "IGNORE_UNSUPPORTED_FEATURES",
    "POSTMARK_USE_BULK_API",
    "RESEND_VERIFY_ATTACHMENT_EXTENSIONS",
    "SENDGRID_GENERATE_MESSAGE_ID",
    "SPARKPOST_TRACK_INITIAL_OPEN_AS_OPENED",
    "UNISENDER_GO_GENERATE_MESSAGE_ID",
    "UNISENDER_GO_WORKAROUND_DISPLAY_NAME_BUGS",
}
ANYMAIL: dict[str, Any] = {
    "REQUESTS_TIMEOUT": EMAIL_TIMEOUT,
    "IGNORE_UNSUPPORTED_FEATURES": True,  # an email without its tag or metadata is better than none
    **env.prefixed("ANYMAIL_", ANYMAIL_FLAGS),
}
# Opens the provider's webhook (outbox.webhooks), by HTTP Basic authentication.
if secret := env.credentials("ANYMAIL_WEBHOOK_SECRET"):
    ANYMAIL["WEBHOOK_SECRET"] = secret
if DEMO:
    EMAIL_BACKEND = "teamadmin.devmail.backend.EmailBackend"
elif provider := ANYMAIL.pop("PROVIDER", ""):
    EMAIL_BACKEND = f"anymail.backends.{provider.lower()}.EmailBackend"
# Each kind of email, and the function that renders it when it is sent.
OUTBOX_KINDS = {
    "invitations.invitation": "invitations.emails.render_invitation",
    "invitations.link_request": "invitations.emails.render_link_request",
    "accounts.password_reset": "accounts.emails.render_password_reset",
    "accounts.two_factor_reset": "accounts.emails.render_two_factor_reset",
    "organizations.two_factor_reminder": "organizations.emails.render_two_factor_reminder",
    "organizations.brand_test": "organizations.emails.render_brand_test",
    "organizations.break_glass_used": "organizations.emails.render_break_glass_used",
    "organizations.two_factor_reset": "organizations.emails.render_two_factor_reset",
    "organizations.access_key_created": "organizations.emails.access_keys.render_access_key_created",
    "organizations.access_key_expiring": "organizations.emails.access_keys.render_access_key_expiring",
    "accounts.security_notice": "accounts.emails.render_security_notice",
    "accounts.email_confirmation": "accounts.emails.render_email_confirmation",
    "provisioning.certificate_expiring": "provisioning.emails.certificates.render_certificate_expiring",
    "provisioning.domain_missing": "provisioning.emails.domains.render_domain_missing",
    "provisioning.domain_lapsed": "provisioning.emails.domains.render_domain_lapsed",
    "provisioning.join_approved": "provisioning.emails.joining.render_join_approved",
}
# Called with the emails whose state has changed.
OUTBOX_LISTENERS = ["invitations.services.follow_emails"]
# Called with what the email provider's webhook reports.
OUTBOX_EVENT_LISTENERS = ["invitations.services.follow_events"]

# How the audit log publishes a task: its app doesn't know the queue's.
AUDIT_PUBLISH = "outbox.services.publish"
# Entries of the audit log are deleted after this many days. 0 keeps them forever.
AUDIT_RETENTION_DAYS = env.number("AUDIT_RETENTION_DAYS", 0, most=36500)

CELERY_BROKER_URL = REDIS_URL or "memory://localhost//"
# A request only wakes a worker, and the sweep finds what a lost wake-up missed. So while the broker is down, a request
# waits for one second at most and does not retry. socket_timeout must be longer than a worker's BRPOP (one second).
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {
        "socket_connect_timeout": 1,
        "socket_timeout": 2,
        "socket_keepalive": True,
        "visibility_timeout": 900,
        # kombu's own retries of the first connection, which ignore CELERY_TASK_PUBLISH_RETRY. They took 6 s.
        "max_retries": 0,
    }
    if REDIS_URL
    else {"polling_interval": 0.02}
)
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_IGNORE_RESULT = True
# A task may run twice, but is never lost. The outbox makes running twice harmless.
CELERY_TASK_ACKS_LATE = CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SOFT_TIME_LIMIT, CELERY_TASK_TIME_LIMIT = 240, 300
# A worker ends at most this long after SIGTERM (outbox.deadline). docker-compose.yml sends SIGKILL after 30 seconds.
# Longer than EMAIL_TIMEOUT: if a mail server hangs, the email is back in the outbox by then.
WORKER_STOP_SECONDS = 25
CELERY_WORKER_PREFETCH_MULTIPLIER = 1 if REDIS_URL else 4
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TIMEZONE = "UTC"
# Tasks that find work whose wake-up was lost. Beat and every worker run them each minute.
SWEEPS = [
    "outbox.tasks.sweep",
    "console.tasks.sweep_bulk",
    "organizations.tasks.reorder_members",
    "audit.tasks.sweep",
]
# The schedule is kept in memory: after a start every periodic task is due at once, which is harmless here.
CELERY_BEAT_SCHEDULER = "outbox.beat:ReportingScheduler"
CELERY_BEAT_SCHEDULE = {
    **{name: {"task": name, "schedule": timedelta(seconds=60), "options": {"expires": 55}} for name in SWEEPS},
    # It saves once a day. Running every hour, it needs no clock that is still there after a restart.
    "save_two_factor_progress": {
        "task": "organizations.tasks.save_two_factor_progress",
        "schedule": timedelta(hours=1),
    },
    "save_seat_use": {"task": "organizations.tasks.save_seat_use", "schedule": timedelta(hours=1)},
    "notify_expiring_access_keys": {
        "task": "organizations.tasks.notify_expiring_access_keys",
        "schedule": timedelta(hours=1),
    },
    "delete_old_attempts": {"task": "accounts.tasks.delete_old_attempts", "schedule": timedelta(hours=1)},
    "delete_expired_sessions": {"task": "accounts.tasks.delete_expired_sessions", "schedule": timedelta(hours=1)},
    "delete_old_scim_log": {"task": "provisioning.tasks.delete_old_scim_log", "schedule": timedelta(hours=1)},
    "delete_old_audit_entries": {"task": "audit.tasks.delete_old", "schedule": timedelta(hours=1)},
    "delete_old_sso": {"task": "provisioning.tasks.delete_old_sso", "schedule": timedelta(hours=1)},
    "delete_old_idempotency_keys": {"task": "api.tasks.delete_old_idempotency_keys", "schedule": timedelta(hours=1)},
    "delete_old_sends": {"task": "invitations.tasks.delete_old_sends", "schedule": timedelta(hours=1)},
    "repair_deliveries": {"task": "invitations.tasks.repair_deliveries", "schedule": timedelta(hours=1)},
    "check_certificates": {"task": "provisioning.tasks.check_certificates", "schedule": timedelta(hours=1)},
    "check_domains": {"task": "provisioning.tasks.check_domains", "schedule": timedelta(minutes=1)},
}
