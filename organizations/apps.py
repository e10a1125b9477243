from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


def sync_built_in_roles(using, **kwargs) -> None:
    """Save the built-in roles. Runs after every migrate (and flush), so that the rows match the code."""
    from organizations.built_in_roles import BUILT_IN
    from organizations.models import Role

    rows = [
        Role(id=role.id, scheme=role.scheme, key=role.key, name=str(role.name), rank=role.rank) for role in BUILT_IN
    ]
    Role.objects.using(using).bulk_create(
        rows, update_conflicts=True, unique_fields=["id"], update_fields=["scheme", "key", "name", "rank"]
    )


def install_count_triggers(using, **kwargs) -> None:
    """Create the triggers that count members, if a migration on SQLite dropped them with the table."""
    from django.db import connections

    from organizations import count_triggers

    if count_triggers.COUNTS in connections[using].introspection.table_names():
        count_triggers.install(using)


class OrganizationsConfig(AppConfig):
    name = "organizations"
    verbose_name = _("Organizations")

    def ready(self) -> None:
        post_migrate.connect(sync_built_in_roles, sender=self)
        post_migrate.connect(install_count_triggers, sender=self)
