from django.db import migrations

TABLE, COLUMN = "organizations_membership", "sort_name"


def by_code_points(apps, schema_editor):
    """Sorts alike on every server, as SQLite does; and names that begin with the same letters stand together, which in
    the order of a language they need not. Folded names hold neither case nor accents (base.text.fold)."""
    _collate(schema_editor, "C")


def by_the_databases_language(apps, schema_editor):
    _collate(schema_editor, "default")


def _collate(schema_editor, collation):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f'ALTER TABLE {TABLE} ALTER COLUMN {COLUMN} TYPE varchar(500) COLLATE "{collation}"')


class Migration(migrations.Migration):
    dependencies = [("organizations", "0013_archived_projects")]
    operations = [migrations.RunPython(by_code_points, by_the_databases_language)]
