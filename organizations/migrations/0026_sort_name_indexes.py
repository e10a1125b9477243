from django.db import migrations, models

from base.operations import AddIndexConcurrently

# The trigram indexes that groups and projects are found by. SQLite reads their rows.
SEARCHED = {"group_search_by_words": "organizations_group", "project_search_by_words": "organizations_project"}


def add_search(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        remove_search(apps, schema_editor)  # invalid, from a try that failed
        schema_editor.execute("SET lock_timeout = 0")  # as AddIndexConcurrently: no one waits behind it
        for name, table in SEARCHED.items():
            schema_editor.execute(f"CREATE INDEX CONCURRENTLY {name} ON {table} USING gin (sort_name gin_trgm_ops)")
        schema_editor.execute("RESET lock_timeout")


def remove_search(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("SET lock_timeout = 0")
        for name in SEARCHED:
            schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
        schema_editor.execute("RESET lock_timeout")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("organizations", "0025_refold_names"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="group",
            index=models.Index(fields=["organization", "sort_name", "id"], name="group_by_name"),
        ),
        AddIndexConcurrently(
            model_name="group",
            index=models.Index(
                fields=["organization", "managed_by", "sort_name", "id"], name="group_by_manager_and_name"
            ),
        ),
        AddIndexConcurrently(
            model_name="project",
            index=models.Index(fields=["organization", "sort_name", "id"], name="project_by_name"),
        ),
        migrations.RunPython(add_search, remove_search),
    ]
