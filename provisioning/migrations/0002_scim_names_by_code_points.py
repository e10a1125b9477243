from django.db import migrations

COLUMNS = (("provisioning_scimuser", "user_name_key"), ("provisioning_scimgroup", "display_name_key"))


def by_code_points(apps, schema_editor):
    """SCIM sorts and compares names by code points. One index then answers eq, sw, lt, gt and sorting."""
    _collate(schema_editor, "C")


def by_the_databases_language(apps, schema_editor):
    _collate(schema_editor, "default")


def _collate(schema_editor, collation):
    if schema_editor.connection.vendor == "postgresql":
        for table, column in COLUMNS:
            schema_editor.execute(f'ALTER TABLE {table} ALTER COLUMN {column} TYPE varchar(510) COLLATE "{collation}"')


class Migration(migrations.Migration):
    dependencies = [("provisioning", "0001_initial")]
    operations = [migrations.RunPython(by_code_points, by_the_databases_language)]
