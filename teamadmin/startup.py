"""The start of a process: wrong settings end it with status 2 and one line each on stderr, without a traceback."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import NoReturn

import django
from django.core import checks
from django.core.exceptions import ImproperlyConfigured

EXIT_STATUS = 2
logger = logging.getLogger(__name__)


@contextmanager
def refuse_wrong_settings() -> Iterator[None]:
    """Exit with one line for an ImproperlyConfigured that is raised inside."""
    try:
        yield
    except ImproperlyConfigured as error:
        refuse(str(error))


def refuse(*lines: str) -> NoReturn:
    """Write each line to stderr, and exit."""
    for line in lines:
        sys.stderr.write(f"teamadmin: {' '.join(line.split())}\n")
    sys.exit(EXIT_STATUS)


def prepare() -> None:
    """Set Django up, and check the settings. Exits if they are wrong."""
    with refuse_wrong_settings():
        django.setup()
    check_settings()


@cache  # bin/run runs the web server and the worker in one process
def check_settings() -> None:
    """Run the checks of teamadmin.checks. Log warnings, one line each, and exit if there are errors.

    `manage.py` runs them by itself. Workers and beat call this once Django is set up.
    """
    messages = sorted(checks.run_checks(tags=["teamadmin"]), key=lambda message: str(message.id))
    found = [message for message in messages if not message.is_silenced()]
    errors = [message for message in found if message.is_serious(checks.ERROR)]
    for message in found:
        if message not in errors:
            logger.warning("%s (%s)", sentence(message), message.id)
    if errors:
        refuse(*(f"{sentence(message)} ({message.id})" for message in errors))


def sentence(message: checks.CheckMessage) -> str:
    """Return what is wrong and how to fix it."""
    return f"{message.msg} {message.hint or ''}".strip()
