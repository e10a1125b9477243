"""Migration operations that Django doesn't have, and those of PostgreSQL that must also run on the demo's SQLite."""

from functools import partial

from django.contrib.postgres import operations as postgres
from django.db.migrations import AddConstraint, AddIndex, RemoveIndex, RunPython


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


class _OnOtherDatabases:
    """Runs `otherwise` instead of the operation's own statements on databases other than PostgreSQL."""

    otherwise: type

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        on_postgresql = schema_editor.connection.vendor == "postgresql"
        run = super().database_forwards if on_postgresql else partial(self.otherwise.database_forwards, self)
        run(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        on_postgresql = schema_editor.connection.vendor == "postgresql"
        run = super().database_backwards if on_postgresql else partial(self.otherwise.database_backwards, self)
        run(app_label, schema_editor, from_state, to_state)


class AddIndexConcurrently(_OnOtherDatabases, postgres.AddIndexConcurrently):
    """Build an index without blocking writes. The migration needs `atomic = False`, and can be run again if it failed.

    It waits for every transaction that is open, longer than lock_timeout: no one waits behind it, and a timeout would
    leave an invalid index.
    """

    otherwise = AddIndex

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        on_postgresql = schema_editor.connection.vendor == "postgresql"
        if on_postgresql:
            schema_editor.execute("SET lock_timeout = 0")
            name = schema_editor.quote_name(self.index.name)
            schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")  # invalid, from a try that failed
        super().database_forwards(app_label, schema_editor, from_state, to_state)
        if on_postgresql:
            schema_editor.execute("RESET lock_timeout")


class RemoveIndexConcurrently(_OnOtherDatabases, postgres.RemoveIndexConcurrently):
    """Remove an index without blocking other statements. The migration needs `atomic = False`."""

    otherwise = RemoveIndex


class AddConstraintNotValid(_OnOtherDatabases, postgres.AddConstraintNotValid):
    """Add a check of new rows. ValidateConstraint, in a later migration, checks the rows that are there."""

    otherwise = AddConstraint


class ValidateConstraint(postgres.ValidateConstraint):
    """Check the rows that are there without blocking writes. Other databases have already done that."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor == "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
