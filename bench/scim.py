#!/usr/bin/env python3
"""Measure SCIM: provision many users, then create, filter, list 100 and add a member, each beside its floor.

    DATABASE_URL=postgresql://... .venv/bin/python bench/scim.py [--users 50000] [--rounds 40]

Users are created through the endpoint, as an identity provider does. The script prints the work for each user in
batches: flat means that the last batch costs what the first one cost. Work is the CPU time of this process and its
PostgreSQL backend together, which hardly depends on other load.

The floors do the least that the task needs, in a plain view with the same token check and the same tables: INSERTs, one
SELECT, one INSERT of a link, and json.dumps of the rows. They validate nothing, and write no audit entry and no log.
"""

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
GOALS = {"create": 3.0, "filter": 3.0, "list of 100": 5.0, "add a member": 3.0}
FLAT = 1.3
numbers = count()


class Endpoint:
    """Requests to SCIM and to the floors, with one token."""

    def __init__(self) -> None:
        from django.conf import settings
        from django.test import Client

        from organizations.models import Organization
        from provisioning.services.scim_tokens import connect, create_token

        settings.SCIM_REQUESTS_PER_SECOND = 10**9
        self.organization = Organization.objects.create(name="Bench", slug="bench")
        connection = connect(actor=None, organization=self.organization, provider="okta")
        self.token = create_token(actor=None, connection=connection, name="bench")[1]
        self.client = Client()

    def send(self, method: str, path: str, body: Any = None) -> Any:
        content = b"" if body is None else json.dumps(body).encode()
        headers = {"authorization": f"Bearer {self.token}"}
        response = self.client.generic(method, path, content, content_type="application/scim+json", headers=headers)
        assert response.status_code < 300, (path, response.status_code, response.content[:300])
        return response

    def create(self) -> None:
        number = next(numbers)
        name = f"user{number}@bench.example"
        self.send(
            "POST",
            "/scim/v2/Users",
            {
                "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
                "userName": name,
                "externalId": f"00u{number}",
                "name": {"givenName": f"Given{number}", "familyName": f"Family{number}"},
                "emails": [{"primary": True, "value": name, "type": "work"}],
                "active": True,
            },
        )


def work(action: Callable[[], Any]) -> float:
    """Return the CPU time of this process and its database backend for an action, in milliseconds."""
    from bench.places import Backend

    backend = Backend()
    cpu, database = time.process_time(), backend.time()
    action()
    return (time.process_time() - cpu + backend.time() - database) * 1000


def provision(endpoint: Endpoint, users: int) -> list[float]:
    """Create users in ten batches. Print and return the work for one user in each."""
    took = []
    for batch in range(10):
        started = time.perf_counter()
        each = work(lambda: [endpoint.create() for _number in range(users // 10)]) / (users // 10)
        took.append(each)
        wall = (time.perf_counter() - started) / (users // 10) * 1000
        print(f"users {(batch + 1) * users // 10:>7,}: {each:6.2f} ms of work, {wall:6.2f} ms each", flush=True)
    return took


def pairs(endpoint: Endpoint, users: int) -> dict[str, tuple[Callable[[], Any], Callable[[], Any]]]:
    """Return what to compare: a SCIM request, and its floor."""
    from bench.scim_floor import add_large_group, spare_members

    group, spare = add_large_group(endpoint.organization, min(users // 2, 10_000)), spare_members(endpoint.organization)
    name = f"user{users // 2}@bench.example"
    patch = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

    def add() -> None:
        operation = {"op": "add", "path": "members", "value": [{"value": next(spare)}]}
        endpoint.send("PATCH", f"/scim/v2/Groups/{group}", {"schemas": [patch], "Operations": [operation]})

    return {
        "create": (endpoint.create, lambda: endpoint.send("POST", "/floor/create", {"number": next(numbers)})),
        "filter": (
            lambda: endpoint.send("GET", f'/scim/v2/Users?filter=userName eq "{name}"'),
            lambda: endpoint.send("GET", f"/floor/filter?name={name}"),
        ),
        "list of 100": (
            lambda: endpoint.send("GET", "/scim/v2/Users?count=100"),
            lambda: endpoint.send("GET", "/floor/list"),
        ),
        "add a member": (add, lambda: endpoint.send("POST", f"/floor/add/{group}/{next(spare)}")),
    }


def compare(endpoint: Endpoint, users: int, rounds: int) -> bool:
    """Print the medians of alternating rounds and their ratios. Return whether the goals are met."""
    met = True
    for name, (scim, floor) in pairs(endpoint, users).items():
        took: tuple[list[float], list[float]] = ([], [])
        for _round in range(rounds):
            for index, action in enumerate((scim, floor)):
                took[index].append(work(action))
        mine, least = map(statistics.median, took)
        met = met and mine / least <= GOALS[name]
        print(f"{name:>13}: {mine:6.2f} ms, floor {least:6.2f} ms, ratio {mine / least:4.1f} (goal {GOALS[name]:.0f})")
    return met


def main(users: int, rounds: int) -> int:
    import django
    from django.conf import settings
    from django.db import connection
    from django.test.utils import setup_test_environment

    django.setup()
    setup_test_environment()
    connection.creation.create_test_db(verbosity=0, serialize=False)
    settings.ROOT_URLCONF = "bench.scim_floor"
    try:
        endpoint = Endpoint()
        took = provision(endpoint, users)
        growth = statistics.median(took[-3:]) / statistics.median(took[:3])
        print(f"growth from the first batches to the last: {growth:.2f} (goal {FLAT})")
        met = compare(endpoint, users, rounds) and growth <= FLAT
        print("All goals met." if met else "Some goals are not met.")
        return 0 if met else 1
    finally:
        connection.creation.destroy_test_db(os.environ["DATABASE_URL"], verbosity=0)


if __name__ == "__main__":
    from teamadmin.testing import services

    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--users", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=40)
    options = parser.parse_args()
    os.environ |= {"DJANGO_SETTINGS_MODULE": "teamadmin.settings", "TEAMADMIN_DEMO": "1", "LOG_LEVEL": "CRITICAL"}
    with services.from_environment_or_private() as urls:
        os.environ |= urls
        sys.exit(main(options.users, options.rounds))
