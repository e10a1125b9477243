#!/usr/bin/env python3
"""Measure first looks at every view of the Users page, with 1,000, 100,000 and 1,000,000 members and among 100,000
organizations, in one run with floor A and Django admin's list (bench/floor.py).

    DATABASE_URL=postgresql://... .venv/bin/python bench/users_page.py [--sizes 1k,100k] [--rounds 15] [--keep]

Every request comes from a new session. Each view is requested once before it is measured, so that PostgreSQL finds
its pages in memory for all views alike. For each view the script prints queries, shared buffers, median wall time and
median work: the CPU time of this process and of its PostgreSQL backend together, which other load hardly changes. Then
it prints which goals are met; they compare work.

Each size is a database of its own (teamadmin_bench_...), which bench/seed.py fills. They are dropped at the end, unless
--keep is given; --reuse takes those that an earlier run left. DATABASE_URL is a PostgreSQL server whose user may create
databases and is a superuser, for seeding. Without it the script starts a private server.
"""

import argparse
import gc
import os
import statistics
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
if TYPE_CHECKING:
    from bench.places import Place

# The goals of docs/performance.md. Ratios to the first page of the same size; of the first page itself to floor A, to
# the one with 1,000 members, and of Django admin's list to it. Milliseconds for every view with a million members.
OTHERS, FLOOR, ADMIN, SLOWEST, QUERIES = 1.5, 4.0, 5.0, 100.0, 8
GROWTH = {"1M": 1.2, "100k orgs": 1.1}
FIRST = "first page"


class Bench:
    """Requests every view in every place and keeps what each took."""

    def __init__(self, places: "list[Place]") -> None:
        self.places = {place.name: place for place in places}
        self.names = list(places[0].addresses)
        self.took: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
        self.cost: dict[tuple[str, str], tuple[int, int]] = {}

    def ask(self, place: "Place", name: str) -> None:
        address, headers = place.addresses[name]
        client = place.others if name in ("floor A", "Django admin") else place.ours
        response = client.get(address, **headers)
        assert response.status_code == 200, (address, response.status_code)

    def get(self, place: "Place", name: str) -> None:
        """Measure one request from a new session."""
        self.ask(place, name)
        place.sign_in()
        wall, cpu, database = time.perf_counter(), time.process_time(), place.backend.time()
        self.ask(place, name)
        work = time.process_time() - cpu + place.backend.time() - database
        self.took[place.name, name].append((1000 * (time.perf_counter() - wall), 1000 * work))

    def count(self) -> None:
        """Queries and buffers, once."""
        from teamadmin.testing.buffers import reads

        for place in self.places.values():
            place.enter()
            for name in self.names:
                self.ask(place, name)
                with reads() as found:
                    self.ask(place, name)
                self.cost[place.name, name] = len(found.queries), found.buffers

    def run(self, rounds: int) -> None:
        for number in range(-1, rounds):
            if number == 0:
                self.took.clear()
            print(f"\rround {number + 1} of {rounds} ", end="", file=sys.stderr, flush=True)
            gc.collect()
            for name in self.names:
                for place in self.places.values():
                    if name != "Django admin" or number % 3 == 0:
                        place.enter()
                        self.get(place, name)
        print(file=sys.stderr)

    def wall(self, place: str, name: str) -> float:
        return statistics.median(wall for wall, _ in self.took[place, name])

    def work(self, place: str, name: str) -> float:
        return statistics.median(work for _, work in self.took[place, name])

    def times(self, place: str, name: str, than: tuple[str, str]) -> float:
        """The median of the ratios to something else of the same round."""
        return self.work(place, name) / self.work(*than)

    def report(self) -> None:
        """The table: for each place queries, buffers, wall and work in milliseconds, and times its first page."""
        print(f"\n{'':22}" + "".join(f"{name:^38}" for name in self.places))
        print(f"{'':22}" + f"{'queries':>8}{'buffers':>9}{'wall':>7}{'work':>7}{'x first':>7}" * len(self.places))
        for name in self.names:
            line = f"{name:22}"
            for place in self.places:
                queries, buffers = self.cost[place, name]
                line += f"{queries:8}{buffers:9}{self.wall(place, name):7.1f}{self.work(place, name):7.1f}"
                line += f"{self.times(place, name, (place, FIRST)):7.2f}"
            print(line)

    def goals(self) -> "list[tuple[str, float, float]]":
        """Return for each goal a sentence, the number measured, and the largest that meets it."""
        found = []
        for place in self.places:
            found.append((f"{place}: first page, times floor A", self.times(place, FIRST, (place, "floor A")), FLOOR))
            found.append((f"{place}: first page, queries", self.cost[place, FIRST][0], QUERIES))
            if place in GROWTH and "1k" in self.places:
                found.append((f"{place}: first page, times 1k", self.times(place, FIRST, ("1k", FIRST)), GROWTH[place]))
            if place == "100k":
                ratio = 1 / self.times(place, "Django admin", (place, FIRST))
                found.append((f"{place}: first page, times Django admin", ratio, 1 / ADMIN))
            for name in self.names:
                if place == "100k" and name.startswith(("sort", "filter", "deep", "search")):
                    ratio = self.times(place, name, (place, FIRST))
                    found.append((f"{place}: {name}, times first page", ratio, OTHERS))
                if place == "1M" and name not in ("floor A", "Django admin"):
                    found.append((f"{place}: {name}, ms", self.wall(place, name), SLOWEST))
        return found

    def conclude(self) -> None:
        goals = self.goals()
        missed = [goal for goal in goals if goal[1] > goal[2]]
        print("\nGoals of the first page:")
        for what, value, most in goals:
            if "first page, " in what and "times first" not in what:
                print(f"  {what:42}{value:6.2f}   at most {most:.2f}   {'missed' if value > most else 'met'}")
        print(f"\n{len(goals) - len(missed)} of {len(goals)} goals met; missed:")
        for what, value, most in missed:
            print(f"  {what:56}{value:6.2f}   at most {most:.2f}")


