from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import OperationalError

# SQLSTATE lock_not_available (LOCK_TIMEOUT_MS has passed) and deadlock_detected.
NO_LOCK = {"55P03", "40P01"}


class Command(migrate.Command):
    """Django's command, which says what to do when a migration didn't get a lock."""

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            super().handle(*args, **options)
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", "") not in NO_LOCK:
                raise
            raise CommandError(
                "The migration didn't get a lock, because another transaction holds it. Nothing is lost: run migrate"
                ' again. "Upgrading" in docs/operating.md shows how to find the transaction.'
            ) from error
