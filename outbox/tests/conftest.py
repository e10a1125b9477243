"""Kinds, rows, a broker and workers for the outbox's own tests."""

import sys
from datetime import timedelta
from uuid import uuid4

import pytest
from celery import Celery
from django.utils import timezone

from outbox.models import OutgoingEmail
from outbox.services import waking
from outbox.tests.worker_settings import OUTBOX_KINDS
from teamadmin.testing import processes


@pytest.fixture(autouse=True)
def outbox_settings(settings, monkeypatch):
    settings.OUTBOX_KINDS = OUTBOX_KINDS
    settings.OUTBOX_LISTENERS = []
    settings.BASE_URL = "https://team.example"
    settings.EMAIL_TIMEOUT = 5
    monkeypatch.setattr(waking, "_quiet_until", 0.0)


@pytest.fixture
def rows(db):
    """rows(3) writes three due rows without waking anybody; further keywords set columns."""

    def write(count: int = 1, *, key: str = "mail", kind: str = "test", **columns) -> list[OutgoingEmail]:
        columns = {"next_attempt_at": timezone.now() - timedelta(seconds=1), **columns}
        made = [OutgoingEmail(kind=kind, subject_id=uuid4(), key=f"{key}:{uuid4()}", **columns) for _ in range(count)]
        for row in made:
            row.message_id = row.fixed_message_id()
        return OutgoingEmail.objects.bulk_create(made)

    return write


@pytest.fixture
def make_due():
    """Lets the pause of every queued row pass, and the lease of every row in a worker's hands."""

    def pass_time() -> None:
        OutgoingEmail.objects.filter(state="queued").update(next_attempt_at=timezone.now() - timedelta(seconds=1))
        OutgoingEmail.objects.filter(state="sending").update(claimed_at=timezone.now() - timedelta(minutes=6))

    return pass_time


@pytest.fixture
def broker(settings, monkeypatch):
    """broker(url) lets the services publish there, with the product's own options; returns the Celery app."""
    apps = []

    def use(url: str) -> Celery:
        app = Celery("outbox-tests", set_as_current=False)
        app.config_from_object("django.conf:settings", namespace="CELERY")
        app.conf.broker_url = url
        monkeypatch.setattr(waking, "current_app", app)
        apps.append(app)
        return app

    yield use
    for app in apps:
        app.close()


@pytest.fixture
def worker(transactional_db, tmp_path, settings, mail_server):
    """worker(*options, **env) starts a real worker without beat that mails to `mail_server`; ended with the test."""
    started = []

    def start(*options: str, **env: str) -> processes.Child:
        command = [sys.executable, "-m", "celery", "-A", "teamadmin", "worker", "-c", "4", "-l", "info", *options]
        child = processes.Child(
            command,
            tmp_path / f"worker-{len(started)}.log",
            DATABASE_URL=processes.test_database_url(),
            DJANGO_SETTINGS_MODULE="outbox.tests.worker_settings",
            BASE_URL="https://team.example",
            MAIL_PORT=str(mail_server.port),
            **env,
        )
        started.append(child)
        child.wait_for(lambda: " ready." in child.output, 30)
        return child

    yield start
    for child in started:
        child.kill()
