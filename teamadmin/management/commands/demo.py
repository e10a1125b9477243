"""manage.py demo: the demo organizations Acme and Globex, with sign-ins whose password is published."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from organizations.models import Organization
from teamadmin.demo import seeding
from teamadmin.demo.data import PASSWORD, SIGN_INS


class Command(BaseCommand):
    help = "Makes the demo organizations. Only in demo mode (TEAMADMIN_DEMO=1): their password is published."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--if-empty", action="store_true", help="Do nothing where any organization exists.")
        parser.add_argument("--reset", action="store_true", help="Delete the demo organizations first.")

    def handle(self, *, if_empty: bool, reset: bool, verbosity: int, **options: Any) -> None:
        """CommandError outside demo mode. Made twice, the second changes nothing."""
        if not settings.DEMO:
            raise CommandError(
                "The demo makes people whose password is published, so it runs in demo mode only. "
                "Set TEAMADMIN_DEMO=1, on a database that holds nothing of worth."
            )
        if if_empty and Organization.objects.exists():
            return
        if reset:
            seeding.remove()
        made = seeding.build()
        if verbosity:
            self._tell(made)

    def _tell(self, made: list[Organization]) -> None:
        if not made:
            self.stdout.write("The demo is there already; --reset makes it anew.")
            return
        for organization in made:
            self.stdout.write(f"Made {organization.name}, {organization.memberships.count()} members.")
        self.stdout.write(f"Sign in with the password {PASSWORD} as:")
        for email, role in SIGN_INS:
            self.stdout.write(f"  {email:<22} {role}")
