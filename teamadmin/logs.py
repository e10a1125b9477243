"""One line of JSON on stderr for each thing logged: UTC, with the request's or the task's id, without links."""

import json
import logging
import re
from datetime import UTC, datetime

from celery import current_task

from base import context

# The one secret that stands in an address: whoever reads logs must not be able to accept or to reset a password.
TOKENS = re.compile(r"(/invitations/|/password/reset/key/)(?!accept/)[^/\s\"'?]+")


class JsonFormatter(logging.Formatter):
    """time, level, logger, message, and request, task, exception where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request": getattr(record, "request_id", "") or context.current().request_id,
            "task": task_id(),
            "exception": self.formatException(record.exc_info) if record.exc_info else "",
        }
        text = json.dumps({name: value for name, value in line.items() if value}, ensure_ascii=False, default=str)
        return TOKENS.sub(r"\1...", text).encode("utf-8", "backslashreplace").decode()


def task_id() -> str:
    """The id of the Celery task that this thread runs, or an empty text."""
    return (current_task.request.id or "") if current_task else ""


def configuration(*, level: str) -> dict:
    """LOGGING for Django: everything from `level` up to stderr, and nothing by mail."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "teamadmin.logs.JsonFormatter"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.server": {"handlers": [], "level": level, "propagate": True},
            # A visitor's wrong Host is no fault of ours: said once a request, as a warning would be.
            "django.security.DisallowedHost": {"level": "CRITICAL"},
        },
    }
