#!/usr/bin/env python3
"""Fills a migrated PostgreSQL database with members by COPY, and prints the seconds.

DATABASE_URL=... .venv/bin/python bench/seed.py members 1000000 --slug m1
DATABASE_URL=... .venv/bin/python bench/seed.py organizations 100000 --members 10

The first makes one organization of so many members, its first an Admin, u0@<slug>.example; the second that many
organizations, <slug>-0 and so on. Names, states, groups and grants come from a fixed seed.

Two processes write lines and COPY them. While a large load runs, indexes that hold no constraint are away and foreign
keys are not checked (session_replication_role, which wants a superuser): nothing here refers to what is not there.
"""

import argparse
import os
import random
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from multiprocessing import Pool
from pathlib import Path
from typing import Any

import psycopg

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

FIRST = """Maria Marek Marta Anna Hanna Joanna Ben Clara David Elena Farid Grace Hiro Ines Jonas Kofi Leila Mateo Noor
Oscar Priya Quentin Rosa Samir Tara Umar Vera Wanda Xenia Yusuf Zoë Åsa Émile Łukasz Nadia Olu""".split()
LAST = """Meyer Novak Okafor Silva Tanaka Weber Petrov Rossi Haddad Lind Moreau Nguyen Costa Byrne Demir Fischer
Garcia Ivanova Jansen Kowalski Larsen Martin Nakamura Olsen Park Quist Reyes Sato Torres Ueda Vogel Wright""".split()
RARE = "Zebulon"
CHUNK, LARGE = 25_000, 20_000
NEVER = "1970-01-01 00:00:00+00"
STATES = ("active", "deactivated", "invited")
QUICK = "SET synchronous_commit = off; SET session_replication_role = replica"
TABLES = {
    "accounts_user": "id password is_superuser email first_name last_name theme is_active is_staff date_joined",
    "organizations_organization": "id name slug scheme logo sso_enforced allowed_email_domains created_at",
    "organizations_group": "id organization_id name name_key description managed_by created_at",
    "organizations_project": "id organization_id name name_key description created_at",
    "organizations_membership": "id organization_id user_id first_name last_name email email_key sort_name search_text"
    " status managed_by two_factor invited_by_id role_order invite_expires_at joined_at last_active_at welcomed_at"
    " created_at",
    "organizations_membershiprole": "organization_id membership_id role_id",
    "organizations_groupmembership": "organization_id membership_id group_id",
    "organizations_projectgrant": "organization_id project_id membership_id group_id",
}
Lines = dict[str, list[str]]


