"""Wake a worker because email or other work is waiting. Only a hint: the work is stored, and the sweep finds it too."""

import logging
import time
from functools import partial
from typing import Any

from celery import current_app
from django.db import transaction
from kombu import Connection
from kombu.pools import producers

from base.metrics import BROKER_FAILURES

logger = logging.getLogger(__name__)

# After the broker failed to answer, it isn't tried for this long, so that not every request waits for the timeout.
BROKER_PAUSE_SECONDS = 15.0
_paused_until = 0.0
# A worker may wait for its broker, a request may not: 1.5 seconds for a broker that hangs, none for one that refuses.
SHORT_TIMEOUTS = {"socket_connect_timeout": 0.5, "socket_timeout": 1, "max_retries": 0}


def wake_after_commit(task: str, *args: str) -> None:
    """Publish the outbox task after the caller's transaction commits. Never raises and never fails the request."""
    transaction.on_commit(partial(wake, task, *args), robust=True)


def publish_after_commit(name: str, *args: str) -> None:
    """Publish a task of any app, given by its full name, as wake_after_commit() does."""
    transaction.on_commit(partial(publish, name, *args), robust=True)


def _publish(name: str, args: tuple[str, ...], countdown: float, expires: float | None) -> None:
    """Publish by name, because tasks.py imports the services. Uses a connection pool of its own."""
    options: dict[str, Any] = {"countdown": countdown or None, **({"expires": expires} if expires else {})}
    with producers[_connection()].acquire(block=True, timeout=1) as producer:
        current_app.send_task(name, args=args, producer=producer, retry=False, ignore_result=True, **options)


def _connection() -> Connection:
    return current_app.connection_for_write(transport_options=SHORT_TIMEOUTS)


def broker_responds() -> bool:
    """Return whether a new connection to the broker can be made."""
    try:
        with _connection() as connection:
            connection.ensure_connection(max_retries=0, timeout=1)
    except Exception:  # whatever the broker's client raises
        return False
    return True


def wake(task: str, *args: str) -> bool:
    """Publish the outbox task now, without retrying. Return False if the broker did not accept it."""
    return publish(f"outbox.tasks.{task}", *args)


def publish(name: str, *args: str, countdown: float = 0, expires: float | None = None) -> bool:
    """Publish a task of any app, given by its full name, as wake() does. The work itself must be in the database.

    It runs after `countdown` seconds at the earliest, and not at all if it hasn't started after `expires` seconds.
    """
    global _paused_until
    if time.monotonic() < _paused_until:
        return False
    try:
        _publish(name, args, countdown, expires)
    except Exception:  # whatever the broker's client raises: the work is committed and the sweep will find it
        _paused_until = time.monotonic() + BROKER_PAUSE_SECONDS
        BROKER_FAILURES.inc()
        logger.warning("Can't wake a worker; the sweep will find the work.", exc_info=True)
        return False
    return True


def reset_broker_pause() -> None:
    """Try the broker again at the next publish, even if it failed recently."""
    global _paused_until
    _paused_until = 0.0
