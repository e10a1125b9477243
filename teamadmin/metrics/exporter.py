"""A small web server for the metrics of processes that serve no requests: workers and beat, on METRICS_PORT."""

import logging
import threading
from collections.abc import Callable, Iterable
from http import HTTPStatus
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from django.conf import settings

from teamadmin.metrics import access

logger = logging.getLogger(__name__)


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Handler(WSGIRequestHandler):
    timeout = 5  # seconds that a client may take for its request

    def log_message(self, *args: object) -> None:
        """Log nothing: a scrape every few seconds is no news."""


def application(environ: dict, start_response: Callable) -> Iterable[bytes]:
    """Answer /metrics."""
    status = access.status_for(environ["REQUEST_METHOD"], environ.get("HTTP_AUTHORIZATION", ""))
    status = status if environ["PATH_INFO"] == "/metrics" else 404
    headers = [("Content-Type", access.CONTENT_TYPE), ("Cache-Control", "no-store")]
    if status == 401:
        headers.append(("WWW-Authenticate", "Bearer"))
    start_response(f"{status} {HTTPStatus(status).phrase}", headers)
    return [access.render()] if status == 200 else [b""]


def start() -> None:
    """Listen on METRICS_PORT in a thread, if it and METRICS_TOKEN are set. Work goes on if the port is in use."""
    if not settings.METRICS_TOKEN or not settings.METRICS_PORT:
        return
    try:
        server = make_server("0.0.0.0", settings.METRICS_PORT, application, _Server, _Handler)  # noqa: S104
    except OSError as error:
        logger.error("Can't serve metrics on port %s: %s", settings.METRICS_PORT, error)
        return
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()
