"""Queueing emails: once per key, in the caller's transaction, whether or not the broker is up."""

import socket
import time
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from outbox import services
from outbox.models import OutgoingEmail, State
from outbox.services import NewEmail, wakeup


@pytest.fixture
def wakeups(monkeypatch):
    """The wake-ups that would have been published."""
    calls = []
    monkeypatch.setattr(wakeup, "wake", lambda *args: calls.append(args))
    return calls


def email_fields(key: str) -> dict:
    return {"kind": "test", "subject_id": uuid4(), "key": key}


def test_the_same_key_creates_one_row_and_one_wakeup(db, wakeups, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        first = services.queue_email(**email_fields("a"))
        second = services.queue_email(**email_fields("a"))
    assert first.pk == second.pk
    assert first.message_id == f"<{first.pk}@team.example>"
    assert wakeups == [("deliver_email", str(first.pk))]


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_transaction_leaves_no_row_and_no_wakeup(wakeups):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        services.queue_email(**email_fields("a"))
        raise ZeroDivisionError
    assert (OutgoingEmail.objects.count(), wakeups) == (0, [])


def test_a_thousand_emails_need_one_insert_and_one_wakeup(db, wakeups, django_capture_on_commit_callbacks):
    services.queue_email(**email_fields("email:3"))
    emails = [NewEmail(**email_fields(f"email:{number}")) for number in [*range(1000), 7]]
    with django_capture_on_commit_callbacks(execute=True), CaptureQueriesContext(connection) as queries:
        services.queue_emails(emails)
    assert OutgoingEmail.objects.count() == 1000
    assert wakeups == [("deliver_due",)]
    inserts = [query for query in queries if query["sql"].startswith("INSERT")]
    assert len(inserts) == 1 or connection.vendor == "sqlite"


def test_queueing_no_emails_publishes_nothing(db, wakeups, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        services.queue_emails([])
    assert wakeups == []


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"kind": "unknown"}, LookupError),
        ({"key": ""}, ValueError),
        ({"key": "k" * 201}, ValueError),
        ({"subject_id": None}, ValueError),
    ],
)
def test_invalid_emails_are_rejected_at_once(db, change, error):
    with pytest.raises(error):
        services.queue_email(**(email_fields("a") | change))


def test_the_message_id_is_valid_for_every_kind_of_host(settings):
    row = OutgoingEmail()
    for url, domain in {
        "https://bücher.example/x": "xn--bcher-kva.example",
        "http://127.0.0.1:8000": "127.0.0.1",
        "http://[::1]:8000": "[IPv6:::1]",
    }.items():
        settings.BASE_URL = url
        assert row.make_message_id() == f"<{row.pk}@{domain}>"


@pytest.mark.parametrize(
    "columns", [{"state": "lost"}, {"state": "sent", "sent_at": None}, {"state": "sending", "claimed_at": None}]
)
def test_the_database_rejects_impossible_states(rows, columns):
    (row,) = rows()
    with pytest.raises(IntegrityError), transaction.atomic():
        OutgoingEmail.objects.filter(pk=row.pk).update(**columns)


@pytest.fixture
def silent_port():
    """A port that accepts connections and never replies, like a server that hangs."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(50)
        yield listener.getsockname()[1]


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("state", ["refuses", "hangs"])
def test_a_broken_broker_loses_no_email_and_costs_little_time(state, broker, silent_port, mail_server, caplog):
    broker(f"redis://127.0.0.1:{closed_port() if state == 'refuses' else silent_port}/0")
    began = time.monotonic()
    row = services.queue_email(**email_fields("a"))
    assert time.monotonic() - began < 2
    assert "Can't wake a worker" in caplog.text
    services.queue_email(**email_fields("b"))
    assert caplog.text.count("Can't wake a worker") == 1, "the next request does not try the broker again"
    services.sweep()
    assert len(mail_server.messages) == 2
    assert OutgoingEmail.objects.get(pk=row.pk).state == State.SENT


def test_the_broker_is_tried_again_after_a_pause(broker, settings, monkeypatch):
    broker(f"redis://127.0.0.1:{closed_port()}/0")
    assert wakeup.wake("sweep") is False
    broker("memory://")
    assert wakeup.wake("sweep") is False
    later = time.monotonic() + wakeup.BROKER_PAUSE_SECONDS
    monkeypatch.setattr(wakeup.time, "monotonic", lambda: later)
    assert wakeup.wake("sweep") is True


@pytest.mark.spec("I-9")
def test_cancelling_stops_emails_that_were_not_sent(rows, mail_server):
    one, two, three, held, sending, other = rows(6)
    OutgoingEmail.objects.filter(pk=held.pk).update(state=State.HELD)
    OutgoingEmail.objects.filter(pk=sending.pk).update(state=State.SENDING, claimed_at=sending.created_at)
    cancelled = services.cancel_emails(
        keys=[one.key], subject_ids=[two.subject_id, held.subject_id, sending.subject_id], reason="Revoked.\n"
    )
    assert cancelled == 3
    assert services.cancel_emails(keys=[one.key], reason="again") == 0
    services.deliver_due()
    states = dict(OutgoingEmail.objects.values_list("pk", "state"))
    assert [states[row.pk] for row in (one, two, held)] == ["cancelled"] * 3
    assert [states[row.pk] for row in (sending, three, other)] == ["sending", "sent", "sent"]
    assert OutgoingEmail.objects.get(pk=one.pk).last_error == "Revoked."
