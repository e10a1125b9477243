#!/usr/bin/env python3
"""Fill a migrated PostgreSQL database with members by COPY, and print how long it took.

DATABASE_URL=... .venv/bin/python bench/seed.py members 1000000 --slug m1
DATABASE_URL=... .venv/bin/python bench/seed.py organizations 100000 --members 10

The first command creates one organization with that many members. Its first member, u0@<slug>.example, is an Admin. The
second command creates that many organizations: <slug>-0 and so on. bench/rows.py makes the rows.

Two processes write lines and COPY them. During a large load, indexes without a constraint are dropped, and foreign keys
are not checked (session_replication_role, which requires a superuser). The data refers only to rows that exist.
"""

import argparse
import os
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import Pool
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.rows import TABLES, Plan, Writer  # noqa: E402

CHUNK_SIZE, LARGE = 25_000, 20_000
FAST = "SET synchronous_commit = off; SET session_replication_role = replica"


def _load(url: str, plan: Plan, first: int, last: int) -> None:
    """Load one chunk in its own transaction."""
    lines = Writer(plan, first, last).write()
    with psycopg.connect(url) as connection:
        connection.execute(FAST)
        for table, rows in lines.items():
            with connection.cursor().copy(f"COPY {table} ({', '.join(plan.columns(table))}) FROM STDIN") as stream:
                stream.write("".join(rows))


def _run_load(job: tuple) -> None:
    _load(*job)


def _chunks(plan: Plan) -> Iterator[tuple[int, int]]:
    each = CHUNK_SIZE if plan.organizations == 1 else max(CHUNK_SIZE // plan.members, 1)
    total = plan.members if plan.organizations == 1 else plan.organizations
    return ((first, min(first + each, total)) for first in range(0, total, each))


def _plain_indexes(connection: psycopg.Connection) -> dict[str, str]:
    """Return the names and definitions of the indexes without a constraint."""
    indexes = connection.execute(
        """SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
        WHERE indrelid = ANY(%s::regclass[]) AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid)
        ORDER BY pg_get_indexdef(indexrelid) LIKE '%%gin%%' DESC, 1""",
        [list(TABLES)],
    )
    return dict(indexes.fetchall())


def _execute(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET maintenance_work_mem = '512MB'; SET synchronous_commit = off")
        connection.execute(statement)


def extra_columns() -> dict[str, list[tuple[str, str]]]:
    """Return the columns of the models that TABLES does not have, with their default values."""
    from django.apps import apps

    models = {model._meta.db_table: model for model in apps.get_models()}
    extras: dict[str, list[tuple[str, str]]] = {}
    for table, columns in TABLES.items():
        for column in models[table]._meta.concrete_fields:
            if column.column not in [*columns.split(), "id"] and not column.null:
                value = column.get_default()
                extras.setdefault(table, []).append((column.column, str(value)))
    return extras


def ranked_roles() -> tuple[tuple[str, int], ...]:
    from organizations.built_in_roles import BUILT_IN
    from organizations.models import Scheme

    return tuple((str(role.id), role.rank) for role in BUILT_IN if role.scheme == Scheme.RANKED)


def seed(url: str, slug: str, *, members: int, organizations: int = 1) -> float:
    """Write the organizations and return the seconds it took. Needs django.setup() and a migrated database."""
    from organizations import count_triggers

    began = time.perf_counter()
    plan = Plan(slug, organizations, members, ranked_roles(), extra_columns())
    large = members * organizations > LARGE
    with psycopg.connect(url, autocommit=True) as connection:
        indexes = _plain_indexes(connection) if large else {}
        for name in indexes:
            connection.execute(f"DROP INDEX {name}")
    jobs = [(url, plan, first, last) for first, last in _chunks(plan)]
    if large:
        with Pool(2) as pool:
            for _ in pool.imap_unordered(_run_load, jobs):
                pass
    else:
        _load(*jobs[0])
    # Triggers did not run during the load.
    _execute_two_at_a_time(url, [*indexes.values(), count_triggers.RECOUNT])
    return time.perf_counter() - began


def _execute_two_at_a_time(url: str, statements: Iterable[str]) -> None:
    """Execute two statements at a time, in this order (longest first)."""
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda statement: _execute(url, statement), statements))


def settle(url: str) -> None:
    """Do what a server does by itself within minutes: statistics, the visibility map and a checkpoint.

    Otherwise it would happen during the measurement.
    """
    _execute(url, "VACUUM ANALYZE")
    _execute(url, "CHECKPOINT")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["members", "organizations"])
    parser.add_argument("number", type=int)
    parser.add_argument("--slug", default="bench")
    parser.add_argument("--members", type=int, default=10, help="of each organization")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "teamadmin.testing.settings")
    import django

    django.setup()
    one = options.what == "members"
    members, organizations = (options.number, 1) if one else (options.members, options.number)
    took = seed(os.environ["DATABASE_URL"], options.slug, members=members, organizations=organizations)
    began = time.perf_counter()
    settle(os.environ["DATABASE_URL"])
    print(f"{options.number:,} {options.what} in {took:.0f} s, then VACUUM ANALYZE {time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
