"""The trigram index that searching members runs on (PostgreSQL); SQLite walks its rows."""

from django.db import migrations

FORWARDS = """
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX IF NOT EXISTS member_search ON organizations_membership USING gin (search_text gin_trgm_ops);
"""
BACKWARDS = "DROP INDEX IF EXISTS member_search"


def on_postgresql(sql):
    def run(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(sql)

    return run


class Migration(migrations.Migration):
    dependencies = [("organizations", "0001_initial")]
    operations = [migrations.RunPython(on_postgresql(FORWARDS), on_postgresql(BACKWARDS))]
