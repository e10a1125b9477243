"""Security events: what happened to an account, recorded for the user, their organizations and the operator (S-10)."""

import logging
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.module_loading import import_string

from accounts.devices import describe_device
from accounts.models import User
from audit.models import Entry
from audit.services import record_each
from base import context
from base.metrics import SECURITY_EVENTS, SIGN_IN_FAILURES
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
        "sso.linked",
        "access_key.added",
        "access_key.replaced",
        "access_key.withdrawn",
    }
)
# One organization's matter: it has its own entry, and the user's other organizations don't hear of it.
ONE_ORGANIZATION = frozenset(
    {"sessions.ended_by_admin", "sso.linked", "access_key.added", "access_key.replaced", "access_key.withdrawn"}
)
# Email addresses in an entry's data, which only the user's own entry has. See follow_email() in organizations.
ADDRESSES = frozenset({"email.changed", "email.restored"})
# Failed sign-ins with the same reason are counted together for this long.
FAILURE_WINDOW_SECONDS = 600


@transaction.atomic
def record_event(*, user: User, action: str, actor: Any = None, data: dict | None = None) -> Entry:
    """Record a security event of the user in their own log, in that of each organization, and in the web log.

    `actor` is the user, unless someone else acted. Queues the email about it where there is one. `data` must not
    contain secrets.
    """
    data = dict(data or {})
    if action in NOTIFIED and actor is None and (agent := context.current().user_agent):
        data.setdefault("device", describe_device(agent))
    own = {"organization_id": None, "actor": actor or user, "action": action, "target": user, "data": data}
    public = {} if action in ADDRESSES else data
    members = [] if action in ONE_ORGANIZATION else _memberships(user)
    entry = record_each([own, *(_entry_of(member, member, action, public) for member in members)])[0]
    log_event(action=action, user=user, data=public)
    if action in NOTIFIED:
        queue_email(kind="accounts.security_notice", subject_id=entry.pk, key=f"security_notice:{entry.pk}")
    return entry


def log_event(*, action: str, user: User | None = None, data: dict | None = None, level: int = logging.INFO) -> None:
    """Write a security event to the web log only. teamadmin.logs adds the time and the request's id."""
    SECURITY_EVENTS.labels(action).inc()
    event = {"action": action, "user": str(user.pk) if user else "", "ip": context.current().ip or ""}
    logger.log(level, "Security event: %s", action, extra={"event": {**(data or {}), **event}})


def record_failed_sign_in(*, reason: str, user: User | None = None, email: str = "", data: dict | None = None) -> None:
    """Record a failed sign-in. `reason` is "password", "second_factor", "passkey", "deactivated",
    "single_sign_on" or "limited".

    Give the user, or the `email` that was entered. `data` has details, without secrets. Failures of a user with the
    same reason are counted for FAILURE_WINDOW_SECONDS, and the 1st, 2nd, 4th, 8th and so on are recorded: a million
    tries make 20 entries. All of them are in the web log. An address without a user is replaced by a keyed hash: it may
    be a password typed into the wrong field, and isn't ours to store. The hash still shows that the same address is
    tried again.
    """
    SIGN_IN_FAILURES.labels(reason).inc()
    if user is None:
        user = User.objects.filter(email=email.strip().lower()).first()
    subject = str(user.pk) if user else _hash_address(email)
    count = count_failure(f"sign_in_failed:{reason}:{subject}")
    data = {**(data or {}), "reason": reason}
    if count > 1:
        data["count"] = count
    if agent := context.current().user_agent:
        data.setdefault("device", describe_device(agent))
    if user is None:
        data["address_hash"] = subject
    if count & (count - 1) == 0:
        _record_failure(user, data)
    log_event(action="sign_in.failed", user=user, data=data, level=logging.WARNING)


@transaction.atomic
def _record_failure(user: User | None, data: dict) -> None:
    """Record it with two queries, for unknown addresses as well: they must not be answered faster (CVE-2024-39329)."""
    action, members = "sign_in.failed", _memberships(user or User())
    own = {"organization_id": None, "actor": None, "action": action, "target": user, "data": data}
    # No one is the actor: it may be a stranger.
    record_each([own, *(_entry_of(member, None, action, data) for member in members)])


def _memberships(user: User) -> list[Any]:
    """Return the memberships in whose organizations an event of the user is recorded. One query."""
    return import_string(settings.SECURITY_EVENT_MEMBERSHIPS)(user)


def _entry_of(member: Any, actor: Any, action: str, data: dict) -> dict[str, Any]:
    organization_id = member.organization_id
    return {"organization_id": organization_id, "actor": actor, "action": action, "target": member, "data": data}


def count_failure(key: str) -> int:
    """Return how many failures there were under this key since the first one in the window. Without a cache, 1."""
    cache.add(key, 0, FAILURE_WINDOW_SECONDS)
    try:
        return cache.incr(key)
    except ValueError:  # expired since, or there is no cache
        return 1


def _hash_address(email: str) -> str:
    return salted_hmac("accounts.failed_sign_in", email.strip().lower()).hexdigest()[:16]
