"""Reading in a plan that the database keeps."""

import pytest
from django.db import DataError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from base.prepared import fetch

pytestmark = pytest.mark.django_db
postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'")
QUERY = "SELECT name FROM organizations_role WHERE scheme = %s ORDER BY rank LIMIT 2"


def plans() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        return [row[0] for row in cursor.fetchall()]


def test_gives_what_a_query_gives_and_is_counted_as_one():
    with CaptureQueriesContext(connection) as queries:
        rows = fetch(QUERY, ["ranked"])
    assert len(rows) == 2 and len(queries) == 1
    with connection.cursor() as cursor:
        cursor.execute(QUERY, ["ranked"])
        assert [tuple(row) for row in cursor.fetchall()] == rows


@postgresql
def test_is_planned_once_whatever_is_asked_for():
    for scheme in ("ranked", "hosted", "ranked", "none"):
        fetch(QUERY, [scheme])
    assert sum("organizations_role WHERE scheme = $1" in statement for statement in plans()) == 1


@postgresql
def test_no_more_plans_are_kept_than_the_servers_memory_is_worth(monkeypatch):
    monkeypatch.setattr("base.prepared.MOST", 3)
    for number in range(10):
        fetch(f"SELECT {number}, name FROM organizations_role WHERE scheme = %s", ["ranked"])
    assert sum("FROM organizations_role" in statement for statement in plans()) == 3


@postgresql
@pytest.mark.django_db(transaction=True)
def test_a_pooler_that_cannot_is_spared(monkeypatch):
    options = connections.settings["default"]["OPTIONS"]
    connection.close()
    monkeypatch.setitem(options, "prepare_threshold", None)
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "prepare_threshold", None)
    assert len(fetch(QUERY, ["ranked"])) == 2 and not plans()
    connection.close()


@postgresql
def test_a_fault_is_djangos_as_ever():
    with pytest.raises(DataError), transaction.atomic():
        fetch("SELECT 1 FROM organizations_role WHERE id = CAST(%s AS uuid)", ["nonsense"])


@postgresql
@pytest.mark.django_db(transaction=True)
def test_a_migration_under_an_open_connection_harms_nobody():
    query, migrating = "SELECT name FROM changing WHERE id = %s", connections.create_connection("default")
    try:
        with migrating.cursor() as cursor:
            cursor.execute("CREATE TABLE changing AS SELECT 1 AS id, CAST('a' AS varchar(10)) AS name")
            assert fetch(query, [1]) == [("a",)]
            cursor.execute("ALTER TABLE changing ALTER name TYPE text")
        with CaptureQueriesContext(connection) as queries:
            assert fetch(query, [1]) == [("a",)]
        assert len(queries) == 3  # failed, forgotten, asked anew
        with CaptureQueriesContext(connection) as queries:
            assert fetch(query, [1]) == [("a",)]
        assert len(queries) == 1
    finally:
        with migrating.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS changing")
        migrating.close()


@postgresql
@pytest.mark.django_db(transaction=True)
def test_what_fails_leaves_no_plan_behind():
    fetch(QUERY, ["ranked"])
    for _time in range(3):
        with pytest.raises(DataError):
            fetch("SELECT 1 / (CAST(%s AS int) - CAST(%s AS int))", ["1", "1"])
    assert plans() == [] and len(fetch(QUERY, ["ranked"])) == 2
