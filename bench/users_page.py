#!/usr/bin/env python3
"""Measure every view of the Users page in a new session, with 1,000, 100,000 and 1,000,000 members and among 100,000
organizations, in one run with floor A and Django admin's list (bench/floor.py).

    DATABASE_URL=postgresql://... .venv/bin/python bench/users_page.py [--sizes 1k,100k] [--rounds 15] [--keep]

Each view is requested once before it is measured, so that PostgreSQL has the pages of every view in memory. For each
view the script prints queries, shared buffers, median wall time and median work. Work is the CPU time of this process
and its PostgreSQL backend together, which hardly depends on other load. Then the script prints which goals are met;
they compare work.

Each size has its own database (teamadmin_bench_...), filled by bench/seed.py. The databases are dropped at the end
unless --keep is given; --reuse uses those of an earlier run and keeps them. DATABASE_URL is a PostgreSQL server whose
user is a superuser, which seeding needs. Without it, and without REDIS_URL, the script starts private servers.
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

# The goals of docs/performance.md: upper bounds, except for ADMIN. OTHERS: other views to the first page of the same
# size. FLOOR: the first page to floor A. ADMIN: Django admin's list to the first page. SLOWEST: milliseconds of a view
# with a million members. QUERIES: of the first page. GROWTH: the first page of that size to the one with 1,000 members.
OTHERS, FLOOR, ADMIN, SLOWEST, QUERIES = 1.5, 4.0, 5.0, 100.0, 8
GROWTH = {"1M": 1.2, "100k orgs": 1.1}
FIRST = "first page"


class Bench:
    """Request every view of every database and keep the measurements."""

    def __init__(self, places: "list[Place]") -> None:
        self.places = {place.name: place for place in places}
        self.names = list(places[0].addresses)
        self.took: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
        self.cost: dict[tuple[str, str], tuple[int, int]] = {}

    def request(self, place: "Place", name: str) -> None:
        """Request a view, which must succeed."""
        address, headers = place.addresses[name]
        client = place.others if name in ("floor A", "Django admin") else place.ours
        response = client.get(address, **headers)
        assert response.status_code == 200, (address, response.status_code)

    def measure_view(self, place: "Place", name: str) -> None:
        """Measure one request from a new session."""
        self.request(place, name)
        place.sign_in()
        wall, cpu, database = time.perf_counter(), time.process_time(), place.backend.time()
        self.request(place, name)
        work = time.process_time() - cpu + place.backend.time() - database
        self.took[place.name, name].append((1000 * (time.perf_counter() - wall), 1000 * work))

    def count(self) -> None:
        """Count the queries and buffers of every view."""
        from teamadmin.testing.buffers import reads

        for place in self.places.values():
            place.enter()
            for name in self.names:
                self.request(place, name)
                with reads() as found:
                    self.request(place, name)
                self.cost[place.name, name] = len(found.queries), found.buffers

    def run(self, rounds: int) -> None:
        """Measure every view once a round, after a warm-up round. Django admin is slow: only every third round."""
        for number in range(-1, rounds):
            if number == 0:
                self.took.clear()
            print(f"\rround {number + 1} of {rounds} ", end="", file=sys.stderr, flush=True)
            gc.collect()
            for name in self.names:
                for place in self.places.values():
                    if name != "Django admin" or number % 3 == 0:
                        place.enter()
                        self.measure_view(place, name)
        print(file=sys.stderr)

    def wall(self, place: str, name: str) -> float:
        """Return the median wall time in milliseconds."""
        return statistics.median(wall for wall, _ in self.took[place, name])

    def work(self, place: str, name: str) -> float:
        """Return the median work in milliseconds."""
        return statistics.median(work for _, work in self.took[place, name])

    def ratio(self, place: str, name: str, than: tuple[str, str]) -> float:
        """Return the ratio of the median work to that of another (place, view)."""
        return self.work(place, name) / self.work(*than)

    def report(self) -> None:
        """Print queries, buffers, wall and work in milliseconds, and the ratio to the first page, for each place."""
        print(f"\n{'':22}" + "".join(f"{name:^38}" for name in self.places))
        print(f"{'':22}" + f"{'queries':>8}{'buffers':>9}{'wall':>7}{'work':>7}{'x first':>7}" * len(self.places))
        for name in self.names:
            line = f"{name:22}"
            for place in self.places:
                queries, buffers = self.cost[place, name]
                line += f"{queries:8}{buffers:9}{self.wall(place, name):7.1f}{self.work(place, name):7.1f}"
                line += f"{self.ratio(place, name, (place, FIRST)):7.2f}"
            print(line)

    def goals(self) -> "list[tuple[str, float, float]]":
        """Return the text, the measured value and the upper bound of each goal."""
        goals = []
        for place in self.places:
            goals.append((f"{place}: first page, times floor A", self.ratio(place, FIRST, (place, "floor A")), FLOOR))
            goals.append((f"{place}: first page, queries", self.cost[place, FIRST][0], QUERIES))
            if place in GROWTH and "1k" in self.places:
                goals.append((f"{place}: first page, times 1k", self.ratio(place, FIRST, ("1k", FIRST)), GROWTH[place]))
            if place == "100k":
                ratio = 1 / self.ratio(place, "Django admin", (place, FIRST))
                goals.append((f"{place}: first page, times Django admin", ratio, 1 / ADMIN))
            for name in self.names:
                if place == "100k" and name.startswith(("sort", "filter", "deep", "search")):
                    ratio = self.ratio(place, name, (place, FIRST))
                    goals.append((f"{place}: {name}, times first page", ratio, OTHERS))
                if place == "1M" and name not in ("floor A", "Django admin"):
                    goals.append((f"{place}: {name}, ms", self.wall(place, name), SLOWEST))
        return goals

    def print_goals(self) -> None:
        """Print the goals of the first page and those that were missed."""
        goals = self.goals()
        missed = [goal for goal in goals if goal[1] > goal[2]]
        print("\nGoals of the first page:")
        for text, value, bound in goals:
            if "first page, " in text and "times first" not in text:
                print(f"  {text:42}{value:6.2f}   at most {bound:.2f}   {'missed' if value > bound else 'met'}")
        print(f"\n{len(goals) - len(missed)} of {len(goals)} goals met; missed:")
        for text, value, bound in missed:
            print(f"  {text:56}{value:6.2f}   at most {bound:.2f}")


def measure(url: str, names: list[str], rounds: int, *, reuse: bool, keep: bool) -> None:
    """Measure on databases of these sizes on the server at `url` and print the report."""
    os.environ |= {
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "teamadmin.testing.settings",
        # Building indexes for the seed takes longer than a page is allowed to.
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
    bench.print_goals()
    if not keep and not reuse:
        places.drop(url, names)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="1k,100k,1M,100k orgs", help="comma-separated: 1k, 100k, 1M, 100k orgs")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--keep", action="store_true", help="don't drop the databases")
    parser.add_argument("--reuse", action="store_true", help="use and keep the databases of an earlier run")
    options = parser.parse_args()
    from teamadmin.testing import services

    sizes = [size.strip() for size in options.sizes.split(",")]
    given = "DATABASE_URL" in os.environ
    with services.from_environment_or_private() as urls:
        os.environ |= urls
        measure(urls["DATABASE_URL"], sizes, options.rounds, reuse=given and options.reuse, keep=given and options.keep)


if __name__ == "__main__":
    main()
