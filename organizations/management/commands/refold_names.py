from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand

from organizations.models import Membership
from organizations.models.named import NamedModel
from organizations.refolding import refold_members, refold_named


class Command(BaseCommand):
    help = (
        "Recompute the forms in which names are searched and sorted. Run it once after an upgrade, when all processes"
        " of the previous release have stopped: they stored names in the old form. It is safe to run while the site is"
        " up, and more than once."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        named = [model for model in apps.get_models() if issubclass(model, NamedModel)]
        for model in (Membership, *named):
            changed = refold_members(model) if model is Membership else refold_named(model)
            self.stdout.write(f"{model._meta.verbose_name_plural}: {changed} changed")
