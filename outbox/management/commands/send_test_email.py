from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from base.text import canonical_email
from outbox.dialogue import send_test_email
from outbox.policies import Cause

ADVICE = {
    Cause.EMAIL: "The problem is with this address or this email.",
    Cause.SERVER: "The server may accept it later.",
    Cause.US: "The problem is with the settings: every email is rejected.",
}


class Command(BaseCommand):
    help = (
        "Send a test email now, with the settings of this process, and print what the mail server or provider answers."
        " Passwords are left out. The exit status is 1 if the email wasn't accepted."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address", help="the address to send to")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            address = canonical_email(options["address"])
        except ValidationError as error:
            raise CommandError(error.messages[0]) from None
        failure = send_test_email(address, self.stdout.write)
        if failure:
            raise CommandError(f"Not accepted. {failure.reason}\n{ADVICE[failure.cause]} See docs/operating.md.")
        self.stdout.write("Accepted. The email can still bounce or be filtered as spam: check the inbox.")
