"""Lint migrations: `python -m teamadmin.testing.migration_lint FOLDER`, a step of bin/check.

It runs django-migration-linter on every migration newer than RELEASED, with warnings as errors, and writes their SQL to
FOLDER, where squawk reads it. With --all, it takes the released ones too. docs/how-to.md explains safe migrations.
"""

import argparse
import os
import sys
from pathlib import Path

import django
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from django_migration_linter.migration_linter import MigrationLinter

from teamadmin.testing import services

# Migrations up to these ran in installations before they were linted, and changing them has no effect there.
# "Upgrading" in docs/operating.md describes what they lock in an installation that hasn't run them yet.
RELEASED = [
    ("accounts", "0003_security"),
    ("api", "0001_idempotency_keys"),
    ("audit", "0004_by_action"),
    ("console", "0003_bulk_preparing"),
    ("invitations", "0004_new_link"),
    ("organizations", "0021_access_key_secrets"),
    ("outbox", "0002_failed"),
    ("provisioning", "0002_scim_names_by_code_points"),
    ("workspace", "0001_records"),
]
# Newer migrations that aren't linted: (app, name) and the reason why they are safe.
EXEMPT: dict[tuple[str, str], str] = {}


class Linter(MigrationLinter):
    """Lints SQL that has already been printed. The linter itself builds all models again for each migration."""

    def __init__(self, sql: dict[tuple[str, str], list[str]]) -> None:
        super().__init__(no_cache=True, all_warnings_as_errors=True)
        self.sql = sql

    def get_sql(self, app_label: str, migration_name: str) -> list[str]:
        return self.sql[app_label, migration_name]

    @staticmethod
    def get_migration_hash(app_label: str, migration_name: str) -> str:
        return ""  # there is no cache


def linted(loader: MigrationLoader, *, released: bool = False) -> set[tuple[str, str]]:
    """Return the app and name of each migration to lint, with the released ones if `released`."""
    own = {app.label for app in apps.get_app_configs() if Path(app.path).parent == settings.BASE_DIR}
    chosen = {node for node in loader.graph.nodes if node[0] in own}
    if not released:
        chosen -= EXEMPT.keys()
        chosen.difference_update(*(loader.graph.forwards_plan(node) for node in RELEASED))
    return chosen


def print_sql(migration: Migration, state: ProjectState) -> tuple[list[str], ProjectState]:
    """Return what `sqlmigrate` prints for the migration, and the state after it."""
    with connection.schema_editor(collect_sql=True, atomic=migration.atomic) as editor:
        state = migration.apply(state, editor, collect_sql=True)
    lines = "\n".join(editor.collected_sql).splitlines()
    return ["BEGIN;", *lines, "COMMIT;"] if migration.atomic else lines, state


def lint(
    migrations: list[Migration], chosen: set[tuple[str, str]], folder: Path, *, state: ProjectState | None = None
) -> bool:
    """Lint the chosen ones of `migrations`, write their SQL to the folder, and return whether they are safe.

    `state` is the one before the first of them. Default: before all migrations.
    """
    state, sql = state or ProjectState(), {}
    for migration in migrations:
        key = (migration.app_label, migration.name)
        if key not in chosen:
            state = migration.mutate_state(state, preserve=False)
            continue
        sql[key], state = print_sql(migration, state)
        (folder / f"{'.'.join(key)}.sql").write_text("\n".join(sql[key]) + "\n")
    linter = Linter(sql)
    for migration in migrations:
        if (migration.app_label, migration.name) in chosen:
            linter.lint_migration(migration)
    linter.print_summary()
    return not linter.has_errors


def main() -> int:
    """Lint with a private PostgreSQL, and return the exit status."""
    parser = argparse.ArgumentParser(description="Lint migrations, and print their SQL.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--all", action="store_true", help="also lint the migrations that are released")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    with services.postgres() as url:
        os.environ["DATABASE_URL"] = url
        django.setup()
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes(), clean_start=True)
        chosen = linted(executor.loader, released=options.all)
        safe = lint([migration for migration, _ in plan], chosen, options.folder)
        connection.close()
    return 0 if safe else 1


if __name__ == "__main__":
    sys.exit(main())
