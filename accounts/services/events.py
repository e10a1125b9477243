"""Security events: what happened to an account, recorded for the user, their organizations and the operator (S-10)."""

import logging
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from accounts.models import User
from audit.models import Entry
from audit.services import record
from outbox.services import queue_email

logger = logging.getLogger("teamadmin.security")
# Events that the user is told about by email (S-8). accounts.emails.notices has their texts.
NOTIFIED = frozenset(
    {
        "sign_in.new_device",
        "password.changed",
        "password.reset",
        "email.changed",
        "two_factor.enabled",
        "two_factor.disabled",
        "authenticator.added",
        "authenticator.replaced",
        "authenticator.removed",
        "passkey.added",
        "passkey.removed",
        "backup_code.used",
        "backup_codes.generated",
        "sessions.ended_by_admin",
    }
)


@transaction.atomic
def record_event(*, user: User, action: str, actor: Any = None, data: dict | None = None) -> Entry:
    """Record a security event of the user in their own log, in that of each organization, and in the web log.

    `actor` is the user, unless someone else acted. Queues the email about it where there is one. `data` must not
    contain secrets.
    """
    data = data or {}
    entry = record(organization_id=None, actor=actor or user, action=action, target=user, data=data)
    for path in settings.SECURITY_EVENT_LISTENERS:
        import_string(path)(user=user, action=action, data=data)
    logger.info("Security event: %s", action, extra={"event": action, "user_id": str(user.pk), **_plain(data)})
    if action in NOTIFIED:
        queue_email(kind="accounts.security_notice", subject_id=entry.pk, key=f"security_notice:{entry.pk}")
    return entry


def _plain(data: dict) -> dict[str, str]:
    return {f"event_{name}": str(value) for name, value in data.items()}
