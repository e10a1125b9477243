from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import OperationalError

# SQLSTATE lock_not_available: LOCK_TIMEOUT_MS has passed.
LOCK_NOT_AVAILABLE = "55P03"


class Command(migrate.Command):
    """Django's command, which says what to do when a migration didn't get its lock."""

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            super().handle(*args, **options)
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", "") != LOCK_NOT_AVAILABLE:
                raise
            raise CommandError(
                "The migration waited LOCK_TIMEOUT_MS for a lock that another transaction holds, and was rolled back."
                ' Run migrate again. If it fails again, "Upgrading" in docs/operating.md shows how to find the'
                " transaction."
            ) from error
