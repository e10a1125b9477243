"""A worker ends within its grace, whatever hangs, and loses nothing."""

import os
import socket
import threading
from contextlib import suppress

import pytest
import yaml
from django.conf import settings as django_settings

from base.stopping import SharedFlag
from outbox.models import OutgoingEmail
from outbox.services import claim, delivery
from teamadmin.testing.forwarder import Forwarder
from teamadmin.testing.processes import test_database_url as database_url
from teamadmin.testing.processes import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def dripping_server(mail_server):
    """A mail server that sends one byte a second and never ends its reply, so that no timeout is reached."""
    mail_server.stop()
    listener = socket.create_server(("127.0.0.1", mail_server.port))
    stopped = threading.Event()

    def drip(connection: socket.socket) -> None:
        with suppress(OSError), connection:
            while not stopped.wait(1):
                connection.sendall(b"2")

    def accept() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=drip, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    yield
    stopped.set()
    listener.close()


@pytest.fixture
def database():
    """A database that can freeze."""
    forwarder = Forwarder(database_url())
    yield forwarder
    forwarder.close()


@pytest.mark.parametrize("grandchild", [False, True])
def test_flag_is_shared_with_processes_that_were_forked(grandchild):
    flag = SharedFlag()
    assert not flag.is_set()
    if not (pid := os.fork()):
        if grandchild and (inner := os.fork()):
            os._exit(os.waitpid(inner, 0)[1] != 0)
        flag.set()
        os._exit(0)
    assert os.waitpid(pid, 0)[1] == 0
    assert flag.is_set()
    flag.clear()
    assert not flag.is_set()


def test_worker_that_sends_many_emails_slowly_stops_at_once(worker, mail_server, rows, states):
    """It took 44 seconds: the processes of its pool were not told."""
    rows(200)
    mail_server.behaviour.delay = 0.5
    child = worker()
    mail_server.wait_for(2, 60)
    assert child.stop(60) < 20
    assert child.process.returncode == 0, child.output
    sent = len({received.message["Message-ID"] for received in mail_server.messages})
    assert sent == len(mail_server.messages) < 150
    assert states() == {"sent": sent, "queued": 200 - sent}
    assert set(OutgoingEmail.objects.filter(state="queued").values_list("attempts", flat=True)) == {0}


@pytest.mark.parametrize("hangs", ["mail server", "database and redis"])
def test_worker_ends_in_time_whatever_hangs(
    worker, redis_server, dripping_server, database, rows, states, make_due, hangs
):
    rows(5)
    child = worker(REDIS_URL=redis_server.url, DATABASE_URL=database.url, WORKER_STOP_SECONDS="4")
    wait_until(lambda: states().get("sending"), 60, lambda: child.output)
    if hangs != "mail server":
        database.freeze()
        redis_server.freeze()
    assert child.stop(60) < 4 + 5
    assert "hasn't stopped 4 seconds after SIGTERM" in child.output
    make_due()
    claim.requeue_stuck(10)
    assert states() == {"queued": 5}


def test_grace_timeouts_and_docs_agree():
    stop = django_settings.WORKER_STOP_SECONDS
    services = yaml.safe_load((django_settings.BASE_DIR / "docker-compose.yml").read_text())["services"]
    grace = {name: int(services[name]["stop_grace_period"].removesuffix("s")) for name in ("worker", "beat")}
    assert min(grace.values()) >= stop + 4, "the kernel needs a moment, and so does the container"
    # An email that waits for the mail server is requeued before the end.
    assert stop > django_settings.EMAIL_TIMEOUT
    # No one else takes a row that a live worker holds.
    assert claim.LEASE.total_seconds() > delivery.BUDGET + 4 * django_settings.EMAIL_TIMEOUT
    assert delivery.BUDGET + django_settings.EMAIL_TIMEOUT < django_settings.CELERY_TASK_SOFT_TIME_LIMIT
    docs = " ".join((django_settings.BASE_DIR / "docs" / "outbox.md").read_text().split())
    assert f"ends {stop} seconds after SIGTERM at the latest" in docs
    assert f"SIGKILL {grace['worker']} seconds after SIGTERM" in docs
    assert f"`BUDGET` ({delivery.BUDGET:.0f} s)" in docs
    assert f"{claim.LEASE.total_seconds() / 60:.0f} minutes (the lease)" in docs
