from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


def install_triggers(using, **kwargs) -> None:
    """Create the triggers that refuse changes, if a migration on SQLite dropped them with the table."""
    from django.db import connections

    from audit import triggers

    if triggers.CHAINS in connections[using].introspection.table_names():
        triggers.install(using)


class AuditConfig(AppConfig):
    name = "audit"
    verbose_name = _("Audit log")

    def ready(self) -> None:
        post_migrate.connect(install_triggers, sender=self)