@dataclass(frozen=True)
class Plan:
    """What is written: `organizations` of `members` each. `born` makes the ids of one load its own."""

    slug: str
    organizations: int
    members: int
    roles: tuple[tuple[str, int], ...]  # id and rank, highest first
    extras: dict[str, list[tuple[str, str]]] = field(default_factory=dict)  # columns that have but one value here
    born: int = field(default_factory=lambda: time.time_ns() // 1_000_000)

    @property
    def groups(self) -> int:
        return 2 if self.organizations > 1 else min(max(self.members // 100, 10), 500)

    @property
    def projects(self) -> int:
        return 2 if self.organizations > 1 else 60

    def key(self, kind: int, number: int) -> str:
        """The id of a thing: a version 7 UUID, later ones after earlier ones."""
        stamp = f"{self.born + number // 100:012x}"
        return f"{stamp[:8]}-{stamp[8:]}-7{kind:03x}-8{kind:03x}-{number:012x}"

    def name(self, organization: int) -> str:
        return f"{self.slug}-{organization}" if self.organizations > 1 else self.slug

    def columns(self, table: str) -> list[str]:
        return TABLES[table].split() + [name for name, _ in self.extras.get(table, [])]


class Writer:
    """Lines of COPY for the organizations from `first` to `last`, or for the members of one between these numbers."""

    def __init__(self, plan: Plan, first: int, last: int) -> None:
        self.plan, self.first, self.last = plan, first, last
        self.random = random.Random(f"{plan.slug}{first}")
        self.lines: Lines = {table: [] for table in TABLES}
        self.tails = {
            table: "".join(f"\t{value}" for _, value in plan.extras.get(table, [])) + "\n" for table in TABLES
        }

    @cached_property
    def words(self) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
        """First and last names, each with the form that it is sorted and searched by."""
        from base.text import fold

        return [(name, fold(name)) for name in FIRST], [(name, fold(name)) for name in LAST]

    @cached_property
    def days(self) -> dict[int, str]:
        today = datetime.now(UTC).date()
        return {number: str(today + timedelta(days=number)) for number in range(-900, 31)}

    def when(self, day: int) -> str:
        """Some time of the day that is so many from today."""
        second = int(self.random.random() * 86_400)
        hour, minute = second // 3600, second // 60 % 60
        return f"{self.days[day]} {hour:02}:{minute:02}:{second % 60:02}.{second * 7919 % 10**6:06}+00"

    def add(self, table: str, *values: Any) -> None:
        self.lines[table].append("\t".join(values) + self.tails[table])

    def write(self) -> Lines:
        """All lines, by table."""
        plan = self.plan
        self.now = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}+00"
        if plan.organizations == 1:
            if self.first == 0:
                self.organization(0)
            for number in range(self.first, self.last):
                self.member(0, number)
        else:
            for organization in range(self.first, self.last):
                self.organization(organization)
                for number in range(plan.members):
                    self.member(organization, number)
        return self.lines

    def organization(self, at: int) -> None:
        plan, key, name = self.plan, self.plan.key(1, at), self.plan.name(at)
        self.add("organizations_organization", key, name, name, "ranked", "", "f", "[]", self.now)
        for number in range(plan.projects):
            project, name = plan.key(3, at * plan.projects + number), f"Project {number:02}"
            self.add("organizations_project", project, key, name, name.lower(), "", self.now)
        for number in range(plan.groups):
            group, name = plan.key(2, at * plan.groups + number), f"Group {number:03}"
            self.add("organizations_group", group, key, name, name.lower(), "", "manual", self.now)
            for which in self.random.sample(range(plan.projects), min(4, plan.projects)):
                project = plan.key(3, at * plan.projects + which)
                self.add("organizations_projectgrant", key, project, r"\N", group)

    def _name(self, at: int) -> tuple[str, str, str]:
        firsts, lasts = self.words
        last, last_key = lasts[int(self.random.random() * len(lasts))]
        if at % max(self.plan.members // 25, 1) == 7:
            first, first_key = RARE, RARE.lower()
        else:
            first, first_key = firsts[int(self.random.random() * len(firsts))]
        return first, f"{last} {at:x}", f"{first_key} {last_key} {at:x}"

    def _state(self, at: int) -> str:
        chance = self.random.random()  # every status fills a page, even of 1,000
        return STATES[0] if not at or chance < 0.72 else STATES[1] if chance < 0.8 else STATES[2]

    def _role(self, at: int) -> tuple[str, int]:
        chance = self.random.random()
        return self.plan.roles[0 if not at or chance < 0.01 else 1 if chance < 0.1 else 2 if chance < 0.5 else 3]

    def member(self, organization: int, at: int) -> None:
        plan, chance = self.plan, self.random.random
        number = organization * plan.members + at
        key, owner, first_member = plan.key(4, number), plan.key(1, organization), plan.key(4, number - at)
        (first, last, sort_name), state, (role, rank) = self._name(at), self._state(at), self._role(at)
        email, invited = f"u{at}@{plan.name(organization)}.example", state == "invited"
        user = r"\N" if invited else plan.key(5, number)
        active = f"{self.days[2]} 00:00:00+00" if not at else self.when(-int(chance() ** 3 * 100))
        if not invited:
            password = "!" + "x" * 40
            self.add("accounts_user", user, password, "f", email, first, last, "system", "t", "f", self.now)
        self.add(
            "organizations_membership", key, owner, user, first, last, email, email, sort_name,
            f" {sort_name} {email} {email}", state, "scim" if chance() < 0.1 else "manual",
            "t" if not invited and chance() < 0.4 else "f", first_member if at else r"\N", str(rank),
            self.when(int(chance() * 45) - 15), NEVER if invited else self.when(-int(chance() * 900)),
            NEVER if invited else active, r"\N" if at else self.now, self.now,
        )  # fmt: skip
        self.add("organizations_membershiprole", owner, key, role)
        self._given(owner, key, organization)

    def _given(self, owner: str, key: str, organization: int) -> None:
        plan, chance = self.plan, self.random.random
        start, many = int(chance() * plan.groups), (0, 1, 1, 2, 3)[int(chance() * 5)]
        for step in range(min(many, plan.groups)):
            group = plan.key(2, organization * plan.groups + (start + step * 7) % plan.groups)
            self.add("organizations_groupmembership", owner, key, group)
        start, many = int(chance() * plan.projects), (0, 0, 1, 2)[int(chance() * 4)]
        for step in range(min(many, plan.projects)):
            project = plan.key(3, organization * plan.projects + (start + step) % plan.projects)
            self.add("organizations_projectgrant", owner, project, key, r"\N")


def _load(url: str, plan: Plan, first: int, last: int) -> None:
    """One chunk, in a transaction of its own."""
    lines = Writer(plan, first, last).write()
    with psycopg.connect(url) as connection:
        connection.execute(QUICK)
        for table, found in lines.items():
            with connection.cursor().copy(f"COPY {table} ({', '.join(plan.columns(table))}) FROM STDIN") as stream:
                stream.write("".join(found))


def _loaded(job: tuple) -> None:
    _load(*job)


def _chunks(plan: Plan) -> Iterator[tuple[int, int]]:
    each = CHUNK if plan.organizations == 1 else max(CHUNK // plan.members, 1)
    total = plan.members if plan.organizations == 1 else plan.organizations
    return ((first, min(first + each, total)) for first in range(0, total, each))


def _plain_indexes(connection: psycopg.Connection) -> dict[str, str]:
    """Name and definition of the indexes that hold no constraint."""
    found = connection.execute(
        """SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
        WHERE indrelid = ANY(%s::regclass[]) AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid)
        ORDER BY pg_get_indexdef(indexrelid) LIKE '%%gin%%' DESC, 1""",
        [list(TABLES)],
    )
    return dict(found.fetchall())


def _execute(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET maintenance_work_mem = '512MB'; SET synchronous_commit = off")
        connection.execute(statement)


def _extras() -> dict[str, list[tuple[str, str]]]:
    """Columns that the models have and TABLES does not name, with the value that they begin with."""
    from django.apps import apps

    models = {model._meta.db_table: model for model in apps.get_models()}
    found: dict[str, list[tuple[str, str]]] = {}
    for table, columns in TABLES.items():
        for column in models[table]._meta.concrete_fields:
            if column.column not in [*columns.split(), "id"] and not column.null:
                value = column.get_default()
                found.setdefault(table, []).append((column.column, str(value)))
    return found


def _roles() -> tuple[tuple[str, int], ...]:
    from organizations.built_in_roles import BUILT_IN
    from organizations.models import Scheme

    return tuple((str(role.id), role.rank) for role in BUILT_IN if role.scheme == Scheme.RANKED)


def seed(url: str, slug: str, *, members: int, organizations: int = 1) -> float:
    """Writes the organizations; gives the seconds. Django has to be set up, the database at `url` migrated."""
    from organizations import count_triggers

    began = time.perf_counter()
    plan = Plan(slug, organizations, members, _roles(), _extras())
    large = members * organizations > LARGE
    with psycopg.connect(url, autocommit=True) as connection:
        indexes = _plain_indexes(connection) if large else {}
        for name in indexes:
            connection.execute(f"DROP INDEX {name}")
    jobs = [(url, plan, first, last) for first, last in _chunks(plan)]
    if large:
        with Pool(2) as pool:
            for _ in pool.imap_unordered(_loaded, jobs):
                pass
    else:
        _load(*jobs[0])
    # Triggers slept meanwhile.
    _both(url, [*indexes.values(), count_triggers.RECOUNT])
    return time.perf_counter() - began


def _both(url: str, statements: Iterable[str]) -> None:
    """Two at a time, the longest first."""
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda statement: _execute(url, statement), statements))


def settle(url: str) -> None:
    """What a server does by itself within minutes: statistics, the map that index-only scans need, and writing to disk
    what it would else write while something is measured."""
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
