"""Count how many pages of PostgreSQL's shared buffers queries read. Other load does not change this figure."""

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
    """The queries in order, with the buffers that each one hit or read. Writing queries count as 0."""

    queries: list[tuple[str, int]] = field(default_factory=list)

    @property
    def buffers(self) -> int:
        return sum(buffers for _, buffers in self.queries)

    def __str__(self) -> str:
        return "\n".join(f"{buffers:6} {' '.join(query.split())[:300]}" for query, buffers in self.queries)


EXPLAIN = "EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON)"


def _explain_statement(sql: str, params: Any, *, prepared: bool) -> tuple[str, Any]:
    """Return the EXPLAIN statement. The plan of a prepared statement does not know the parameters."""
    if not prepared:
        return f"{EXPLAIN} {sql}", params
    numbered = sql.replace("%s", "${}").format(*range(1, len(params) + 1))
    placeholders = ", ".join(["%s"] * len(params))
    arguments = f"({placeholders})" if params else ""
    return f"PREPARE explained AS {numbered}; {EXPLAIN} EXECUTE explained {arguments}; DEALLOCATE explained", params


def plan_of(sql: str, params: Any, *, prepared: bool) -> dict:
    """Run the statement and return its plan. A prepared one is planned by the connection's plan_cache_mode."""
    # Bind parameters on the client, because EXPLAIN EXECUTE accepts none.
    cursor = psycopg.ClientCursor(connection.connection)
    cursor.execute(*_explain_statement(sql, params, prepared=prepared))
    while cursor.description is None or "QUERY PLAN" not in cursor.description[0].name:
        cursor.nextset()
    plan = cursor.fetchone()[0]
    return (json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]


@contextmanager
def reads() -> Iterator[Reads]:
    """Count reads: `with reads() as result: client.get(...)`, then result.queries and result.buffers.

    Each query runs twice.
    """
    result = Reads()

    def explain(execute, sql, params, many, context):
        buffers = 0
        if sql.lstrip("( \n").upper().startswith(("SELECT", "WITH")) and " FOR " not in sql.upper()[-40:]:
            top = plan_of(sql, params or [], prepared=False)
            buffers = top["Shared Hit Blocks"] + top["Shared Read Blocks"]
        result.queries.append((sql, buffers))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        yield result


def settle() -> None:
    """Vacuum and analyze, as a server does by itself within minutes, so that reads don't depend on other tests.

    Can't run in a transaction. It repeats while pages are not marked all-visible, which happens when another session
    (such as autovacuum) reads the tables meanwhile. INDEX_CLEANUP removes the few dead rows of rolled-back tests, which
    would otherwise stay in the indexes.
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
