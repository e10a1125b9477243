from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from outbox.services import hold_outbox, release_outbox


class Command(BaseCommand):
    help = (
        "Hold all unsent email. Run this on a restored copy of the database before its workers start,"
        " so that the copy doesn't send email that the original has sent. Use --release to send held email."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--release", action="store_true", help="queue all held email, to be sent right away")

    def handle(self, *args: Any, **options: Any) -> None:
        count, verb = (release_outbox(), "Released") if options["release"] else (hold_outbox(), "Held")
        self.stdout.write(f"{verb} {count} {'email' if count == 1 else 'emails'}.")
