"""manage.py create_organization: an organization and its first Admin, whom nobody is there to invite."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse
from django.utils.text import slugify

from accounts.emails import format_duration, password_reset_url
from base import text
from organizations.models import Membership, Scheme
from organizations.services import Person, found_organization


class Command(BaseCommand):
    help = (
        "Makes an organization and its first Admin. Prints the link by which they choose a password, once: give it to"
        " them by a way that only they read. Who signs in here already keeps their password."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help='as it is shown: "Acme Inc."')
        parser.add_argument("email", help="of the first Admin")
        parser.add_argument("--first-name", required=True)
        parser.add_argument("--last-name", required=True)
        parser.add_argument("--slug", help="in the address of its pages; by default made of the name")
        parser.add_argument(
            "--scheme", choices=Scheme.values, default=Scheme.RANKED,
            help="ranked: one role for each member; task: one or more. Cannot be changed later.",
        )  # fmt: skip

    def handle(self, *, name: str, email: str, slug: str | None, scheme: str, **options: Any) -> None:
        """CommandError, with every word of what is wrong, where nothing was made."""
        try:
            member = found_organization(
                name=text.clean_line(name),
                slug=slug or slugify(name)[:60].strip("-"),
                scheme=Scheme(scheme),
                founder=Person(text.clean_line(options["first_name"]), text.clean_line(options["last_name"]), email),
            )
        except ValidationError as error:
            raise CommandError("\n".join(self._words(error))) from error
        self._tell(member)

    def _words(self, error: ValidationError) -> list[str]:
        if not hasattr(error, "error_dict"):
            return error.messages
        return [f"{field}: {word}" for field, words in error.message_dict.items() for word in words]

    def _tell(self, member: Membership) -> None:
        assert member.user
        self.stdout.write(f"Made {member.organization}, with {member.email} as its Admin.")
        if member.user.has_usable_password():
            self.stdout.write(f"They sign in as before, at {settings.BASE_URL}{reverse('account_login')}")
            return
        limit = format_duration(settings.PASSWORD_RESET_TIMEOUT)
        self.stdout.write(f"They choose their password here, within {limit}:")
        self.stdout.write(password_reset_url(member.user))
