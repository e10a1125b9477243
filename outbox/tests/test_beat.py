"""Beat: gone for a day, twice at once, and without a broker."""

import sys
from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.utils import timezone

from organizations.models import AccessKey, Organization, SeatUse
from organizations.services.access_keys import create_access_key
from outbox import health
from outbox.beat import ReportingScheduler, Scheduler
from outbox.models import OutgoingEmail
from outbox.services import wakeup
from teamadmin.celery import app
from teamadmin.settings import OUTBOX_KINDS
from teamadmin.testing.processes import Child, wait_until
from teamadmin.testing.processes import test_database_url as database_url


@pytest.fixture
def published(monkeypatch) -> list[str]:
    """The names of the tasks that were published."""
    names: list[str] = []
    monkeypatch.setattr(wakeup, "_publish", lambda name, *args: names.append(name))
    return names


@pytest.fixture
def beat(tmp_path):
    """beat(**env) starts a beat; stopped after the test."""
    started = []

    def start(**env: str) -> Child:
        folder = tmp_path / f"beat-{len(started)}"
        folder.mkdir()
        command = [sys.executable, "-m", "celery", "-A", "teamadmin", "beat", "--pidfile=", "-l", "info"]
        child = Child(command, folder / "beat.log", DATABASE_URL=database_url(), TMPDIR=str(folder), **env)
        started.append(child)
        return child

    yield start
    for child in started:
        child.kill()


def tick_all(scheduler: Scheduler) -> float:
    while (delay := scheduler.tick()) == 0:
        pass
    return delay


def test_all_jobs_are_due_when_beat_starts_and_then_by_their_intervals(published):
    """A beat that was gone for a day makes up for it at once, and one that is restarted often runs hourly jobs too."""
    assert django_settings.CELERY_BEAT_SCHEDULER == "outbox.beat:ReportingScheduler"
    scheduler = Scheduler(app)
    delay = tick_all(scheduler)
    tasks = [entry["task"] for entry in django_settings.CELERY_BEAT_SCHEDULE.values()]
    assert sorted(published) == sorted(tasks)
    assert delay > 30
    seconds = {entry.task: entry.is_due().next for entry in scheduler.schedule.values()}
    assert seconds["outbox.tasks.sweep"] <= 60 < 3000 < seconds["organizations.tasks.save_seat_use"] <= 3600


def test_beat_without_a_broker_goes_on_and_is_healthy(monkeypatch, tmp_path, caplog):
    def refuse(*args) -> None:
        raise ConnectionError

    monkeypatch.setattr(wakeup, "_publish", refuse)
    monkeypatch.setattr(wakeup, "_paused_until", 0.0)
    monkeypatch.setattr(health.tempfile, "tempdir", str(tmp_path))
    scheduler = ReportingScheduler(app)
    assert tick_all(scheduler) <= health.WRITE_INTERVAL
    assert max(entry.is_due().next for entry in scheduler.schedule.values()) <= 30, "hourly jobs are tried again soon"
    assert caplog.text.count("Can't wake a worker") == 1
    assert health.read("beat") == health.OK


@pytest.mark.django_db(transaction=True)
def test_two_beats_at_once_double_nothing(live_cast, worker, beat, redis_server, mail_server, monkeypatch, settings):
    settings.OUTBOX_KINDS = OUTBOX_KINDS
    soon = timezone.now() + timedelta(days=6)
    key, _secret = create_access_key(
        actor=live_cast.bo, name="Nightly", scopes=("projects:read",), expires_at=soon, personal=True
    )
    AccessKey.objects.filter(pk=key.pk).update(created_at=timezone.now() - timedelta(days=60))
    OutgoingEmail.objects.all().delete()
    env = {"REDIS_URL": redis_server.url, "EMAIL_URL": mail_server.url}
    env |= {"BASE_URL": "https://team.example", "ALLOWED_HOSTS": "team.example"}
    first, second = beat(**env), beat(**env)
    child = worker(DJANGO_SETTINGS_MODULE="teamadmin.settings", **env)
    for task in ("notify_expiring_access_keys", "save_seat_use"):
        wait_until(lambda t=task: child.output.count(f"{t}[") >= 2, 60, lambda: child.output)
    (received,) = mail_server.wait_for(1, 30)
    wait_until(lambda: not OutgoingEmail.objects.exclude(state="sent").exists(), 30)
    assert received.recipients == ["bo@acme.example"]
    assert OutgoingEmail.objects.count() == len(mail_server.messages) == 1
    assert SeatUse.objects.count() == Organization.objects.count()
    monkeypatch.setattr(health.tempfile, "tempdir", str(first.log.parent))
    assert health.read("beat") == health.OK
    assert second.stop() < 10
