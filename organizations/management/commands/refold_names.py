from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand

from organizations.models import Membership
from organizations.models.named import NamedModel
from organizations.refolding import refold_members, refold_named


class Command(BaseCommand):
    help = (
        "Compute again how names are searched and sorted. Run it once after an upgrade, when no process of the"
        " previous release runs any more: it wrote names in its own way. It can run while the site serves, and any"
        " number of times."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        named = [model for model in apps.get_models() if issubclass(model, NamedModel)]
        for model in (Membership, *named):
            changed = refold_members(model) if model is Membership else refold_named(model)
            self.stdout.write(f"{model._meta.verbose_name_plural}: {changed} changed")
