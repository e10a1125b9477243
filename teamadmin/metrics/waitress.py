"""What the web server does right now: busy threads, waiting requests, open connections."""

from collections.abc import Iterator
from typing import Any

from prometheus_client import REGISTRY
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector


class ServerCollector(Collector):
    """Reads a waitress server at each scrape."""

    def __init__(self, server: Any) -> None:
        self.server = server

    def describe(self) -> list[Metric]:
        """Name no metrics in advance, so that registering doesn't collect."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Yield the numbers of the threads for pages. Health checks and scrapes have others."""
        tasks = self.server.task_dispatcher
        yield gauge("teamadmin_server_threads", "Threads that handle requests.", len(tasks.threads))
        yield gauge("teamadmin_server_busy_threads", "Threads that handle a request now.", tasks.active_count)
        yield gauge("teamadmin_server_waiting_requests", "Complete requests that wait for a thread.", len(tasks.queue))
        connections = len(self.server.active_channels)
        yield gauge("teamadmin_server_connections", "Open connections.", connections)


def gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    """Return a gauge without labels."""
    return GaugeMetricFamily(name, text, value=value)


def watch(server: Any) -> None:
    """Add this process's web server to its metrics."""
    REGISTRY.register(ServerCollector(server))
