"""Telling a worker that mail, or other work, waits. Only a hint: the row is safe, and the sweep finds it without us."""

import logging
import time
from functools import partial

from celery import current_app
from django.db import transaction
from kombu.pools import producers

logger = logging.getLogger(__name__)

# A broker that did not answer is left alone for so long, so that not every request pays the timeout.
QUIET_SECONDS = 15.0
_quiet_until = 0.0
# A worker may wait for its broker, a request may not: 1.5 seconds for a broker that hangs, none for one that refuses.
IMPATIENT = {"socket_connect_timeout": 0.5, "socket_timeout": 1, "max_retries": 0}


def wake_after_commit(task: str, *args: str) -> None:
    """Publishes the task once the caller's transaction is committed; never raises, never fails the request."""
    transaction.on_commit(partial(wake, task, *args), robust=True)


def publish_after_commit(name: str, *args: str) -> None:
    """The same for a task of any app, by its full name."""
    transaction.on_commit(partial(publish, name, *args), robust=True)


def _publish(name: str, args: tuple[str, ...]) -> None:
    """By name, since tasks.py is a leaf that imports the services; over kept connections of our own."""
    connection = current_app.connection_for_write(transport_options=IMPATIENT)
    with producers[connection].acquire(block=True, timeout=1) as producer:
        current_app.send_task(name, args=args, producer=producer, retry=False, ignore_result=True)


def wake(task: str, *args: str) -> bool:
    """Publishes the outbox task now, without retrying; False where the broker could not take it."""
    return publish(f"outbox.tasks.{task}", *args)


def publish(name: str, *args: str) -> bool:
    """Publishes a task of any app by its full name, as wake() does: what is to be done stands in the database."""
    global _quiet_until
    if time.monotonic() < _quiet_until:
        return False
    try:
        _publish(name, args)
    except Exception:  # whatever the broker's client raises, the work is committed and will be swept
        _quiet_until = time.monotonic() + QUIET_SECONDS
        logger.warning("No worker could be woken; the sweep will find the work.", exc_info=True)
        return False
    return True


def listen_again() -> None:
    """Forgets that the broker was silent."""
    global _quiet_until
    _quiet_until = 0.0
