"""The standby: a second worker that runs while the broker is unavailable, with a queue in its own process (memory://).

It sweeps, runs beat's schedule, and does all work that its tasks publish, so nothing waits for the broker. The worker
itself can't: its event loop waits for the broker, and threads in it would be copied, with their locks and database
connections, into each process that the pool starts.
"""

import logging
import os
import subprocess
import sys

from django.conf import settings

logger = logging.getLogger(__name__)
BROKER = "memory://localhost//"
CONCURRENCY = "4"


class Standby:
    """A child process, started and stopped as often as needed. For one thread."""

    def __init__(self, app_name: str) -> None:
        self.command = [sys.executable, "-m", "celery", "-A", app_name, "--quiet", "worker"]
        self.command += ["--pool", "threads", "--concurrency", CONCURRENCY, "--hostname", "standby@%h"]
        self.command += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        """Start the process, unless it runs."""
        if self.process is not None and self.process.poll() is None:
            return
        logger.warning("The broker is unavailable. Starting a standby worker until it responds again.")
        # The variable takes precedence over the setting CELERY_BROKER_URL.
        self.process = subprocess.Popen(self.command, env={**os.environ, "CELERY_BROKER_URL": BROKER})  # noqa: S603

    def stop(self) -> None:
        """Stop the process gracefully, if it runs."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(settings.WORKER_STOP_SECONDS + 3)  # after which it should have ended itself
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None
        logger.info("The standby has stopped.")
