#!/usr/bin/env python3
"""The Users page over organizations of several sizes, in one run: .venv/bin/python bench/users_page.py [--million]

Prints, for every view, the queries and the medians per request of wall time and of work, which is the CPU time of this
process and of its PostgreSQL backend, and how many times the smallest organization's each is. The sizes take turns
within a round; on a busy machine trust the work, which neighbours hardly change.
DATABASE_URL names a PostgreSQL server; without it a private one is started. A database teamadmin_bench is made on it.
"""

import argparse
import gc
import os
import statistics
import sys
import time
from collections import defaultdict
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
GOAL = 1.5
NAME = "teamadmin_bench"


def own_database(url: str, *, fresh: bool) -> str:
    """The URL of our database on the server of `url`, empty if `fresh`."""
    import psycopg

    parts = urlsplit(url)
    if fresh:
        with psycopg.connect(url, autocommit=True) as server:
            server.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
            server.execute(f"CREATE DATABASE {NAME}")
    return parts._replace(path=f"/{NAME}").geturl()


def views(slug: str, deep: str) -> dict[str, tuple[str, dict]]:
    """Every view by name: its address and the request's headers."""
    users, htmx = f"/o/{slug}/users/", {"HTTP_HX_REQUEST": "true"}
    from bench.seed import RARE

    found = {
        "first page": (users, {}),
        "first page, htmx": (users, htmx),
        "deep page": (users + deep, {}),
        "pending tab": (users + "pending/", {}),
    }
    for name, word in (
        ("common", "mar"),
        ("medium", "xenia"),
        ("rare", RARE),
        ("absent", "qwxz"),
        ("two letters", "an"),
        ("two words", "mar example"),
    ):
        found[f"search {name}"] = (f"{users}?q={word.replace(' ', '+')}", {})
    found["search everyone"] = (f"{users}?q=mar&status=everyone", {})
    for status in ("active", "pending", "expired", "deactivated", "everyone"):
        found[f"status {status}"] = (f"{users}?status={status}", {})
    for sort in ("-name", "role", "-role", "last_active", "-last_active", "joined", "-joined"):
        found[f"sort {sort}"] = (f"{users}?sort={sort}", {})
    for sort in ("name", "-invite_expires", "role"):
        found[f"pending tab {sort}"] = (f"{users}pending/?sort={sort}", {})
    found["expired by role"] = (f"{users}?status=expired&sort=role", {})
    return found


