"""Migration operations that Django doesn't have."""

from functools import partial

from django.db.migrations import RunPython


def many_values(table: str, column: str) -> RunPython:
    """Tell PostgreSQL's planner that the column has many distinct values, whatever its statistics say.

    For columns such as "deactivated by", where a few people did everything: PostgreSQL assumes that a deleted row is
    one of those few, and reads the whole table to check that nothing refers to it. With this setting it uses the index.
    """
    forwards = partial(_set_distinct, table, column, "SET (n_distinct = -0.1)")
    return RunPython(forwards, partial(_set_distinct, table, column, "RESET (n_distinct)"))


def _set_distinct(table, column, setting, apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"ALTER TABLE {table} ALTER COLUMN {column} {setting}")
        schema_editor.execute(f"ANALYZE {table} ({column})")
