"""The end of a worker: whatever its tasks wait for, it ends within the time that supervisors leave it."""

import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress

from django.conf import settings

from base.stopping import stopping

logger = logging.getLogger(__name__)


def enforce_deadline(pool_pids: Callable[[], Iterable[int]]) -> None:
    """Once the worker is told to stop, give it WORKER_STOP_SECONDS, then kill its pool and exit. Runs in a thread.

    Celery waits for running tasks without a limit, or with worker_soft_shutdown_timeout always for the whole timeout,
    and reads no results in the meantime, so that finished tasks run twice. What is killed here is in the database, and
    continued when its lease ends.
    """
    while not stopping.is_set():
        time.sleep(0.5)
    time.sleep(settings.WORKER_STOP_SECONDS)
    kill(pool_pids(), f"it hasn't stopped {settings.WORKER_STOP_SECONDS} seconds after SIGTERM")


def kill(pool_pids: Iterable[int], reason: str) -> None:
    """End this worker now."""
    logger.error("Killing the worker: %s. Its work will be continued.", reason)
    for pid in pool_pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    os._exit(1)


def start(pool_pids: Callable[[], Iterable[int]]) -> None:
    """Enforce the deadline in a thread."""
    threading.Thread(target=enforce_deadline, args=(pool_pids,), name="deadline", daemon=True).start()
