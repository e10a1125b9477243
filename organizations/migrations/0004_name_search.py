"""The trigram indexes that groups and projects are found by (PostgreSQL); SQLite walks its rows."""

from django.db import migrations

FORWARDS = """
CREATE INDEX IF NOT EXISTS group_search ON organizations_group USING gin (name_key gin_trgm_ops);
CREATE INDEX IF NOT EXISTS project_search ON organizations_project USING gin (name_key gin_trgm_ops);
"""
BACKWARDS = "DROP INDEX IF EXISTS group_search; DROP INDEX IF EXISTS project_search;"


def on_postgresql(sql):
    def run(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(sql)

    return run


class Migration(migrations.Migration):
    dependencies = [("organizations", "0003_member_orders")]
    operations = [migrations.RunPython(on_postgresql(FORWARDS), on_postgresql(BACKWARDS))]
