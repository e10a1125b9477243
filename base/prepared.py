"""Reading by SQL that is written by hand and asked again and again."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import psycopg
from django.db import DatabaseError, NotSupportedError, connection

# Kept on a connection, those last used: each takes up to half a megabyte of its server process.
MOST = 32


class PreparedCursor(psycopg.Cursor):
    """Its statements are prepared at their first use, on this connection, in a plan for all parameters (settings)."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> "PreparedCursor":
        return super().execute(query, params, **(options | {"prepare": True}))


def fetch(query: str, params: Sequence[Any]) -> list[tuple]:
    """The rows that `query` gives for `params`, in a plan that PostgreSQL keeps: making it takes longer than reading.

    For a statement that is best answered in one way whoever asks, and whose text is one of few: a search by a part of a
    name is neither. Values go to the server by themselves, so each has to have a type that shows from where it stands.
    With PREPARED_STATEMENTS=0, and on SQLite, it is an ordinary query.
    """
    if connection.vendor != "postgresql":
        return _rows(connection.cursor(), query, params)
    try:
        return _rows(_prepared(), query, params)
    except DatabaseError as error:
        if connection.in_atomic_block:
            raise
        _forget()
        if not isinstance(error, NotSupportedError):
            raise
        # "Cached plan must not change result type": a migration changed a column while this connection was open.
        return _rows(connection.cursor(), query, params)


def _forget() -> None:
    """Drops the connection's plans: one that failed at its first use would stay on the server for nobody."""
    with suppress(DatabaseError), connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")


def _rows(cursor: Any, query: str, params: Sequence[Any]) -> list[tuple]:
    with cursor:
        cursor.execute(query, params)
        return cursor.fetchall()


def _prepared() -> Any:
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    connection.connection.prepared_max = MOST
    # As connection.cursor() does it, but for who binds the values: wrappers, logs and counts of queries see it.
    wrap = connection.make_debug_cursor if connection.queries_logged else connection.make_cursor
    return wrap(PreparedCursor(connection.connection))
