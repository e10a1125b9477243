"""manage.py demo: create the demo organizations. Their password is published."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from organizations.models import Organization
from teamadmin.demo import seed
from teamadmin.demo.data import AUTHENTICATOR_KEY, PASSWORD, SIGN_INS


class Command(BaseCommand):
    help = "Create the demo organizations. Runs only in demo mode (TEAMADMIN_DEMO=1): their password is published."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--if-empty", action="store_true", help="Do nothing if any organization exists.")
        parser.add_argument("--reset", action="store_true", help="Delete the demo organizations first.")

    def handle(self, *, if_empty: bool, reset: bool, verbosity: int, **options: Any) -> None:
        """Create missing organizations. Raise CommandError outside demo mode. A second run changes nothing."""
        if not settings.DEMO:
            raise CommandError(
                "The demo creates users with a published password, so it runs only in demo mode. "
                "Set TEAMADMIN_DEMO=1, and use a database without real data."
            )
        if if_empty and Organization.objects.exists():
            return
        if reset:
            seed.delete()
        created = seed.create_missing()
        if verbosity:
            self._report(created)

    def _report(self, created: list[Organization]) -> None:
        if not created:
            self.stdout.write("The demo already exists. Use --reset to create it again.")
            return
        for organization in created:
            self.stdout.write(f"Created {organization.name} with {organization.memberships.count()} members.")
        self.stdout.write(f"Sign in with the password {PASSWORD} as:")
        for email, role in SIGN_INS:
            self.stdout.write(f"  {email:<27} {role}")
        self.stdout.write(f"The key of all authenticator apps is {AUTHENTICATOR_KEY}. Add it to yours.")
