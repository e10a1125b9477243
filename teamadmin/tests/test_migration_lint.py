"""The checks of migrations find what would block a live, large table, and pass the ways in docs/how-to.md."""

import functools
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

from base import operations
from teamadmin.testing import migration_lint

NULLABLE = models.CharField(max_length=100, null=True)
INDEX = models.Index(fields=["last_name", "id"], name="member_by_page")
CHECK = models.CheckConstraint(condition=~models.Q(first_name="x"), name="first_name_is_not_x")
SAFE = {
    "column": [migrations.AddField("membership", "job_title", NULLABLE)],
    "default": [migrations.AddField("membership", "job_title", models.TextField(default="", db_default=""))],
    "not valid": [operations.AddConstraintNotValid("membership", CHECK)],
    "validate": [operations.ValidateConstraint("membership", "first_name_is_not_x")],
}
UNSAFE = {
    "required": [migrations.AddField("membership", "job_title", models.TextField(default=""))],
    "index": [migrations.AddIndex("membership", INDEX)],
    "constraint": [migrations.AddConstraint("membership", CHECK)],
    "rename": [migrations.RenameField("membership", "first_name", "given_name")],
    "remove": [migrations.RemoveField("membership", "first_name")],
    "type": [migrations.AlterField("membership", "first_name", models.IntegerField())],
}


@functools.cache
def state() -> ProjectState:
    """Return all models as they are after the last migration."""
    return MigrationLoader(None).project_state()


def check(changes: list, folder: Path, *, atomic: bool = True) -> tuple[bool, bool]:
    """Return whether django-migration-linter and squawk pass one more migration with these operations."""
    new = type("Migration", (migrations.Migration,), {"operations": changes, "atomic": atomic})
    migration = new("new", "organizations")
    linter = migration_lint.lint([migration], {("organizations", "new")}, folder, state=state().clone())
    squawk = Path(sys.executable).with_name("squawk")
    (sql,) = folder.glob("*.sql")
    done = subprocess.run([squawk, sql], cwd=settings.BASE_DIR, stdout=subprocess.DEVNULL)
    return linter, not done.returncode


@pytest.mark.django_db
@pytest.mark.parametrize("name", SAFE)
def test_safe_migrations_pass(name, tmp_path):
    assert check(SAFE[name], tmp_path) == (True, True)


@pytest.mark.django_db(transaction=True)  # the operation refuses to run in a transaction
def test_index_built_concurrently_passes(tmp_path):
    assert check([operations.AddIndexConcurrently("membership", INDEX)], tmp_path, atomic=False) == (True, True)


@pytest.mark.django_db
@pytest.mark.parametrize("name", UNSAFE)
def test_unsafe_migrations_are_found(name, tmp_path):
    assert not all(check(UNSAFE[name], tmp_path))


def test_only_released_migrations_are_not_linted():
    loader = MigrationLoader(None)
    new, every = migration_lint.linted(loader), migration_lint.linted(loader, released=True)
    assert set(migration_lint.RELEASED) <= every - new
    assert len(every) >= 41 and {app for app, _ in every} == {app for app, _ in migration_lint.RELEASED}
    assert every - new - migration_lint.EXEMPT.keys() == {
        node for last in migration_lint.RELEASED for node in loader.graph.forwards_plan(last) if node in every
    }
