"""What the queries of a request read: pages of PostgreSQL's shared buffers, which no busy neighbour changes."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

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


@contextmanager
def reads() -> Iterator[Reads]:
    """with reads() as found: client.get(...); then found.queries and found.buffers. Runs each query twice."""
    found = Reads()

    def explain(execute, sql, params, many, context):
        buffers = 0
        if sql.lstrip("( \n").upper().startswith(("SELECT", "WITH")) and " FOR " not in sql.upper()[-40:]:
            with context["connection"].connection.cursor() as cursor:
                cursor.execute("EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) " + sql, params)
                answer = cursor.fetchone()[0]
            top = (json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"]
            buffers = top["Shared Hit Blocks"] + top["Shared Read Blocks"]
        found.queries.append((sql, buffers))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        yield found
