"""Metrics from the database: what waits, what failed, and when sweeps ran. Every web process reports the same.

They are read at each scrape, at most every CACHE_SECONDS, in a thread that no scrape waits for longer than DEADLINE.
Every statement reads an index and stops at a number of rows, so that a million rows cost no more.
"""

import json
import logging
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late
from functools import cache

from django.db import connection, transaction
from prometheus_client import REGISTRY
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from teamadmin import health
from teamadmin.metrics.readings import read_all

logger = logging.getLogger(__name__)
# All in seconds. Prometheus gives up after its scrape_timeout, ten seconds by default.
DEADLINE = 1.5
CACHE_SECONDS = 5
STATEMENT_TIMEOUT_MS = 1000
READY = {health.OK: 1.0, health.DEGRADED: 0.5, health.DOWN: 0.0}


class DatabaseCollector(Collector):
    """Reads the database, and serves what it read for CACHE_SECONDS."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # One thread: a database that never responds blocks this thread, not one more per scrape.
        self._executor = ThreadPoolExecutor(1, "metrics-database")
        self._future: Future | None = None
        self._expires = 0.0

    def describe(self) -> list[Metric]:
        """Name no metrics in advance, so that registering doesn't read the database."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Yield the readiness checks, and the metrics of the database if it answers in time."""
        end = time.monotonic() + DEADLINE
        future = self._start()
        yield readiness()
        metrics = self._result(future, end - time.monotonic())
        up = GaugeMetricFamily("teamadmin_database_up", "1 if the database answered in time.", value=bool(metrics))
        yield from [up, *metrics]

    def _start(self) -> Future:
        """Return the reading that runs or is still fresh, or start one."""
        with self._lock:
            if self._future is None or self._future.done() and time.monotonic() > self._expires:
                self._future = self._executor.submit(_read)
                self._expires = time.monotonic() + CACHE_SECONDS
            return self._future

    def _result(self, future: Future, timeout: float) -> list[Metric]:
        try:
            return future.result(max(timeout, 0))
        except Late:
            return []
        except Exception as error:  # a scrape must get its response; the next one reads again
            logger.warning("Can't read metrics from the database: %s", error)
            self._expires = 0
            return []


def _read() -> list[Metric]:
    """Read everything in one transaction. Runs in the collector's thread, with its own connection."""
    try:
        with transaction.atomic():
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute(f"SET LOCAL statement_timeout = {STATEMENT_TIMEOUT_MS}")
            return list(read_all())
    finally:
        connection.close()


def readiness() -> Metric:
    """Return the checks of /health/ready: 1 for ok, 0.5 for degraded, 0 for down, without those that are unknown."""
    family = GaugeMetricFamily("teamadmin_ready", "Checks of /health/ready: 1, degraded 0.5, down 0.", labels=["check"])
    for check, status in json.loads(health.ready().content)["checks"].items():
        if status in READY:
            family.add_metric([check], READY[status])
    return family


@cache
def register() -> None:
    """Add the metrics of the database to this process's, once. Only web processes do this."""
    REGISTRY.register(DatabaseCollector())
