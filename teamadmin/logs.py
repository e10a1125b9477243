"""Logging as JSON lines on stderr: times in UTC, with the id of the request or task, without secret links."""

import json
import logging
import re
from datetime import UTC, datetime
from typing import Any

from celery import current_task

from base import context

# URLs with a secret in them: access to the logs must not be enough to accept an invitation or reset a password.
SECRET_URLS = re.compile(
    r"(/invitations/|/setup/|/password/reset/key/|/accounts/not-me/|/accounts/email-change/(?!sent/))(?!accept/)[^/\s\"'?]+"
)


class JsonFormatter(logging.Formatter):
    """Format a record as JSON: time, level, logger, message, and request, task, event and exception if there are any.

    `event` is what a security event logs as `extra` (accounts.services.events): an object with its action, user and ip.
    """

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request": getattr(record, "request_id", "") or context.current().request_id,
            "task": task_id(),
            "event": getattr(record, "event", None),
            "exception": self.formatException(record.exc_info) if record.exc_info else "",
        }
        # Masked before they become JSON: in the finished line, a mask could remove half of an escape.
        values = {name: mask(value) for name, value in line.items() if value}
        text = json.dumps(values, ensure_ascii=False, default=str)
        return text.encode("utf-8", "backslashreplace").decode()


def mask(value: Any) -> Any:
    """Return the value with the secret of each secret URL in its texts replaced by "..."."""
    if isinstance(value, dict):
        return {name: mask(each) for name, each in value.items()}
    return SECRET_URLS.sub(r"\1...", value) if isinstance(value, str) else value


def task_id() -> str:
    """Return the id of the Celery task that this thread runs, or ""."""
    return (current_task.request.id or "") if current_task else ""


def configuration(*, level: str) -> dict:
    """Return LOGGING for Django: everything from `level` up goes to stderr, and nothing is emailed."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "teamadmin.logs.JsonFormatter"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.server": {"handlers": [], "level": level, "propagate": True},
            # A wrong Host header is the client's mistake, and django.request already logs the 400.
            "django.security.DisallowedHost": {"level": "CRITICAL"},
            # It warns of each request that waits for a thread.
            "waitress.queue": {"level": "ERROR"},
        },
    }
