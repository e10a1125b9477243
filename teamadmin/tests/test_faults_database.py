"""PostgreSQL restarts, hangs, is too slow or has no connection left. Nothing is lost or doubled, and pages say so.

Each test changes groups through the real web server, on a PostgreSQL server of its own.
"""

import itertools
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import psycopg
import pytest

from organizations.models import Group
from teamadmin.testing.cast import PASSWORD
from teamadmin.testing.faulty_postgres import FaultyPostgres, faulty_postgres
from teamadmin.testing.http_client import Browser, Response
from teamadmin.testing.metrics import TOKEN, scrape
from teamadmin.testing.processes import Web, wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("faulty_postgres")]
THREADS = 4
GROUPS = "/o/acme/groups/"
names = itertools.count()


@dataclass
class System:
    """A web server, its database, and Olga's browser."""

    database: FaultyPostgres
    web: Web
    browser: Browser = field(init=False)

    def __post_init__(self) -> None:
        self.browser = Browser(self.web.url)
        assert self.browser.sign_in("olga@acme.example", PASSWORD).status == 302

    def add_group(self) -> tuple[str, Response]:
        name = f"Crew {next(names)}"
        return name, self.browser.post(f"{GROUPS}new/", {"name": name})

    def stored(self) -> list[str]:
        """Return the names of all groups that were added, and check that each has one entry in the audit log."""
        table = Group._meta.db_table
        rows = self.database.execute(f"SELECT name FROM {table} WHERE name LIKE 'Crew %%' ORDER BY name")
        entries = "SELECT target_label FROM audit_entry WHERE action = 'group.created' ORDER BY target_label"
        assert rows == self.database.execute(entries)
        return [name for (name,) in rows]

    def health(self, kind: str) -> int:
        """Return the status of /health/live or /health/ready, which must come within two seconds."""
        began = time.monotonic()
        status = Browser(self.web.url).get(f"/health/{kind}").status
        assert time.monotonic() - began < (2 if kind == "ready" else 1)
        return status

    def works(self) -> bool:
        return self.browser.get(GROUPS).status == 200 and self.health("ready") == 200


@pytest.fixture(scope="module")
def systems(tmp_path_factory) -> Iterator[list[System]]:
    """The system of this module, once the first test has started it."""
    started: list[System] = []
    yield started
    for system in started:
        system.web.kill()


@pytest.fixture(scope="module")
def databases() -> Iterator[list]:
    contexts: list = []
    yield contexts
    for context in contexts:
        context.__exit__(None, None, None)


@pytest.fixture
def system(live_cast, systems, databases, tmp_path_factory) -> System:
    """One system for all tests, with a copy of the cast, because starting it takes longer than a test."""
    if not systems:
        context = faulty_postgres()
        database = context.__enter__()
        databases.append(context)
        database.execute("INSERT INTO outbox_heartbeat (name, at) VALUES ('sweep', now() + interval '1 day')")
        log = tmp_path_factory.mktemp("faults") / "web.log"
        web = Web(log, threads=THREADS, DATABASE_URL=database.url, STATEMENT_TIMEOUT_MS="3000", METRICS_TOKEN=TOKEN)
        web.wait_ready()
        systems.append(System(database, web))
    wait_until(systems[0].works, 30)
    return systems[0]


def assert_is_clear_503(response: Response) -> None:
    assert response.status == 503 and response.headers["Retry-After"] == "30"
    assert "We’ll be right back" in response.text and "No changes were made" in response.text
    assert "Traceback" not in response.text


def test_restart_under_load(system):
    """Everything that was acknowledged is stored, once. Pages work again without a restart of the web server."""
    results: list[tuple[str, Response]] = []
    ended = threading.Event()

    def add_groups() -> None:
        while not ended.is_set():
            results.append(system.add_group())

    def acknowledged() -> list[str]:
        return [name for name, response in list(results) if response.status == 302]

    threads = [threading.Thread(target=add_groups) for _ in range(3)]
    for thread in threads:
        thread.start()
    wait_until(lambda: len(acknowledged()) >= 5, 30)
    system.database.stop()
    wait_until(lambda: any(response.status == 503 for _, response in list(results)), 30)
    assert (system.health("live"), system.health("ready")) == (200, 503)
    system.database.start()
    count = len(acknowledged())
    wait_until(lambda: len(acknowledged()) >= count + 5, 30)
    ended.set()
    for thread in threads:
        thread.join()
    assert {response.status for _, response in results} == {302, 503}
    assert_is_clear_503(next(response for _, response in results if response.status == 503))
    stored = system.stored()
    assert len(stored) == len(set(stored)) and set(acknowledged()) <= set(stored)
    assert system.web.process.poll() is None and system.works()


def test_frozen(system):
    """While requests wait in all threads, the process lives and isn't ready. All that it saves is stored."""
    before, results = system.stored(), []
    threads = [threading.Thread(target=lambda: results.append(system.add_group())) for _ in range(THREADS + 2)]
    # Health checks have threads of their own, which no other page may take.
    others = [threading.Thread(target=system.browser.get, args=("/health/other",)) for _ in range(2)]
    system.database.freeze()
    try:
        for thread in threads:
            thread.start()
        began = time.monotonic()
        metrics = scrape(system.web.url)
        assert time.monotonic() - began < 2
        for thread in others:
            thread.start()
        for _ in range(2):
            assert (system.health("live"), system.health("ready")) == (200, 503)
    finally:
        system.database.thaw()
    for thread in threads + others:
        thread.join()
    # A thread without a connection to the database has answered with 503 meanwhile.
    assert len(results) == len(threads) and {response.status for _, response in results} <= {302, 503}
    saved = [name for name, response in results if response.status == 302]
    assert metrics.value("teamadmin_database_up") == metrics.value("teamadmin_ready", check="database") == 0
    assert metrics.value("teamadmin_server_busy_threads") == THREADS
    assert metrics.value("teamadmin_server_waiting_requests") == 2
    assert sorted(before + saved) == sorted(system.stored())
    wait_until(system.works, 10)


def test_statement_timeout(system):
    """A change that waits for a lock for too long is not made, and the page says so."""
    before = system.stored()
    with psycopg.connect(system.database.url) as connection:
        connection.execute(f"LOCK TABLE {Group._meta.db_table} IN EXCLUSIVE MODE")
        _name, response = system.add_group()
        connection.rollback()
    assert_is_clear_503(response)
    assert system.stored() == before
    name, response = system.add_group()
    assert response.status == 302 and sorted([*before, name]) == sorted(system.stored())


def test_no_connection_left(system):
    """Another program has taken all connections, and the web server has lost its own."""
    before, taken = system.stored(), []
    kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND query <> ''"
    system.database.execute(kill + " AND backend_type = 'client backend'")
    try:
        with pytest.raises(psycopg.OperationalError, match="too many clients"):
            while True:
                taken.append(system.database.connect())
        _name, response = system.add_group()
        assert_is_clear_503(response)
        assert (system.health("live"), system.health("ready")) == (200, 503)
    finally:
        for connection in taken:
            connection.close()
    wait_until(system.works, 10)
    assert system.stored() == before
    assert system.add_group()[1].status == 302
