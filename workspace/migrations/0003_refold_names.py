from django.db import migrations

from organizations.refolding import refold_named

TABLES = ("workspace_dataset", "workspace_destination", "workspace_pipeline", "workspace_source")


def collate_and_refold(apps, schema_editor):
    """Sort by code points (as organizations.0024), and compute how names are searched and sorted, in batches."""
    _collate(schema_editor, "C")
    Dataset = apps.get_model("workspace", "Dataset")
    refold_named(Dataset)
    Destination = apps.get_model("workspace", "Destination")
    refold_named(Destination)
    Pipeline = apps.get_model("workspace", "Pipeline")
    refold_named(Pipeline)
    Source = apps.get_model("workspace", "Source")
    refold_named(Source)


def by_the_databases_language(apps, schema_editor):
    _collate(schema_editor, "default")


def _collate(schema_editor, collation):
    if schema_editor.connection.vendor == "postgresql":
        for table in TABLES:
            schema_editor.execute(f'ALTER TABLE {table} ALTER COLUMN sort_name TYPE varchar(500) COLLATE "{collation}"')


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("organizations", "0025_refold_names"),
        ("workspace", "0002_sort_names"),
    ]

    operations = [migrations.RunPython(collate_and_refold, by_the_databases_language)]
