"""/health/live and /health/ready report the truth, quickly, and reveal nothing else."""

import socket
import time
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from base.ids import uuid7
from outbox.models import Heartbeat, OutgoingEmail
from outbox.queries import SWEEP
from outbox.services import outage
from teamadmin import health
from teamadmin.testing.processes import free_port

pytestmark = pytest.mark.django_db(transaction=True)
READY = "/health/ready"


@pytest.fixture(autouse=True)
def _sweep_just_ran(transactional_db):
    sweep_ran(timedelta(0))


def sweep_ran(ago: timedelta) -> None:
    Heartbeat.objects.update_or_create(name=SWEEP, defaults={"at": timezone.now() - ago})


def email_due(ago: timedelta) -> None:
    due_at = timezone.now() - ago
    OutgoingEmail.objects.create(kind="test", subject_id=uuid7(), key="k", next_attempt_at=due_at)


@pytest.fixture
def silent_port():
    """A port that accepts connections and never responds."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(8)
        yield server.getsockname()[1]


def point_database_at(monkeypatch, port: int) -> None:
    """Send new connections, such as those of the health check's thread, to that port."""
    for name, value in {"HOST": "127.0.0.1", "PORT": str(port)}.items():
        monkeypatch.setitem(connection.settings_dict, name, value)
    options = {**connection.settings_dict["OPTIONS"]}
    options.pop("host", None)
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", options)


def quick_get(client, url: str):
    began = time.monotonic()
    response = client.get(url)
    assert time.monotonic() - began < 2
    return response


def test_ready_when_everything_works(client):
    response = quick_get(client, READY)
    checks = dict.fromkeys(["database", "migrations", "mail", "sweep", "broker", "mail_server"], "ok")
    assert (response.status_code, response.json()) == (200, {"status": "ok", "checks": checks})
    assert response["Cache-Control"] == "no-store"


def test_any_host_and_only_get(client):
    assert client.get(READY, headers={"host": "10.0.0.7:8000"}).status_code == 200
    assert client.post(READY).status_code == 405
    assert client.head("/health/live").status_code == 200


def test_check_leaves_nothing_in_the_database(client):
    from accounts.models import Session

    client.get(READY)
    assert not Session.objects.exists()


@pytest.mark.parametrize("state", ["refuses", "silent"])
def test_database_down(client, monkeypatch, silent_port, state):
    point_database_at(monkeypatch, silent_port if state == "silent" else free_port())
    response = quick_get(client, READY)
    assert response.status_code == 503
    assert response.json()["checks"]["database"] == "down"
    live = quick_get(client, "/health/live")
    assert (live.status_code, live.json()) == (200, {"status": "ok"})


def test_missing_migrations(client, monkeypatch):
    monkeypatch.setattr(health, "_all_migrated", lambda: False)
    response = client.get(READY)
    assert (response.status_code, response.json()["checks"]["migrations"]) == (503, "down")


@pytest.mark.parametrize(("minutes", "status"), [(4, 200), (6, 503)])
def test_overdue_email(client, minutes, status):
    email_due(timedelta(minutes=minutes))
    assert client.get(READY).status_code == status


@pytest.mark.parametrize(("seconds", "status"), [(100, 200), (130, 503)])
def test_overdue_sweep(client, seconds, status):
    sweep_ran(timedelta(seconds=seconds))
    assert client.get(READY).status_code == status


def test_no_sweep_ever(client):
    Heartbeat.objects.all().delete()
    assert client.get(READY).json()["checks"]["sweep"] == "down"


@pytest.mark.parametrize("state", ["refuses", "silent"])
def test_broker_down_only_degrades(client, settings, silent_port, state):
    settings.REDIS_URL = f"redis://127.0.0.1:{silent_port if state == 'silent' else free_port()}/0"
    response = quick_get(client, READY)
    assert (response.status_code, response.json()["status"]) == (200, "degraded")
    assert response.json()["checks"]["broker"] == "degraded"
    assert "127.0.0.1" not in response.text


def test_a_mail_server_that_refuses_us_only_degrades(client):
    outage.start_pause("Mail server replied: 553 5.7.1 not your address", affects_all=True)
    response = client.get(READY)
    assert (response.status_code, response.json()["status"]) == (200, "degraded")
    assert response.json()["checks"]["mail_server"] == "degraded"
    assert "553" not in response.text
    outage.end_outage()
    assert client.get(READY).json()["checks"]["mail_server"] == "ok"


def test_page_while_the_database_is_down(client, monkeypatch):
    """A plain 503 without a traceback (R8)."""
    connection.close()
    point_database_at(monkeypatch, free_port())
    client.raise_request_exception = False
    client.cookies[settings.SESSION_COOKIE_NAME] = "x" * 32
    response = client.get("/accounts/login/")
    assert response.status_code == 503
    assert "Traceback" not in response.text
    connection.close()
