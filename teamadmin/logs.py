"""Logging as JSON lines on stderr, with structlog: times in UTC, the id of the request or task, and no secrets.

structlog's formatter handles the records of all loggers: those of libraries, of `logging.getLogger` and of
`structlog.get_logger`. docs/operating.md lists the fields of a line.
"""

import json
import logging
import os
import re
import sys
import threading
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

import structlog
from celery import current_task
from structlog.typing import EventDict

from base import context
from teamadmin.masking import mask, safe_text

# A line has at most this many bytes. Docker stores lines above 16 KB in parts, which collectors of logs join again.
MAX_LINE = 64 * 1024
# How much of each text a line contains. The smaller limits are tried if the line would be too long.
TEXT_LIMITS = (16_000, 4_000, 500, 60)
# The fields of every line, in this order. Fields of an event can't replace them.
FIELDS = ("time", "level", "logger", "message", "request", "task", "task_name", "trace", "event", "exception", "stack")
# Those that contain no text of others, so that nothing needs to be masked.
PLAIN_FIELDS = frozenset({"time", "level", "logger", "request", "task", "task_name", "trace"})
# Celery's own lines about a task, outside of it: "Task outbox.tasks.sweep[7b0c...] raised ...".
_TASK_IN_TEXT = re.compile(r"\b([a-z_]+(?:\.[A-Za-z_]+)+)\[([0-9a-f-]{36})\]")
# The message header with the id of the request that published a task.
REQUEST_HEADER = "teamadmin_request"
# Returns the trace's id while tracing is on (teamadmin.tracing).
trace_id: Callable[[], str] = str


class JsonFormatter(structlog.stdlib.ProcessorFormatter):
    """Format a record as one line of JSON. Whatever the record contains, the line can be parsed.

    `event` is what a security event logs as `extra` (accounts.services.events): an object with its action, user and ip.
    """

    def __init__(self) -> None:
        super().__init__(processors=[_add_fields, _render])

    def format(self, record: logging.LogRecord) -> str:
        if not hasattr(record, "_logger"):  # it isn't from structlog, which has a dictionary as message
            record = logging.makeLogRecord({**record.__dict__, "msg": _message(record), "args": ()})
        return super().format(record)


def _message(record: logging.LogRecord) -> str:
    """Return the message. A wrong number of arguments, or one that can't be printed, must not lose the line."""
    try:
        return record.getMessage()
    except Exception:
        arguments = record.args if isinstance(record.args, tuple) else (record.args,)
        return " ".join(map(safe_text, (record.msg, *arguments)))


def _add_fields(_logger: Any, _name: str, event: EventDict) -> EventDict:
    """A processor: return the line's fields in their order, those of the event last."""
    record = event.pop("_record")
    event.pop("_from_structlog")
    message, exc_info = event.pop("event", ""), event.pop("exc_info", None)
    task, name, published_by = _task_of(record, message)
    line = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname,
        "logger": record.name,
        "message": message,
        "request": getattr(record, "request_id", "") or context.current().request_id or published_by,
        "task": task,
        "task_name": name,
        "trace": trace_id() or event.pop("trace", ""),
        "event": getattr(record, "event", None),
        "exception": _exception(exc_info, record.levelno) if exc_info else "",
        "stack": event.pop("stack_info", ""),
    }
    return {**line, **{name: value for name, value in event.items() if name not in line}}


def _task_of(record: logging.LogRecord, message: Any) -> tuple[str, str, str]:
    """Return the id and name of the task that the record is about, and the id of the request that published it."""
    request = current_task.request if current_task else None
    if request is not None and request.id:
        return request.id, request.task or "", _publisher_of(request)
    if record.name.startswith("celery"):
        found = _TASK_IN_TEXT.search(safe_text(message))
        return (found[2], found[1], "") if found else ("", "", "")
    return "", "", ""


def _exception(exc_info: Any, level: int) -> str:
    """Return the exception: its traceback in errors, one line in warnings, because those are expected."""
    if isinstance(exc_info, BaseException):
        error: BaseException | None = exc_info
    else:
        error = (exc_info if isinstance(exc_info, tuple) else sys.exc_info())[1]
    if error is None:
        return ""
    try:
        if level in (logging.INFO, logging.WARNING):
            return "".join(traceback.format_exception_only(error)).strip()
        return "".join(traceback.format_exception(error)).rstrip()
    except Exception:
        return type(error).__qualname__


def _render(_logger: Any, _name: str, line: EventDict) -> str:
    """A processor: return the fields that have a value as JSON, without secrets, in MAX_LINE bytes at most."""
    known = {name: value for name, value in line.items() if name in FIELDS and not _is_empty(value)}
    others = {name: value for name, value in line.items() if name not in FIELDS and not _is_empty(value)}
    for limit in TEXT_LIMITS:
        # ASCII, because the locale of stderr may be anything, and some tools split lines at U+2028.
        masked = {name: value if name in PLAIN_FIELDS else mask(value, limit) for name, value in known.items()}
        text = json.dumps({**masked, **mask(others, limit)}, default=safe_text)
        if len(text) < MAX_LINE:
            return text
    return json.dumps({name: mask(value, limit) for name, value in known.items() if name in FIELDS[:7]})


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value)


def request_id() -> str:
    """Return the id of the request that this code runs for, also in a task that it published, or ""."""
    request = current_task.request if current_task else None
    return context.current().request_id or _publisher_of(request)


def _publisher_of(task_request: Any) -> str:
    return safe_text(getattr(task_request, REQUEST_HEADER, None) or "")[:40]


class Stderr(logging.Handler):
    """Write each line to stderr with one system call.

    The processes of a worker's pool share stderr. A line in two parts could have another one in it.
    """

    def emit(self, record: logging.LogRecord) -> None:
        try:
            data = (self.format(record) + "\n").encode("ascii", "backslashreplace")
            while data:
                data = data[os.write(2, data) :]
        except OSError:
            pass  # No one reads it: there is nowhere to say so.
        except Exception:
            self.handleError(record)


def configuration(*, level: str) -> dict:
    """Return LOGGING for Django: everything from `level` up goes to stderr, and nothing is emailed."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "teamadmin.logs.JsonFormatter"}},
        "filters": {
            "request": {"()": "teamadmin.request_log.IntoRequestLine"},
            "seldom": {"()": "teamadmin.tracing.Seldom"},
        },
        "handlers": {"stderr": {"()": "teamadmin.logs.Stderr", "formatter": "json", "filters": ["request", "seldom"]}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.server": {"handlers": [], "level": level, "propagate": True},
            # It warns of each request that waits for a thread.
            "waitress.queue": {"level": "ERROR"},
            # The pool's own errors. billiard lets this logger propagate nothing.
            "multiprocessing": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
            # A line for each task that a worker gets. There is another one when it ends.
            "celery.worker.strategy": {"level": "WARNING"},
        },
    }


def take_over() -> None:
    """Log what Python would print to stderr: warnings, and exceptions that nothing caught."""
    logging.captureWarnings(True)
    logger = logging.getLogger("teamadmin.uncaught")

    def uncaught(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
        if not issubclass(kind, KeyboardInterrupt | SystemExit):
            logger.critical("Uncaught %s", kind.__name__, exc_info=error)

    sys.excepthook = uncaught
    threading.excepthook = lambda args: uncaught(args.exc_type, args.exc_value, args.exc_traceback)
    sys.unraisablehook = lambda args: uncaught(args.exc_type, args.exc_value, args.exc_traceback)
