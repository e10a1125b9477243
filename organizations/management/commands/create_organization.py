"""manage.py create_organization: create an organization with its first Admin."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse
from django.utils.text import slugify

from accounts.emails import format_duration, password_reset_url
from base import text
from base.names import MISSING_NAME
from organizations.models import Membership, Scheme
from organizations.services import NewMember, create_organization_with_admin


class Command(BaseCommand):
    help = (
        "Create an organization with its first Admin. Prints a link where they choose a password. The link works once:"
        " send it to them privately. People who already have an account keep their password."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help='the display name, such as "Acme Inc."')
        parser.add_argument("email", help="the first Admin's email address")
        parser.add_argument(
            "--first-name", default="", help="the first Admin's first name; one of the two names is enough"
        )
        parser.add_argument("--last-name", default="", help="the first Admin's last name")
        parser.add_argument("--slug", help="part of the URLs of its pages (default: derived from the name)")
        parser.add_argument(
            "--scheme", choices=Scheme.values, default=Scheme.RANKED,
            help="ranked: one role per member; task: one or more roles. Can't be changed later.",
        )  # fmt: skip

    def handle(self, *, name: str, email: str, slug: str | None, scheme: str, **options: Any) -> None:
        """Create the organization. Raises CommandError with all validation errors, without creating anything."""
        try:
            first_name, last_name = (text.clean_line(options[name]) for name in ("first_name", "last_name"))
            if not (first_name or last_name):
                raise ValidationError({"first-name": MISSING_NAME})
            member = create_organization_with_admin(
                name=text.clean_line(name),
                slug=slug or slugify(name)[:60].strip("-"),
                scheme=Scheme(scheme),
                admin=NewMember(first_name, last_name, email),
            )
        except ValidationError as error:
            raise CommandError("\n".join(self._messages(error))) from error
        self._print_result(member)

    def _messages(self, error: ValidationError) -> list[str]:
        if not hasattr(error, "error_dict"):
            return error.messages
        return [f"{field}: {message}" for field, messages in error.message_dict.items() for message in messages]

    def _print_result(self, member: Membership) -> None:
        assert member.user
        self.stdout.write(f"Created {member.organization} with the Admin {member.email}.")
        if member.user.has_usable_password():
            self.stdout.write(
                f"They sign in with their existing password at {settings.BASE_URL}{reverse('account_login')}"
            )
            return
        self.stdout.write(f"Link to choose a password, valid for {format_duration(settings.PASSWORD_RESET_TIMEOUT)}:")
        self.stdout.write(password_reset_url(member.user))
