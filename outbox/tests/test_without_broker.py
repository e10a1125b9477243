"""Email and other work while Redis is stopped, hangs or was emptied, with real processes."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Session
from outbox import health, services
from outbox.tests.test_queue import email_fields
from teamadmin.testing.processes import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def wait_for_sent(states, mail_server):
    """wait_for_sent(3) waits until three emails are sent, and no other is waiting. Each was sent once."""

    def wait(count: int) -> None:
        wait_until(lambda: states() == {"sent": count}, 60, lambda: str(states()))
        ids = [received.message["Message-ID"] for received in mail_server.messages]
        assert len(ids) == len(set(ids)) == count

    return wait


def worker_health(child, monkeypatch) -> str:
    monkeypatch.setattr(health.tempfile, "tempdir", str(child.log.parent))
    return health.read("worker")


def wait_until_idle(redis_server) -> None:
    """Wait until the worker has acknowledged all messages, for long enough that a sweep has just ended.

    Celery ends a worker that loses Redis before that, because kombu can't give the messages back. Its supervisor starts
    it again, which these tests don't have.
    """
    idle = 0
    with redis_server.client() as client:
        while idle < 4:
            idle = 0 if client.llen("celery") or client.hlen("unacked") else idle + 1
            time.sleep(0.05)


@pytest.mark.parametrize("fault", ["stop", "freeze"])
def test_email_is_sent_while_redis_is_away_and_when_it_is_back(
    worker, redis_server, broker, settings, rows, client, wait_for_sent, monkeypatch, fault
):
    settings.REDIS_URL = redis_server.url
    child = worker(REDIS_URL=redis_server.url, OUTBOX_SWEEP_SECONDS="2")
    rows(1)
    wait_for_sent(1)

    wait_until_idle(redis_server)
    getattr(redis_server, fault)()
    # A sweep that the worker already has may still run.
    wait_until(lambda: "The broker is unavailable. Starting a standby" in child.output, 60, lambda: child.output)
    rows(3)
    wait_for_sent(4)
    ready = client.get("/health/ready")
    assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
    assert ready.json()["checks"]["broker"] == "degraded"
    assert worker_health(child, monkeypatch) == health.OK

    redis_server.start() if fault == "stop" else redis_server.thaw()
    wait_until(lambda: "The standby has stopped." in child.output, 60, lambda: child.output)
    wait_until(lambda: client.get("/health/ready").json()["status"] == "ok", 10)
    with redis_server.client() as connection:
        connection.flushall()
    broker(redis_server.url)
    services.queue_email(**email_fields("one"))
    wait_for_sent(5)


def test_worker_that_starts_without_redis_does_all_work(worker, redis_server, rows, wait_for_sent):
    """Also the schedule's: it deletes an expired session. It stops as usual."""
    Session.objects.create(session_key="old", session_data="", expire_date=timezone.now() - timedelta(days=20))
    rows(2)
    redis_server.stop()
    child = worker(REDIS_URL=redis_server.url)

    wait_for_sent(2)
    wait_until(lambda: not Session.objects.exists(), 30, lambda: child.output)
    assert child.stop(60) < 25
    assert child.process.returncode == 0, child.output
