"""How long tasks take, measured in the worker's main process.

Celery's main process hears of the end of each task, with its time, whatever ran it: a pool process, also one that was
killed, or a thread. So this needs no files shared between processes, as prometheus_client's multiprocess mode does,
and costs the processes that run tasks nothing.
"""

import time
from collections.abc import Callable
from typing import Any

from celery import Task
from celery.exceptions import Retry
from celery.worker.request import Request
from prometheus_client import Counter, Gauge, Histogram

BUCKETS = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300)
# result: "success", "failure", "retry", "lost" (its process died) or "timeout" (its process was killed).
DURATION = Histogram("teamadmin_task_duration_seconds", "Time of tasks.", ["task", "result"], buckets=BUCKETS)
RUNNING = Gauge("teamadmin_tasks_running", "Tasks that run now.")
LAST_SUCCESS = Gauge("teamadmin_task_last_success_timestamp_seconds", "When a task last succeeded.", ["task"])
BEAT_SENT = Counter("teamadmin_beat_tasks_sent", "Tasks that beat published.", ["task"])


class MeasuredRequest(Request):
    """A task in the worker's main process, from its message to its result."""

    began: float | None = None

    def __init_subclass__(cls, **options: Any) -> None:
        """Wrap on_success: Celery makes a subclass for each task, whose on_success replaces that of its base."""
        super().__init_subclass__(**options)
        cls.on_success = _measured(cls.on_success)

    def on_accepted(self, pid: int, time_accepted: float) -> None:
        """Note that the task starts now."""
        if self.began is None:
            RUNNING.inc()
        self.began = time.monotonic()
        super().on_accepted(pid, time_accepted)

    def on_timeout(self, soft: bool, timeout: float) -> None:
        """Record a task whose process is killed because it took too long. A soft limit is an exception in the task."""
        if not soft:
            self.record("timeout", timeout)
        super().on_timeout(soft, timeout)

    def on_failure(self, exc_info: Any, *args: Any, **options: Any) -> Any:
        """Record a task whose process died. Failures of the task itself are recorded before."""
        self.record("lost", time.monotonic() - (self.began or time.monotonic()))
        return super().on_failure(exc_info, *args, **options)

    def record(self, result: str, seconds: float) -> None:
        """Record the end of the task. Later calls change nothing."""
        if self.began is None:
            return
        self.began = None
        RUNNING.dec()
        DURATION.labels(self.name, result).observe(seconds)
        if result == "success":
            LAST_SUCCESS.labels(self.name).set_to_current_time()


def _measured(on_success: Callable[..., Any]) -> Callable[..., Any]:
    def measured(self: MeasuredRequest, failed__retval__runtime: tuple, **options: Any) -> Any:
        failed, value, seconds = failed__retval__runtime
        if seconds is None:  # Celery gives no time for a task that raised
            seconds = time.monotonic() - (self.began or time.monotonic())
        retried = failed and isinstance(value.exception, Retry)
        self.record("retry" if retried else "failure" if failed else "success", seconds)
        return on_success(self, failed__retval__runtime, **options)

    return measured


class MeasuredTask(Task):
    """The base of all tasks."""

    Request = "teamadmin.metrics.jobs:MeasuredRequest"


def count_published(sender: str, **kwargs: Any) -> None:
    """Count a task that beat published. A receiver of after_task_publish."""
    BEAT_SENT.labels(sender).inc()
