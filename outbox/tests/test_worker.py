"""Real workers, a real broker and a real mail server, including when one of them is killed."""

import socket

import pytest
import redis
from django.db import connection, transaction

from outbox import services
from outbox.models import OutgoingEmail
from outbox.services import NewEmail
from outbox.tests.test_queue import email_fields
from teamadmin.testing.processes import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def needs_redis(settings):
    if not settings.REDIS_URL:
        pytest.skip("needs REDIS_URL")


def states() -> dict[str, int]:
    values = list(OutgoingEmail.objects.values_list("state", flat=True))
    return {state: values.count(state) for state in set(values)}


def wait_for_states(expected: dict[str, int], seconds: float = 60) -> None:
    wait_until(lambda: states() == expected, seconds, lambda: str(states()))


def blocks_others() -> bool:
    """Return whether another connection waits for a lock of ours."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))")
        return cursor.fetchone() is not None


def ids(server) -> list[str]:
    return [received.message["Message-ID"] for received in server.messages]


@pytest.mark.spec("M-7")
def test_a_flushed_broker_and_a_late_worker_lose_no_email(worker, broker, settings, mail_server):
    broker(settings.REDIS_URL)
    services.queue_emails(NewEmail(**email_fields(f"many:{number}")) for number in range(99))
    services.queue_email(**email_fields("one"))
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        assert client.llen("celery") == 2
        client.flushdb()
    worker()
    wait_for_states({"sent": 100})
    assert len(set(ids(mail_server))) == len(mail_server.messages) == 100


@pytest.mark.spec("M-7")
def test_a_worker_wakes_at_once_and_duplicate_tasks_send_once(worker, broker, settings, mail_server, rows):
    app = broker(settings.REDIS_URL)
    worker()
    row = services.queue_email(**email_fields("one"))
    wait_for_states({"sent": 1})
    waiting = rows(60)
    for _ in range(2):
        for each in [row, *waiting]:
            app.send_task("outbox.tasks.deliver_email", args=[str(each.pk)])
    for _ in range(4):
        app.send_task("outbox.tasks.sweep")
    wait_for_states({"sent": 61})
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        wait_until(lambda: client.llen("celery") == 0, 30)
    assert sorted(ids(mail_server)) == sorted(each.message_id for each in [row, *waiting])


def test_a_worker_killed_between_the_servers_reply_and_the_commit(worker, mail_server, rows, make_due):
    (row,) = rows()
    mail_server.behaviour.delay = 6
    first = worker()
    mail_server.wait_for(1, 30)
    first.kill()
    assert states() == {"sending": 1}
    mail_server.reset()
    make_due()
    worker()
    wait_for_states({"sent": 1})
    assert ids(mail_server) == [row.message_id] * len(mail_server.messages)
    assert len(mail_server.messages) <= 2


def test_a_worker_killed_between_250_and_the_commit(worker, mail_server, rows, make_due):
    """A lock on the row holds up the commit."""
    (row,) = rows()
    mail_server.behaviour.delay = 2
    first = worker()
    mail_server.wait_for(1, 60)
    with transaction.atomic():
        OutgoingEmail.objects.select_for_update().get(pk=row.pk)
        wait_until(blocks_others, 60)
        first.kill()
    assert states() == {"sending": 1}
    mail_server.reset()
    make_due()
    worker()
    wait_for_states({"sent": 1})
    assert ids(mail_server) == [row.message_id] * 2


def test_a_worker_killed_before_the_server_accepted_the_email(worker, mail_server, rows, make_due):
    (row,) = rows()
    mail_server.stop()
    with socket.socket() as silent:
        silent.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        silent.bind(("127.0.0.1", mail_server.port))
        silent.listen()
        first = worker()
        wait_for_states({"sending": 1})
        silent.settimeout(30)
        client, _ = silent.accept()
        first.kill()
        client.close()
    mail_server.start()
    make_due()
    worker()
    wait_for_states({"sent": 1})
    assert ids(mail_server) == [row.message_id]


def test_without_beat_and_wakeups_the_workers_own_sweep_sends_email(worker, mail_server, rows):
    worker(OUTBOX_SWEEP_SECONDS="1")
    rows(3)
    wait_for_states({"sent": 3})
    assert len(mail_server.messages) == 3
