"""manage.py write_openapi [--check]: write docs/openapi.json."""

from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from api.openapi import document, to_text

PATH = settings.BASE_DIR / "docs" / "openapi.json"


class Command(BaseCommand):
    help = "Write docs/openapi.json, or check that it is up to date."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="only check that the file is up to date")

    def handle(self, **options) -> None:
        text = to_text(document())
        if options["check"]:
            if not PATH.exists() or PATH.read_text() != text:
                raise CommandError("docs/openapi.json is out of date. Run manage.py write_openapi.")
            return
        PATH.write_text(text)
