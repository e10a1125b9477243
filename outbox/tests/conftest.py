"""Fixtures for the outbox tests: email kinds, rows, a broker and workers."""

import sys
from datetime import timedelta
from uuid import uuid4

import pytest
from celery import Celery
from django.utils import timezone

from outbox.models import Outage, OutgoingEmail
from outbox.services import wakeup
from outbox.tests.worker_settings import OUTBOX_KINDS
from teamadmin.testing import processes
from teamadmin.testing.redis_server import RedisServer


@pytest.fixture(autouse=True)
def outbox_settings(settings, monkeypatch):
    settings.OUTBOX_KINDS = OUTBOX_KINDS
    settings.OUTBOX_LISTENERS = []
    settings.BASE_URL = "https://team.example"
    settings.EMAIL_TIMEOUT = 5
    monkeypatch.setattr(wakeup, "_paused_until", 0.0)


@pytest.fixture
def rows(db):
    """rows(3) creates three due rows without waking a worker; other keywords set columns."""

    def create(count: int = 1, *, key: str = "mail", kind: str = "test", **columns) -> list[OutgoingEmail]:
        columns = {"next_attempt_at": timezone.now() - timedelta(seconds=1), **columns}
        created = [
            OutgoingEmail(kind=kind, subject_id=uuid4(), key=f"{key}:{uuid4()}", **columns) for _ in range(count)
        ]
        for row in created:
            row.message_id = row.make_message_id()
        return OutgoingEmail.objects.bulk_create(created)

    return create


@pytest.fixture
def make_due():
    """make_due() lets the delay of every queued row pass, the lease of every claimed row, and a pause."""

    def pass_time() -> None:
        OutgoingEmail.objects.filter(state="queued").update(next_attempt_at=timezone.now() - timedelta(seconds=1))
        OutgoingEmail.objects.filter(state="sending").update(claimed_at=timezone.now() - timedelta(minutes=6))
        Outage.objects.filter(since__isnull=False).update(until=timezone.now() - timedelta(seconds=1))

    return pass_time


@pytest.fixture
def broker(settings, monkeypatch):
    """broker(url) makes the services publish there, with the production options; returns the Celery app."""
    apps = []

    def use(url: str) -> Celery:
        app = Celery("outbox-tests", set_as_current=False)
        app.config_from_object("django.conf:settings", namespace="CELERY")
        app.conf.broker_url = url
        monkeypatch.setattr(wakeup, "current_app", app)
        apps.append(app)
        return app

    yield use
    for app in apps:
        app.close()


@pytest.fixture
def worker(transactional_db, tmp_path, settings, mail_server):
    """worker(*options, **env) starts a real worker without beat that sends to `mail_server`; stopped after the test.

    It returns when the worker is ready, or its standby.
    """
    started = []

    def start(*options: str, **env: str) -> processes.Child:
        folder = tmp_path / f"worker-{len(started)}"
        folder.mkdir()
        command = [sys.executable, "-m", "celery", "-A", "teamadmin", "worker", "-c", "4", "-l", "info", *options]
        test_env = {
            "DATABASE_URL": processes.test_database_url(),
            "DJANGO_SETTINGS_MODULE": "outbox.tests.worker_settings",
            "BASE_URL": "https://team.example",
            "ALLOWED_HOSTS": "team.example",
            "BEHIND_PROXY": "1",
            "MAIL_PORT": str(mail_server.port),
            "TMPDIR": str(folder),
        }
        child = processes.Child(command, folder / "worker.log", **{**test_env, **env})
        started.append(child)
        child.wait_for(lambda: " ready." in child.output, 90)
        return child

    yield start
    for child in started:
        child.kill()


@pytest.fixture
def redis_server(tmp_path):
    """A Redis of its own, with stop(), start(), freeze() and thaw()."""
    server = RedisServer(tmp_path)
    yield server
    server.stop()


@pytest.fixture
def states():
    """states() returns how many emails are in each state."""

    def count() -> dict[str, int]:
        values = list(OutgoingEmail.objects.values_list("state", flat=True))
        return {state: values.count(state) for state in set(values)}

    return count
