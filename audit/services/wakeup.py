"""Have new entries sealed shortly after their transaction. Only a hint: the sweep finds what it misses."""

import time
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from audit.queries import due_streams

TASK, DELIVER = "audit.tasks.seal", "audit.tasks.deliver"
# The task starts this late, so that it seals whatever else the process writes meanwhile. Seconds.
DELAY = 1.0
# Organizations that are remembered as asked for.
MAX_ASKED = 10_000
_asked: dict[UUID | None, float] = {}


def seal_soon(organization_id: UUID | None) -> None:
    """Ask a worker to seal the organization's entries after the caller's transaction commits. Never fails it."""
    transaction.on_commit(partial(ask, organization_id), robust=True)


def ask(organization_id: UUID | None) -> None:
    """Ask a worker now, unless this process did within DELAY and the task hasn't started yet."""
    now = time.monotonic()
    if now < _asked.get(organization_id, 0):
        return
    if len(_asked) >= MAX_ASKED:
        _asked.clear()
    _asked[organization_id] = now + DELAY * 0.9
    _publish(TASK, str(organization_id or ""), countdown=DELAY)


def deliver_soon(organization_id: UUID | None = None) -> None:
    """Have a worker send what is due, of one organization or of all. A slow receiver keeps no other waiting."""
    for pk in due_streams(organization_id).values_list("pk", flat=True):
        _publish(DELIVER, str(pk))


def _publish(task: str, *args: str, countdown: float = 0) -> None:
    # The task queue is in an app that this one doesn't know.
    import_string(settings.AUDIT_PUBLISH)(task, *args, countdown=countdown)
