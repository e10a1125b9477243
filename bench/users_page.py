#!/usr/bin/env python3
"""Every view of the Users page at 1,000, 100,000 and 1,000,000 members and among 100,000 organizations, in one run,
against floor A and against Django admin's list (bench/floor.py says what these are).

    DATABASE_URL=postgresql://... .venv/bin/python bench/users_page.py [--sizes 1k,100k] [--rounds 15] [--keep]

A view is asked for twice and measured the second time, when the page is kept; "first page, anew" is written again each
time. Printed for every view: queries, buffers (what PostgreSQL reads), the median wall time, and the work, which is
the CPU time of this process and of its PostgreSQL backend together; then the goals, met or missed. Each size is a
database of its own (teamadmin_bench_...), seeded by bench/seed.py and dropped at the end; --keep leaves them and
--reuse takes what an earlier run left. Sizes and views take turns within a round. Goals are compared by work:
neighbours hardly change it. DATABASE_URL names a PostgreSQL server, whose user may make databases and is a superuser
(for seeding); without it a private one is started.
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

# Times the first page of the same size; the first page's own: times floor A, and times the one at 1,000.
OTHERS, SEARCHES, FLOOR, ADMIN = 1.1, {"100k": 1.3, "1M": 1.6}, 2.0, 9.0
GROWTH = {"1M": 1.15, "100k orgs": 1.1}
FIRST, ANEW = "first page", "first page, anew"


class Bench:
    """Requests every view in every place and keeps what each took."""

    def __init__(self, places: "list[Place]") -> None:
        self.places = {place.name: place for place in places}
        self.names = list(places[0].addresses)
        self.took: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
        self.cost: dict[tuple[str, str], tuple[int, int]] = {}

    def ask(self, place: "Place", name: str) -> None:
        from teamadmin.testing.keeping import forget

        address, headers = place.addresses[name]
        if name == ANEW:
            forget()
        client = place.others if name in ("floor A", "Django admin") else place.ours
        response = client.get(address, **headers)
        assert response.status_code == 200, (address, response.status_code)

    def get(self, place: "Place", name: str) -> None:
        """Asked twice, the second time measured: no view finds its pages of the database where another left them."""
        self.ask(place, name)
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
        """What was asked: a sentence, the number measured, and the most that it may be."""
        found = []
        for place in self.places:
            found.append((f"{place}: first page, times floor A", self.times(place, FIRST, (place, "floor A")), FLOOR))
            if place in GROWTH and "1k" in self.places:
                found.append((f"{place}: first page, times 1k", self.times(place, FIRST, ("1k", FIRST)), GROWTH[place]))
            if place in SEARCHES:
                faster = 1 / self.times(place, "Django admin", (place, FIRST))
                found.append((f"{place}: first page, times Django admin", faster, 1 / ADMIN))
            for name in self.names:
                if name.startswith(("sort", "filter", "deep", "search")):
                    most = SEARCHES.get(place) if name.startswith("search") else OTHERS
                    if most:
                        found.append(
                            (f"{place}: {name}, times first page", self.times(place, name, (place, FIRST)), most)
                        )
        return found

    def conclude(self) -> None:
        goals = self.goals()
        missed = [goal for goal in goals if goal[1] > goal[2]]
        print("\nGoals of the first page, by work:")
        for what, times, most in goals:
            if "first page, times" in what and "times first" not in what:
                print(f"  {what:42}{times:6.2f}   at most {most:.2f}   {'missed' if times > most else 'met'}")
        print(f"\n{len(goals) - len(missed)} of {len(goals)} goals met; missed:")
        for what, times, most in missed:
            print(f"  {what:56}{times:6.2f}   at most {most:.2f}")


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
