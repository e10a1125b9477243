"""manage.py rotate_keys: encrypt all secrets in the database with the first of ENCRYPTION_KEYS."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from base.rotation import Result, encrypted_fields, rotate_field

# Rows that are named per field. The count is always complete.
SHOWN = 20


class Command(BaseCommand):
    help = (
        "Encrypt all secrets in the database, such as the keys of authenticator apps, with the first key in"
        " ENCRYPTION_KEYS. Afterwards the other keys can be removed. Safe while the site runs, if all its processes"
        " have been restarted with the new list. Can be stopped and run again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--batch-size", type=int, default=500, help="rows read at once (default: 500)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Rotate every field. Raises CommandError if any secret still needs an older or a missing key."""
        size = max(1, options["batch_size"])
        results = [rotate_field(model, name, batch_size=size) for model, name in encrypted_fields()]
        for result in results:
            self._report(result)
        if not all(result.is_complete for result in results):
            raise CommandError("Some secrets don't use the first key. Don't remove any key from ENCRYPTION_KEYS.")
        self.stdout.write("All secrets use the first key. You can remove the other keys from ENCRYPTION_KEYS.")

    def _report(self, result: Result) -> None:
        self.stdout.write(f"{result.label}: {result.rotated} encrypted again, {result.current} already current.")
        for problem, rows in (("can't be decrypted", result.undecryptable), ("changed in the meantime", result.busy)):
            if rows:
                names = ", ".join(str(pk) for pk in rows[:SHOWN]) + (", ..." if len(rows) > SHOWN else "")
                self.stderr.write(f"{result.label}: {len(rows)} {problem}, with these ids: {names}")
