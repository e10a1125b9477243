"""The web server: `python -m teamadmin.server`, with waitress.

It reads each request completely, in one event loop, before a thread handles it, so slow clients take no threads. It
drops headers with underscores: X_Forwarded_For would get the same name as X-Forwarded-For (PEP 3333) and forge it.
On SIGTERM it accepts no more connections, answers the requests it has, and ends.
"""

import argparse
import logging
import os
import resource
import select
import signal
import time
from collections.abc import Callable
from typing import Any, NoReturn

from waitress.adjustments import Adjustments
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher

from base.uploads import MAX_REQUEST_BYTES
from teamadmin import startup, tracing
from teamadmin.connections import BODY_IN_MEMORY, MB, Channel, limit_bodies_on_disk
from teamadmin.logs import take_over
from teamadmin.metrics import waitress as server_metrics
from teamadmin.request_log import PROBES

logger = logging.getLogger("teamadmin.server")
# All in seconds. A request must have arrived this long after its first byte: 50 MB need 7 Mbit/s then.
READ_DEADLINE = 60
# A connection without a request, or whose client doesn't read the response, is closed after this.
IDLE_TIMEOUT = 60
CHECK_INTERVAL = 5
# A connection that was just accepted has its request on the way.
FIRST_BYTE_TIMEOUT = 2
# Supervisors wait 30 seconds after SIGTERM.
STOP_TIMEOUT = 25
MAX_CONNECTIONS = 2000
# Open files that aren't connections or their bodies: libraries, the database, Redis.
OTHER_FILES = 200
# The loop accepts this many connections at a time. Waitress accepts one, and then looks at all others again.
ACCEPTS = 50
PROBE_THREADS = 2


