"""manage.py reset_two_factor: help someone who lost their second factor and whom no Admin can help."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from accounts.services import reset_two_factor_as_operator
from base.text import canonical_email


class Command(BaseCommand):
    help = (
        "Remove a user's authenticator app, passkeys, backup codes and remembered devices, and end their sessions."
        " For members of several organizations, whose Admins can't reset it. Be sure that the request comes from them."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the user's email address")

    def handle(self, *, email: str, **options: Any) -> None:
        """Reset the user's second factors. Raises CommandError if there is no such user, or nothing to reset."""
        try:
            user = User.objects.filter(email=canonical_email(email)).first()
        except ValidationError as error:
            raise CommandError(error.messages[0]) from error
        if user is None:
            raise CommandError(f"No user has the email address {email}.")
        if not reset_two_factor_as_operator(user=user):
            raise CommandError(f"{user.email} hasn’t set up two-factor authentication.")
        self.stdout.write(f"Reset. {user.email} was signed out everywhere and notified by email.")
