"""Waking a worker to seal new entries after their transaction. The sweep finds entries that this misses."""

import logging
import threading
import time
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from audit.queries import due_streams
from base.context import in_this_context

logger = logging.getLogger(__name__)
TASK, DELIVER = "audit.tasks.seal", "audit.tasks.deliver"
# Seconds until the task starts, so that it also seals what the process writes in the meantime.
DELAY = 1.0
# Organizations that are remembered as asked for.
MAX_ASKED = 10_000
_asked: dict[UUID | None, float] = {}


def seal_soon(organization_id: UUID | None) -> None:
    """Ask a worker to seal the organization's entries after the caller's transaction commits. Never fails it."""
    # Not partial(): Django can't name it when it fails.
    transaction.on_commit(lambda: ask(organization_id), robust=True)


def ask(organization_id: UUID | None) -> None:
    """Ask a worker, unless this process did within DELAY and the task hasn't started yet."""
    now = time.monotonic()
    if now < _asked.get(organization_id, 0):
        return
    if len(_asked) >= MAX_ASKED:
        _asked.clear()
    _asked[organization_id] = now + DELAY * 0.9
    _publish_in_thread(TASK, str(organization_id or ""))


def deliver_soon(organization_id: UUID | None = None) -> None:
    """Publish a task for each due stream of one organization or all, so that slow receivers don't delay others."""
    for pk in due_streams(organization_id).values_list("pk", flat=True):
        _publish(DELIVER, str(pk))


def _publish_in_thread(task: str, *args: str) -> None:
    """Publish in a thread, because the broker may take longer than writing the entry."""
    publish = in_this_context(_publish)
    threading.Thread(target=publish, args=(task, *args), kwargs={"countdown": DELAY}, daemon=True).start()


def _publish(task: str, *args: str, countdown: float = 0) -> None:
    try:
        # The task queue is in an app that this one doesn't know.
        import_string(settings.AUDIT_PUBLISH)(task, *args, countdown=countdown)
    except Exception:  # the sweep will find the work
        logger.warning("Can't wake a worker for the audit log.", exc_info=True)