def measure(url: str, names: list[str], rounds: int, *, reuse: bool, keep: bool) -> None:
    """Everything on databases of its own on the server at `url`."""
    os.environ |= {
        "DATABASE_URL": url,
        "REDIS_URL": os.environ.get("REDIS_URL", ""),
        "DJANGO_SETTINGS_MODULE": "bench.settings",
        # Seeding builds indexes for longer than a page may take.
        "STATEMENT_TIMEOUT_MS": "0",
    }
    import django

    django.setup()
    from django.db import connection

    from bench import places

    if not reuse:
        places.make(url, names)
    bench = Bench([places.place(url, name) for name in names])
    with connection.cursor() as cursor:
        cursor.execute("SELECT version()")
        print(f"Python {sys.version.split()[0]}, {cursor.fetchone()[0].split(',')[0]}, {rounds} rounds, 50 rows a page")
    bench.count()
    bench.run(rounds)
    bench.report()
    bench.conclude()
    if not keep and not reuse:
        places.drop(url, names)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="1k,100k,1M,100k orgs", help="of 1k, 100k, 1M and 100k orgs")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--keep", action="store_true", help="leave the databases")
    parser.add_argument("--reuse", action="store_true", help="take and leave the databases of an earlier run")
    options = parser.parse_args()
    from teamadmin.testing import services

    chosen = [size.strip() for size in options.sizes.split(",")]
    if os.environ.get("DATABASE_URL"):
        measure(os.environ["DATABASE_URL"], chosen, options.rounds, reuse=options.reuse, keep=options.keep)
    else:
        with services.postgres() as url:
            measure(url, chosen, options.rounds, reuse=False, keep=False)


if __name__ == "__main__":
    main()
