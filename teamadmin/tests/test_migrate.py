"""`migrate` on a live database, as docker-compose.yml runs it: a transaction that stays open blocks no one for long."""

import os
import subprocess
import sys
import threading
import time

import psycopg
import pytest
import yaml
from django.conf import settings
from django.db import connection

from teamadmin.testing import processes

USERS = "/o/acme/users/"
SETTINGS = "from teamadmin.testing.settings import *\nINSTALLED_APPS = [*INSTALLED_APPS, 'later']\n"
MIGRATION = """
from django.db import migrations

class Migration(migrations.Migration):
    initial = True
    operations = [migrations.RunSQL("ALTER TABLE organizations_membership ADD COLUMN later text")]
"""
# How long a statement of someone else waits for a lock now, in seconds.
WAITING = """
SELECT coalesce(max(extract(epoch FROM clock_timestamp() - query_start)), 0) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock' AND query NOT LIKE 'ALTER TABLE%'
"""
# LOCK_TIMEOUT_MS, and the time until a busy machine ends the migration's statement.
LONGEST = 2 + 3


@pytest.fixture
def migrate(transactional_db, tmp_path):
    """A function that runs the service `migrate` with one more migration, which alters the table of members."""
    for path, text in {"later_settings.py": SETTINGS, "later/migrations/0001_initial.py": MIGRATION}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    for folder in ("later", "later/migrations"):
        (tmp_path / folder / "__init__.py").touch()
    service = yaml.safe_load((settings.BASE_DIR / "docker-compose.yml").read_text())["services"]["migrate"]
    timeouts = {name: str(value) for name, value in service["environment"].items() if name.endswith("_TIMEOUT_MS")}
    env = {
        "DATABASE_URL": processes.test_database_url(),
        "DJANGO_SETTINGS_MODULE": "later_settings",
        "PYTHONPATH": str(tmp_path),
    }

    def run() -> subprocess.CompletedProcess:
        command = [sys.executable, *service["command"][1:]]
        environment = {**os.environ, **env, **timeouts}
        return subprocess.run(
            command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, timeout=300
        )

    assert timeouts["LOCK_TIMEOUT_MS"] == "2000" and service["restart"].startswith("on-failure")
    yield run
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE organizations_membership DROP COLUMN IF EXISTS later")
        cursor.execute("DELETE FROM django_migrations WHERE app = 'later'")


class Reader(threading.Thread):
    """Someone who opens the Users page again and again."""

    def __init__(self, client) -> None:
        super().__init__()
        self.client, self.stopping = client, threading.Event()
        self.statuses = [client.get(USERS).status_code]  # the first request loads templates

    def run(self) -> None:
        while not self.stopping.is_set():
            self.statuses.append(self.client.get(USERS).status_code)
        connection.close()

    def stop(self) -> None:
        self.stopping.set()
        self.join()


def longest_wait(running: threading.Thread) -> float:
    """Return how long the longest wait for a lock took while the thread ran."""
    waits = [0.0]
    with psycopg.connect(processes.test_database_url(), autocommit=True) as session:
        while running.is_alive():
            waits.append(float(session.execute(WAITING).fetchone()[0]))
            time.sleep(0.02)
    return max(waits)


def test_long_transaction_lets_the_migration_fail_and_blocks_no_one(live_cast, migrate):
    reader, results = Reader(live_cast.client("olga")), []
    migration = threading.Thread(target=lambda: results.append(migrate()))
    with psycopg.connect(processes.test_database_url()) as session:
        session.execute("SELECT 1 FROM organizations_membership")  # and stays in its transaction
        reader.start()
        migration.start()
        try:
            longest = longest_wait(migration)
        finally:
            reader.stop()
    (failed,) = results
    assert failed.returncode == 1 and "run migrate again" in failed.stderr and "Traceback" not in failed.stderr
    assert 0.5 < longest < LONGEST, "requests wait behind the migration, and no longer than it does"
    assert set(reader.statuses) == {200}
    assert "later" not in columns()

    done = migrate()
    assert not done.returncode, done.stderr
    assert "later" in columns()


def columns() -> set[str]:
    with connection.cursor() as cursor:
        return {
            each.name for each in connection.introspection.get_table_description(cursor, "organizations_membership")
        }
