"""manage.py scim_token: connect an organization to its identity provider without the screens."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from organizations.models import Organization
from provisioning.models import ScimConnection
from provisioning.services.scim_tokens import TooManyTokens, connect, create_token


class Command(BaseCommand):
    help = (
        "Create a SCIM token of an organization and print it. It's shown only now. The organization's audit log has an"
        " entry about it. An organization can have two tokens."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("organization", help="the organization's name in URLs, such as acme")
        parser.add_argument("--name", default="manage.py", help="the token's name in lists")
        parser.add_argument("--days", type=int, help="the number of days until the token expires (default: never)")
        parser.add_argument(
            "--provider",
            choices=ScimConnection.Provider.values,
            help="the identity provider (default: the one that is connected, otherwise other)",
        )

    def handle(self, *, organization: str, name: str, days: int | None, provider: str | None, **options: Any) -> None:
        """Create the token. Raises CommandError for an unknown organization, or one with two tokens."""
        found = Organization.objects.filter(slug=organization).first()
        if found is None:
            raise CommandError(f"There is no organization {organization}.")
        if days is not None and days < 1:
            raise CommandError("--days must be at least 1.")
        current = ScimConnection.objects.filter(organization=found).values_list("provider", flat=True).first()
        wanted = provider or current or ScimConnection.Provider.OTHER
        connection = connect(actor=None, organization=found, provider=wanted)
        expires_at = timezone.now() + timedelta(days=days) if days else None
        try:
            _token, text = create_token(actor=None, connection=connection, name=name, expires_at=expires_at)
        except TooManyTokens as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"Base URL: {settings.BASE_URL}/scim/v2")
        self.stdout.write(f"Token: {text}")
