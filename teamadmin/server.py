"""The web server: `python -m teamadmin.server`, with waitress.

It reads each request completely, in one event loop, before a thread handles it, so slow clients take no threads. It
drops headers with underscores: X_Forwarded_For would get the same name as X-Forwarded-For (PEP 3333) and forge it.
On SIGTERM it accepts no more connections, answers the requests it has, and ends.
"""

import argparse
import logging
import os
import select
import signal
import time
from collections.abc import Callable
from typing import Any

from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer

from base.uploads import MAX_REQUEST_BYTES
from teamadmin import startup, tracing
from teamadmin.logs import take_over
from teamadmin.request_log import ErrorTask

logger = logging.getLogger("teamadmin.server")
# All in seconds. A request must have arrived this long after its first byte. 50 MB need 7 Mbit/s then.
READ_DEADLINE = 60
# A connection without a request, or whose client doesn't read the response, is closed after this.
IDLE_TIMEOUT = 60
CHECK_INTERVAL = 5
# A connection that was just accepted has its request on the way.
FIRST_BYTE_TIMEOUT = 2
# Supervisors wait 30 seconds after SIGTERM.
STOP_TIMEOUT = 25
MAX_CONNECTIONS = 2000


class Channel(HTTPChannel):
    """A connection that knows since when it reads the request that isn't complete yet."""

    error_task_class = ErrorTask
    reading_since: float | None = None

    def received(self, data: bytes) -> bool:
        """Take bytes of a request."""
        result = super().received(data)
        if self.request is None:
            self.reading_since = None
        elif self.reading_since is None:
            self.reading_since = time.monotonic()
        return result


class Server(TcpWSGIServer):
    """A waitress server with a deadline for reading a request, and a graceful stop."""

    channel_class = Channel
    stopping = False

    def maintenance(self, now: float) -> None:
        """Close connections that are idle, or have taken too long to send a request. Called by the event loop."""
        super().maintenance(now)
        overdue = time.monotonic() - READ_DEADLINE
        for channel in self.active_channels.values():
            if channel.reading_since is not None and channel.reading_since < overdue:
                channel.will_close = True

    def run(self) -> None:
        """Serve until stop() is called, then until all requests are answered, at most STOP_TIMEOUT seconds."""
        while not self.stopping:
            self._poll()
        self._close_listening_socket()
        end = time.monotonic() + STOP_TIMEOUT
        while time.monotonic() < end and any(is_busy(channel) for channel in self.active_channels.values()):
            self._poll()
        self.task_dispatcher.shutdown(timeout=1)

    def stop(self, *args: object) -> None:
        """Stop gracefully. A signal handler."""
        self.stopping = True
        self.pull_trigger()

    def _poll(self) -> None:
        self.asyncore.loop(timeout=1, map=self._map, use_poll=True, count=1)

    def _close_listening_socket(self) -> None:
        """Accept the connections that wait, because closing the socket would reset them, and close it."""
        while select.select([self.socket], [], [], 0)[0]:
            self.handle_accept()
        self.accepting = False
        self.del_channel()
        self.socket.close()


def is_busy(channel: Channel) -> bool:
    """Return whether the connection has a request that isn't received or answered completely."""
    is_new = channel.reading_since is None and time.time() - channel.creation_time < FIRST_BYTE_TIMEOUT
    return bool(channel.requests or channel.request or channel.total_outbufs_len or is_new)


def create(application: Callable, *, host: str, port: int, threads: int) -> Server:
    """Return a server that listens on the port. Raise OSError if the port is in use."""
    options: dict[str, Any] = {
        "listen": f"{host}:{port}",
        "threads": threads,
        "connection_limit": MAX_CONNECTIONS,
        "backlog": 1024,
        "channel_timeout": IDLE_TIMEOUT,
        "cleanup_interval": CHECK_INTERVAL,
        "max_request_header_size": 32 * 1024,
        "max_request_body_size": MAX_REQUEST_BYTES,
        # Django reads these headers if BEHIND_PROXY or TRUSTED_PROXIES says so.
        "clear_untrusted_proxy_headers": False,
        "ident": "web",  # the Server header
    }
    return Server(application, adj=Adjustments(**options))


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="teamadmin.server", description="Serve TeamAdmin.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--threads", type=int, default=8, help="how many requests are handled at once (default: 8)")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "teamadmin.settings")
    startup.prepare()
    take_over()
    from teamadmin.wsgi import application

    server = create(application, host=options.host, port=options.port, threads=options.threads)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, server.stop)
    logger.info("Listening on %s:%s with %s threads", options.host, options.port, options.threads)
    server.run()
    logger.info("Stopped")
    tracing.stop()
    logging.shutdown()
    os._exit(0)  # don't wait for a thread that still runs


if __name__ == "__main__":
    main()
