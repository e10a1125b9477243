from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


def sync_built_in_roles(using, **kwargs) -> None:
    """Writes the built-in roles' rows: after every migrate (and every flush), so that code and rows agree."""
    from organizations.models import Role
    from organizations.roles import BUILT_IN

    rows = [
        Role(id=role.id, scheme=role.scheme, key=role.key, name=str(role.name), rank=role.rank) for role in BUILT_IN
    ]
    Role.objects.using(using).bulk_create(
        rows, update_conflicts=True, unique_fields=["id"], update_fields=["scheme", "key", "name", "rank"]
    )


def keep_member_counts(using, **kwargs) -> None:
    """Makes the triggers that count members, where a migration on SQLite lost them with the table."""
    from django.db import connections

    from organizations import counting

    if counting.COUNTS in connections[using].introspection.table_names():
        counting.install(using)


class OrganizationsConfig(AppConfig):
    name = "organizations"
    verbose_name = _("Organizations")

    def ready(self) -> None:
        post_migrate.connect(sync_built_in_roles, sender=self)
        post_migrate.connect(keep_member_counts, sender=self)