class Server(TcpWSGIServer):
    """A waitress server with deadlines, room for new connections, threads for health checks, and a graceful stop."""

    channel_class = Channel
    stopping = False
    next_check = 0.0  # monotonic

    def __init__(self, *args: Any, **options: Any) -> None:
        # Health checks and metrics have their own threads: while the database hangs, so do all others.
        self.probe_dispatcher = ThreadedTaskDispatcher()
        self.probe_dispatcher.set_thread_count(PROBE_THREADS)
        super().__init__(*args, **options)

    def add_task(self, channel: Channel) -> None:
        """Queue a connection's next request for a thread."""
        request = channel.requests[0]
        is_quick = request.error or request.path in PROBES
        (self.probe_dispatcher if is_quick else self.task_dispatcher).add_task(channel)

    def handle_accept(self) -> None:
        """Accept the connections that wait, up to ACCEPTS."""
        for _ in range(ACCEPTS):
            count = len(self.active_channels)
            super().handle_accept()
            if len(self.active_channels) == count:
                return

    def run(self) -> None:
        """Serve until stop() is called, then until all requests are answered, at most STOP_TIMEOUT seconds."""
        while not self.stopping:
            self._poll()
        self._close_listening_socket()
        end = time.monotonic() + STOP_TIMEOUT
        while time.monotonic() < end and any(
            channel.is_busy(first_byte_timeout=FIRST_BYTE_TIMEOUT) for channel in self.active_channels.values()
        ):
            self._poll()
        for dispatcher in (self.probe_dispatcher, self.task_dispatcher):
            dispatcher.shutdown(timeout=0.5)

    def stop(self, *args: object) -> None:
        """Stop gracefully. A signal handler."""
        self.stopping = True
        self.pull_trigger()

    def _poll(self) -> None:
        self.asyncore.loop(timeout=1, map=self._map, use_poll=True, count=1)
        # Not while events are handled: a new connection may get the number of a closed one, and its events.
        if len(self.active_channels) >= self.adj.connection_limit - 2 * ACCEPTS:
            self._make_room(2 * ACCEPTS)
        if time.monotonic() > self.next_check:
            self.next_check = time.monotonic() + CHECK_INTERVAL
            self._close_overdue()

    def _make_room(self, count: int) -> None:
        """Close the connections that have waited longest. Those of slow clients, because honest requests are short."""
        waiting = [channel for channel in self.active_channels.values() if not channel.requests]
        for channel in sorted(waiting, key=lambda channel: channel.waits_since)[:count]:
            channel.close_now()

    def _close_overdue(self) -> None:
        """Close connections that are too slow. Waitress closes idle ones, but none that has something to send."""
        for channel in list(self.active_channels.values()):
            if channel.is_overdue(read_deadline=READ_DEADLINE, write_timeout=IDLE_TIMEOUT):
                channel.close_now()

    def _close_listening_socket(self) -> None:
        """Accept the connections that wait, because closing the socket would reset them, and close it."""
        for _ in range(MAX_CONNECTIONS // ACCEPTS):
            if not select.select([self.socket], [], [], 0)[0]:
                break
            self.handle_accept()
        self.accepting = False
        self.del_channel()
        self.socket.close()


def connection_limit() -> int:
    """Return how many connections to keep open: MAX_CONNECTIONS, or fewer if the process may open few files.

    Raises the process's limit as far as its user may. A connection takes two files: its own and a large body's.
    """
    wanted = 2 * MAX_CONNECTIONS + OTHER_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    limit = MAX_CONNECTIONS if soft == resource.RLIM_INFINITY else min(MAX_CONNECTIONS, (soft - OTHER_FILES) // 2)
    if limit < MAX_CONNECTIONS:
        logger.warning("Limited to %s connections: this process may open only %s files (ulimit -n)", limit, soft)
    return limit


def create(application: Callable, *, host: str, port: int, threads: int) -> Server:
    """Return a server that listens on the port. Raise OSError if the port is in use."""
    limit_bodies_on_disk()
    options: dict[str, Any] = {
        "listen": f"{host}:{port}",
        "threads": threads,
        "connection_limit": connection_limit(),
        "backlog": 1024,
        "channel_timeout": IDLE_TIMEOUT,
        "cleanup_interval": CHECK_INTERVAL,
        "max_request_header_size": 32 * 1024,
        "max_request_body_size": MAX_REQUEST_BYTES + 1,
        "recv_bytes": 64 * 1024,
        "inbuf_overflow": BODY_IN_MEMORY,
        # A slow reader takes no thread until its response is larger. From `outbuf_overflow`, it's on disk.
        "outbuf_overflow": 256 * 1024,
        "outbuf_high_watermark": 16 * MB,
        # Django reads these headers if BEHIND_PROXY or TRUSTED_PROXIES says so.
        "clear_untrusted_proxy_headers": False,
        "ident": "web",  # the Server header
    }
    server = Server(application, adj=Adjustments(**options))
    server_metrics.watch(server)
    return server


def serve(application: Callable, *, host: str, port: int, threads: int) -> NoReturn:
    """Serve until SIGTERM or SIGINT, and exit."""
    server = create(application, host=host, port=port, threads=threads)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, server.stop)
    logger.info("Listening on %s:%s with %s threads", host, port, threads)
    server.run()
    logger.info("Stopped")
    tracing.stop()
    logging.shutdown()
    os._exit(0)  # don't wait for a thread that still runs


def main() -> None:
    """Serve TeamAdmin."""
    for number in (signal.SIGTERM, signal.SIGINT):
        # Until the server sets its own handlers. As a container's first process, it would ignore the signals.
        signal.signal(number, lambda *_: os._exit(0))
    parser = argparse.ArgumentParser(prog="teamadmin.server", description="Serve TeamAdmin.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--threads", type=int, default=8, help="how many requests are handled at once (default: 8)")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "teamadmin.settings")
    startup.prepare()
    take_over()
    from django.urls import get_resolver

    from teamadmin.wsgi import application

    # Loads all views before the port is open. Otherwise the first requests after a restart would wait for that.
    _ = get_resolver().url_patterns
    serve(application, host=options.host, port=options.port, threads=options.threads)


if __name__ == "__main__":
    main()
