"""One line for each request, and the request's id on every line that is logged during it.

Wraps the WSGI application, because Django logs some errors before its first middleware and after its last one. What
Django logs about a refused request becomes the `reason` in the request's line.
"""

import logging
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError
from waitress.task import ErrorTask as WaitressErrorTask

from base import context
from base.middleware import CONTEXT_KEY, USER_KEY, new_context
from teamadmin.tracing import TRACE_KEY

NAME = "teamadmin.requests"
logger = structlog.get_logger(NAME)
# Logged at DEBUG only: probes come every few seconds, and each page has ten static files.
PROBES, STATIC = ("/health/live", "/health/ready", "/metrics"), "/static/"
MAX_REASON = 500
# Loggers of what happens to a request, and of nothing else.
FOLDED = ("django.request", "django.security", "api.problems")


class Entry:
    """What is known about the running request."""

    def __init__(self, environ: dict[str, Any]) -> None:
        self.environ = environ
        self.began = time.perf_counter()
        self.context = new_context(environ)
        self.status, self.reason = 0, ""

    def write(self) -> None:
        """Log the request."""
        path = decode(self.environ.get("PATH_INFO", ""))
        level = level_of(path, self.status)
        if not logging.getLogger(NAME).isEnabledFor(level):
            return
        method = self.environ.get("REQUEST_METHOD", "")
        logger.log(
            level,
            " ".join(filter(None, (method, path, str(self.status)))),
            method=method,
            path=path,
            status=self.status,
            ms=round((time.perf_counter() - self.began) * 1000),
            user=self.environ.get(USER_KEY, ""),
            ip=self.context.ip,
            reason=self.reason,
            trace=self.environ.get(TRACE_KEY, ""),
        )


_current: ContextVar[Entry | None] = ContextVar("request_entry", default=None)


class Body:
    """A response's body that ends the request's entry when the server closes it."""

    def __init__(self, body: Iterable[bytes], end: Callable[[], None]) -> None:
        self.body, self.end = body, end

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.body)

    def close(self) -> None:
        try:
            if hasattr(self.body, "close"):
                self.body.close()
        finally:
            self.end()


def log_requests(application: Callable) -> Callable:
    """Return the WSGI application with a line for each request."""

    def logged(environ: dict[str, Any], start_response: Callable) -> Iterable[bytes]:
        entry = Entry(environ)
        environ[CONTEXT_KEY] = entry.context
        context.set_current(entry.context)
        _current.set(entry)

        def start(status: str, *args: Any) -> Any:
            entry.status = int(status[:3])
            return start_response(status, *args)

        def end() -> None:
            # The context stays until the thread's next request, for what the server says about this one.
            entry.write()
            _current.set(None)

        body = application(environ, start)
        if isinstance(body, environ.get("wsgi.file_wrapper", ())):  # the server sends the file by itself
            end()
            return body
        return Body(body, end)

    return logged


class IntoRequestLine(logging.Filter):
    """Put why a request was refused into the request's line, instead of a line of its own.

    Unexpected errors keep their line, with the traceback. The database being away is expected.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        entry = _current.get()
        if entry is None or not record.name.startswith(FOLDED):
            return True
        error = record.exc_info[1] if record.exc_info else None
        is_suspicious = record.name.startswith("django.security")  # its message is the reason
        if record.levelno >= logging.ERROR and error and not is_suspicious and not is_outage(error):
            return True
        if is_suspicious:
            reason = record.getMessage()
        else:
            reason = "".join(traceback.format_exception_only(error)).strip() if error else ""
        entry.reason = entry.reason or reason[:MAX_REASON]
        return False


def is_outage(error: BaseException) -> bool:
    """Return whether the database could not be reached, or is shutting down. A statement that failed is no outage."""
    state = getattr(error.__cause__, "sqlstate", None) or "08"
    return isinstance(error, OperationalError | InterfaceError) and state.startswith(("08", "57P"))


class ErrorTask(WaitressErrorTask):
    """The server's own refusal of a request that Django never sees: one that is malformed or too large."""

    def execute(self) -> None:
        entry = _current.get()
        if entry is None:
            request, environ = self.request, {"REMOTE_ADDR": self.channel.addr[0]}
            environ["REQUEST_METHOD"] = str(getattr(request, "command", None) or "")
            environ["PATH_INFO"] = str(getattr(request, "path", None) or "")
            entry = Entry(environ)
        entry.status = self.request.error.code
        entry.reason = entry.reason or f"{self.request.error.reason}: {self.request.error.body}"[:MAX_REASON]
        context.set_current(entry.context)
        self.response_headers.append(("X-Request-ID", entry.context.request_id))
        super().execute()
        entry.write()
        _current.set(None)


def level_of(path: str, status: int) -> int:
    """Return the level of a request's line: INFO, WARNING if it failed, DEBUG for what no one reads."""
    if path in PROBES or (path.startswith(STATIC) and status < 400):
        return logging.DEBUG
    return logging.WARNING if status >= 400 else logging.INFO


def decode(path: str) -> str:
    """Return a path of a WSGI environ, whose characters are the bytes of UTF-8, as text."""
    return path.encode("latin-1", "backslashreplace").decode("utf-8", "backslashreplace")
