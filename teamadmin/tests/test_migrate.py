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

SETTINGS = "from teamadmin.testing.settings import *\nINSTALLED_APPS = [*INSTALLED_APPS, 'later']\n"
MIGRATION = """
from django.db import migrations

class Migration(migrations.Migration):
    initial = True
    operations = [migrations.RunSQL("ALTER TABLE organizations_membership ADD COLUMN later text")]
"""
# Requests queue behind the migration for LOCK_TIMEOUT_MS, and this is for the request itself on a busy machine.
TOLERANCE = 4


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
        return subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True)

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
        self.seconds: list[float] = []
        self.statuses: set[int] = set()

    def run(self) -> None:
        while not self.stopping.is_set():
            began = time.monotonic()
            self.statuses.add(self.client.get("/o/acme/users/").status_code)
            self.seconds.append(time.monotonic() - began)
        connection.close()

    def stop(self) -> None:
        self.stopping.set()
        self.join()


def test_long_transaction_lets_the_migration_fail_and_blocks_no_one(live_cast, migrate):
    reader = Reader(live_cast.client("olga"))
    with psycopg.connect(processes.test_database_url()) as session:
        session.execute("SELECT 1 FROM organizations_membership")  # and stays in its transaction
        reader.start()
        try:
            failed = migrate()
        finally:
            reader.stop()
    assert failed.returncode == 1 and "Run migrate again." in failed.stderr and "Traceback" not in failed.stderr
    assert reader.statuses == {200}
    assert max(reader.seconds) < 2 + TOLERANCE
    assert "later" not in columns()

    done = migrate()
    assert not done.returncode, done.stderr
    assert "later" in columns()


def columns() -> set[str]:
    with connection.cursor() as cursor:
        return {
            each.name for each in connection.introspection.get_table_description(cursor, "organizations_membership")
        }
