from django.db import migrations


def by_code_points(apps, schema_editor):
    """Sort alike on every server, as members are sorted (0014). Changes no row: only indexes would be built again."""
    _collate(schema_editor, "C")


def by_the_databases_language(apps, schema_editor):
    _collate(schema_editor, "default")


def _collate(schema_editor, collation):
    if schema_editor.connection.vendor == "postgresql":
        for table in ("organizations_group", "organizations_project"):
            schema_editor.execute(f'ALTER TABLE {table} ALTER COLUMN sort_name TYPE varchar(500) COLLATE "{collation}"')


class Migration(migrations.Migration):
    dependencies = [
        ("organizations", "0023_invite_delivery_indexes"),
    ]

    operations = [migrations.RunPython(by_code_points, by_the_databases_language)]
