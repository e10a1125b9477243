"""The operations for safe migrations run on PostgreSQL and on the demo's SQLite."""

import threading

import psycopg
import pytest
from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState
from django.db.utils import ConnectionHandler, IntegrityError

from base import operations
from teamadmin.testing import processes

INDEX = models.Index(fields=["name"], name="thing_by_name")
CHECK = models.CheckConstraint(condition=~models.Q(name=""), name="thing_has_name")


@pytest.fixture(params=["postgresql", "sqlite"])
def database(request, transactional_db):
    """A connection to PostgreSQL or to an empty SQLite."""
    if request.param == "postgresql":
        yield connection
    else:
        handler = ConnectionHandler({"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}})
        yield handler["default"]
        handler["default"].close()


def run(database, *steps, backwards=False, first=0):
    """Apply the operations from the first one on, each in a migration without a transaction, or the reverse."""
    states = [ProjectState()]
    for step in steps:
        states.append(migration(step).mutate_state(states[-1]))
    order = reversed(list(enumerate(steps))) if backwards else enumerate(steps)
    for number, step in list(order)[first:]:
        with database.schema_editor(atomic=False) as editor:
            run = migration(step).unapply if backwards else migration(step).apply
            run(states[number].clone(), editor)


def migration(operation):
    each = migrations.Migration("x", "organizations")
    each.operations = [operation]
    return each


def test_operations_change_the_table(database):
    fields = [("id", models.AutoField(primary_key=True)), ("name", models.CharField(max_length=9))]
    create = migrations.CreateModel("Thing", fields)
    steps = [
        create,
        operations.AddIndexConcurrently("thing", INDEX),
        operations.AddConstraintNotValid("thing", CHECK),
        operations.ValidateConstraint("thing", "thing_has_name"),
    ]
    run(database, *steps)
    with database.cursor() as cursor:
        names = database.introspection.get_constraints(cursor, "organizations_thing")
        assert {"thing_by_name", "thing_has_name"} <= set(names)
        with pytest.raises(IntegrityError):
            cursor.execute("insert into organizations_thing (name) values ('')")
    run(database, *steps, backwards=True)
    assert "organizations_thing" not in database.introspection.table_names()


def test_index_is_removed(database):
    fields = [("id", models.AutoField(primary_key=True)), ("name", models.CharField(max_length=9))]
    create = migrations.CreateModel("Thing", fields, options={"indexes": [INDEX]})
    run(database, create, operations.RemoveIndexConcurrently("thing", "thing_by_name"))
    with database.cursor() as cursor:
        assert "thing_by_name" not in database.introspection.get_constraints(cursor, "organizations_thing")
        cursor.execute("drop table organizations_thing")


def test_index_waits_for_transactions_and_can_be_built_again(transactional_db):
    """A timeout while it waits would leave an invalid index, with the same name."""
    fields = [("id", models.AutoField(primary_key=True)), ("name", models.CharField(max_length=9))]
    create = migrations.CreateModel("Thing", fields)
    run(connection, create)
    with connection.cursor() as cursor:
        cursor.execute("create index thing_by_name on organizations_thing (id)")  # as a failed try would
        cursor.execute("set lock_timeout = '50ms'")
        with psycopg.connect(processes.test_database_url()) as other:
            other.execute("select from organizations_thing")
            threading.Timer(0.5, other.commit).start()
            run(connection, create, operations.AddIndexConcurrently("thing", INDEX), first=1)
        columns = connection.introspection.get_constraints(cursor, "organizations_thing")["thing_by_name"]["columns"]
        assert columns == ["name"]
        cursor.execute("drop table organizations_thing")
    connection.close()
