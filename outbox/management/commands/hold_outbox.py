from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from outbox.services import hold_outbox, release_outbox


class Command(BaseCommand):
    help = (
        "Holds all mail that is on its way: to be run on a restored copy of the database before its workers start,"
        " so that it does not send what the original sent. --release lets it go."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--release", action="store_true", help="let held mail go, due at once")

    def handle(self, *args: Any, **options: Any) -> None:
        moved, word = (release_outbox(), "released") if options["release"] else (hold_outbox(), "held")
        self.stdout.write(f"{moved} mails {word}.")
