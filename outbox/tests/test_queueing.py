"""Writing the intent: once for each key, with the caller's transaction, whatever the broker does."""

import socket
import time
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from outbox import services
from outbox.models import OutgoingEmail, State
from outbox.services import NewEmail, waking


@pytest.fixture
def woken(monkeypatch):
    """What was published, instead of publishing."""
    calls = []
    monkeypatch.setattr(waking, "wake", lambda *args: calls.append(args))
    return calls


def new(key: str) -> dict:
    return {"kind": "test", "subject_id": uuid4(), "key": key}


def test_the_same_key_is_one_row_and_one_wake_up(db, woken, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        first = services.queue_email(**new("a"))
        second = services.queue_email(**new("a"))
    assert first.pk == second.pk
    assert first.message_id == f"<{first.pk}@team.example>"
    assert woken == [("deliver_email", str(first.pk))]


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_fails_leaves_neither_row_nor_wake_up(woken):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        services.queue_email(**new("a"))
        raise ZeroDivisionError
    assert (OutgoingEmail.objects.count(), woken) == (0, [])


def test_a_thousand_mails_are_one_insert_and_one_wake_up(db, woken, django_capture_on_commit_callbacks):
    services.queue_email(**new("mail:3"))
    emails = [NewEmail(**new(f"mail:{number}")) for number in [*range(1000), 7]]
    with django_capture_on_commit_callbacks(execute=True), CaptureQueriesContext(connection) as queries:
        services.queue_emails(emails)
    assert OutgoingEmail.objects.count() == 1000
    assert woken == [("deliver_due",)]
    inserts = [query for query in queries if query["sql"].startswith("INSERT")]
    assert len(inserts) == 1 or connection.vendor == "sqlite"


def test_nothing_to_queue_wakes_nobody(db, woken, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        services.queue_emails([])
    assert woken == []


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"kind": "unheard"}, LookupError),
        ({"key": ""}, ValueError),
        ({"key": "k" * 201}, ValueError),
        ({"subject_id": None}, ValueError),
    ],
)
def test_what_cannot_be_a_mail_is_refused_at_once(db, change, error):
    with pytest.raises(error):
        services.queue_email(**(new("a") | change))


def test_a_message_id_is_valid_for_every_kind_of_host(settings):
    row = OutgoingEmail()
    for url, domain in {
        "https://bücher.example/x": "xn--bcher-kva.example",
        "http://127.0.0.1:8000": "127.0.0.1",
        "http://[::1]:8000": "[IPv6:::1]",
    }.items():
        settings.BASE_URL = url
        assert row.fixed_message_id() == f"<{row.pk}@{domain}>"


@pytest.mark.parametrize(
    "columns", [{"state": "lost"}, {"state": "sent", "sent_at": None}, {"state": "sending", "claimed_at": None}]
)
def test_the_database_refuses_states_that_cannot_be(rows, columns):
    (row,) = rows()
    with pytest.raises(IntegrityError), transaction.atomic():
        OutgoingEmail.objects.filter(pk=row.pk).update(**columns)


@pytest.fixture
def silent_port():
    """A port that takes connections and never says a word, like a machine that hangs."""
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
def test_a_broker_that_is_down_costs_no_mail_and_little_time(state, broker, silent_port, mail_server, caplog):
    broker(f"redis://127.0.0.1:{closed_port() if state == 'refuses' else silent_port}/0")
    began = time.monotonic()
    row = services.queue_email(**new("a"))
    assert time.monotonic() - began < 2
    assert "No worker could be woken" in caplog.text
    services.queue_email(**new("b"))
    assert caplog.text.count("No worker could be woken") == 1, "the next request does not ask again"
    services.sweep()
    assert len(mail_server.messages) == 2
    assert OutgoingEmail.objects.get(pk=row.pk).state == State.SENT


def test_a_broker_is_asked_again_after_a_while(broker, settings, monkeypatch):
    broker(f"redis://127.0.0.1:{closed_port()}/0")
    assert waking.wake("sweep") is False
    broker("memory://")
    assert waking.wake("sweep") is False
    later = time.monotonic() + waking.QUIET_SECONDS
    monkeypatch.setattr(waking.time, "monotonic", lambda: later)
    assert waking.wake("sweep") is True


@pytest.mark.spec("I-9")
def test_cancelling_withdraws_what_has_not_left(rows, mail_server):
    one, two, three, held, busy, other = rows(6)
    OutgoingEmail.objects.filter(pk=held.pk).update(state=State.HELD)
    OutgoingEmail.objects.filter(pk=busy.pk).update(state=State.SENDING, claimed_at=busy.created_at)
    cancelled = services.cancel_emails(
        keys=[one.key], subject_ids=[two.subject_id, held.subject_id, busy.subject_id], reason="Revoked.\n"
    )
    assert cancelled == 3
    assert services.cancel_emails(keys=[one.key], reason="again") == 0
    services.deliver_due()
    states = dict(OutgoingEmail.objects.values_list("pk", "state"))
    assert [states[row.pk] for row in (one, two, held)] == ["cancelled"] * 3
    assert [states[row.pk] for row in (busy, three, other)] == ["sending", "sent", "sent"]
    assert OutgoingEmail.objects.get(pk=one.pk).last_error == "Revoked."
