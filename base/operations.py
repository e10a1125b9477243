"""Operations for migrations that Django does not have."""

from functools import partial

from django.db.migrations import RunPython


def many_values(table: str, column: str) -> RunPython:
    """PostgreSQL is told that the column has many values, whatever it counts.

    For one that says who did something, where few do it all: PostgreSQL takes whoever is deleted for one of these, and
    reads the whole table to see that nobody refers to them any more. Told otherwise it looks into the index.
    """
    told = partial(_distinct, table, column, "SET (n_distinct = -0.1)")
    return RunPython(told, partial(_distinct, table, column, "RESET (n_distinct)"))


def _distinct(table, column, setting, apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"ALTER TABLE {table} ALTER COLUMN {column} {setting}")
        schema_editor.execute(f"ANALYZE {table} ({column})")