def deep_address(slug: str) -> str:
    """The query of a page nine tenths down the list."""
    from console.listing import Listing
    from organizations.models import Membership

    members = Membership.objects.filter(organization__slug=slug).exclude(status="invited")
    member = members.order_by("sort_name", "id")[members.count() * 9 // 10]
    return Listing().at(member.organization_id, (member.sort_name, member.pk), backwards=False).query()


class Database:
    """The CPU time of the PostgreSQL backend that serves us, where it runs on this machine; else nought."""

    def __init__(self) -> None:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            pid = cursor.fetchone()[0]
        self.clock = Path(f"/proc/{pid}/schedstat")
        name = Path(f"/proc/{pid}/comm")
        self.here = self.clock.exists() and name.read_text().strip() == "postgres"

    def time(self) -> float:
        """Seconds."""
        return int(self.clock.read_text().split()[0]) / 1e9 if self.here else 0.0


class Bench:
    """Requests every view of every organization and keeps what each took."""

    def __init__(self, admins: dict[str, object]) -> None:
        from django.test import Client

        self.clients, self.views = {}, {}
        for slug, user in admins.items():
            client = self.clients[slug] = Client()
            client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
            self.views[slug] = views(slug, deep_address(slug))
        self.names = list(next(iter(self.views.values())))
        self.database = Database()
        self.took: dict[tuple[str, str], list[tuple[float, float, float]]] = defaultdict(list)

    def get(self, slug: str, name: str) -> None:
        address, headers = self.views[slug][name]
        clocks = (time.perf_counter, time.process_time, self.database.time)
        before = [clock() for clock in clocks]
        response = self.clients[slug].get(address, **headers)
        self.took[slug, name].append(tuple(1000 * (clock() - was) for clock, was in zip(clocks, before, strict=True)))
        assert response.status_code == 200, (address, response.status_code)

    def queries(self, slug: str, name: str) -> int:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as captured:
            self.get(slug, name)
        return len(captured)

    def run(self, rounds: int) -> None:
        for number in range(-2, rounds):
            if number == 0:
                self.took.clear()
            print(f"\rround {number + 1} of {rounds} ", end="", file=sys.stderr, flush=True)
            gc.collect()
            for name in self.names:
                for slug in self.clients:
                    self.get(slug, name)
        print(file=sys.stderr)

    def medians(self, slug: str, name: str) -> tuple[float, float, float]:
        """Milliseconds: wall, this process's CPU, the database's CPU."""
        wall, cpu, database = zip(*self.took[slug, name], strict=True)
        return statistics.median(wall), statistics.median(cpu), statistics.median(database)

    def report(self) -> list[str]:
        """Prints the table; the views over the goal."""
        small, *others = self.clients
        head = f"{'milliseconds a request':28}{'queries':>8}{small + ' wall':>11}{'web':>7}{'db':>6}"
        for slug in others:
            head += f"{slug + ' wall':>13}{'web':>7}{'db':>6}{'wall x':>8}{'work x':>8}"
        print(f"\n{head}")
        over = []
        for name in self.names:
            counts = "/".join(str(count) for count in sorted({self.queries(slug, name) for slug in self.clients}))
            base = self.medians(small, name)
            line = f"{name:28}{counts:>8}{base[0]:11.1f}{base[1]:7.1f}{base[2]:6.1f}"
            for slug in others:
                wall, web, db = self.medians(slug, name)
                ratio = (web + db) / (base[1] + base[2])
                line += f"{wall:13.1f}{web:7.1f}{db:6.1f}{wall / base[0]:8.2f}{ratio:8.2f}"
                if (ratio if self.database.here else wall / base[0]) > GOAL:
                    over.append(f"{name} ({slug})")
            print(line)
        return over


def seeded(sizes: dict[str, int], *, reuse: bool) -> dict[str, object]:
    """Makes the organizations, or finds them; their Admins."""
    from accounts.models import User
    from bench.seed import Seeder, settle

    if reuse:
        return {slug: User.objects.get(email=f"u0@{slug}.example") for slug in sizes}
    admins = {}
    for slug, size in sizes.items():
        began = time.perf_counter()
        admins[slug] = Seeder(slug, size).seed()
        print(f"{slug}: {size:,} members in {time.perf_counter() - began:.1f} s", file=sys.stderr)
    settle()
    return admins


def measure(url: str, sizes: dict[str, int], rounds: int, *, reuse: bool) -> None:
    """Everything on a database of its own on the server at `url`."""
    os.environ |= {
        "DATABASE_URL": own_database(url, fresh=not reuse),
        "REDIS_URL": os.environ.get("REDIS_URL", ""),
        "DJANGO_SETTINGS_MODULE": "teamadmin.testing.settings",
    }
    import django
    from django.core.management import call_command
    from django.db import connection

    django.setup()
    call_command("migrate", verbosity=0)
    bench = Bench(seeded(sizes, reuse=reuse))
    with connection.cursor() as cursor:
        cursor.execute("SELECT version()")
        print(f"Python {sys.version.split()[0]}, {cursor.fetchone()[0].split(',')[0]}, {rounds} rounds, 50 rows a page")
    bench.run(rounds)
    over = bench.report()
    print(
        f"\nGoal: at most {GOAL} times the smallest's: "
        + (f"missed by {', '.join(over)}." if over else "met by every view.")
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--million", action="store_true", help="an organization of 1,000,000 members too")
    parser.add_argument(
        "--reuse", action="store_true", help="the organizations that an earlier run left at DATABASE_URL"
    )
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    sizes = {"k1": 1_000, "k100": 100_000} | ({"m1": 1_000_000} if options.million else {})
    from teamadmin.testing import services

    if os.environ.get("DATABASE_URL"):
        measure(os.environ["DATABASE_URL"], sizes, options.rounds, reuse=options.reuse)
    else:
        with services.postgres() as url:
            measure(url, sizes, options.rounds, reuse=False)


if __name__ == "__main__":
    main()
