"""Beat's scheduler: all jobs are due at its start, and a broker that is unavailable doesn't block it."""

import time
from datetime import timedelta
from typing import Any

from celery import beat

from outbox import health
from outbox.services.wakeup import publish

RETRY = timedelta(seconds=30)


class Scheduler(beat.Scheduler):
    """Keeps the schedule in memory. Any number of them may run, because all jobs can run twice.

    Celery's own starts counting at its start: with a beat that is restarted more than once an hour, hourly jobs would
    never run. It also waits for the broker without an end.
    """

    # Not a connection that is kept: publish() has its own, with short timeouts.
    producer = None

    def setup_schedule(self) -> None:
        super().setup_schedule()
        for entry in self.schedule.values():
            if interval := getattr(entry.schedule, "run_every", None):
                entry.last_run_at = entry.last_run_at - interval

    def apply_async(self, entry: Any, producer: Any = None, advance: bool = True, **kwargs: Any) -> None:
        """Publish the entry's task. While the broker is unavailable, workers run the schedule themselves."""
        entry = self.reserve(entry) if advance else entry
        if not publish(entry.task, expires=entry.options.get("expires")):
            self._try_again(entry.name)

    def _try_again(self, name: str) -> None:
        """Let a job that wasn't published be due soon, not only after its whole interval."""
        entry = self.schedule[name]
        waiting = getattr(entry.schedule, "run_every", RETRY) - RETRY
        if waiting > timedelta(0):
            entry.last_run_at = entry.last_run_at - waiting
            self._heap = None  # sort the entries again


class ReportingScheduler(Scheduler):
    """The scheduler of a beat that is a process of its own: it also reports its health."""

    _written_at = -health.WRITE_INTERVAL

    def tick(self, *args: Any, **kwargs: Any) -> float:
        delay = super().tick(*args, **kwargs)
        if time.monotonic() >= self._written_at + health.WRITE_INTERVAL:
            health.write("beat")
            self._written_at = time.monotonic()
        return min(delay, health.WRITE_INTERVAL)
