"""What the queries of a request read: pages of PostgreSQL's shared buffers, which no busy neighbour changes."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest
from django.db import connection


@dataclass
class Reads:
    """Every query in order, and the buffers that each read found or fetched; what writes is counted as nought."""

    queries: list[tuple[str, int]] = field(default_factory=list)

    @property
    def buffers(self) -> int:
        return sum(found for _, found in self.queries)

    def __str__(self) -> str:
        return "\n".join(f"{found:6} {' '.join(query.split())[:300]}" for query, found in self.queries)


EXPLAIN = "EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON)"


def _explained(sql: str, params: Any, *, kept: bool) -> tuple[str, Any]:
    """The statement that explains another, by the plan that it would have: a kept one knows no parameters."""
    if not kept:
        return f"{EXPLAIN} {sql}", params
    numbered = sql.replace("%s", "${}").format(*range(1, len(params) + 1))
    places = ", ".join(["%s"] * len(params))
    given = f"({places})" if params else ""
    return f"PREPARE explained AS {numbered}; {EXPLAIN} EXECUTE explained {given}; DEALLOCATE explained", params


def plan_of(sql: str, params: Any, *, kept: bool) -> dict:
    """Run the statement and return its plan. A kept plan is made as the connection's plan_cache_mode says."""
    # Parameters are merged here, because EXPLAIN EXECUTE takes none from the client.
    cursor = psycopg.ClientCursor(connection.connection)
    cursor.execute(*_explained(sql, params, kept=kept))
    while cursor.description is None or "QUERY PLAN" not in cursor.description[0].name:
        cursor.nextset()
    answer = cursor.fetchone()[0]
    return (json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"]


@contextmanager
def reads() -> Iterator[Reads]:
    """with reads() as found: client.get(...); then found.queries and found.buffers. Runs each query twice."""
    found = Reads()

    def explain(execute, sql, params, many, context):
        buffers = 0
        if sql.lstrip("( \n").upper().startswith(("SELECT", "WITH")) and " FOR " not in sql.upper()[-40:]:
            top = plan_of(sql, params or [], kept=False)
            buffers = top["Shared Hit Blocks"] + top["Shared Read Blocks"]
        found.queries.append((sql, buffers))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        yield found


def settle() -> None:
    """Does what a server does by itself within minutes, so that what is read depends on no other test. Not within a
    transaction.

    A neighbour that looks at the tables meanwhile, as autovacuum's analysis does, keeps rows from being known as
    visible to all: then once more. So do the few dead rows of a test that was rolled back, which are left in their
    indexes unless that is asked for.
    """
    for _attempt in range(40):
        with connection.cursor() as cursor:
            cursor.execute("VACUUM (ANALYZE, INDEX_CLEANUP ON)")
            cursor.execute(
                "SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relname LIKE 'organizations_%'"
                " AND relallvisible < relpages"
            )
            if not cursor.fetchone()[0]:
                return
        time.sleep(0.25)
    pytest.fail("The tables did not settle.")
