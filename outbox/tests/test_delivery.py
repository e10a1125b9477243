"""One mail from the row to a real SMTP server, and what the server's answers lead to."""

import pytest
from django.core import mail

from outbox import services
from outbox.models import OutgoingEmail, State
from outbox.services import delivery

pytestmark = pytest.mark.django_db(transaction=True)


def ids(server) -> list[str]:
    return [received.message["Message-ID"] for received in server.messages]


class Once(dict):
    """Refuses the first mail only."""

    def get(self, point):
        return self.pop(point, None)


@pytest.mark.spec("M-7")
def test_a_due_mail_is_sent_once(mail_server, rows):
    (row,) = rows()
    assert services.deliver_email(row.pk) is True
    assert services.deliver_email(row.pk) is False
    assert services.deliver_due() == 0
    row.refresh_from_db()
    assert (row.state, row.attempts, row.last_error) == (State.SENT, 1, "")
    assert row.sent_at is not None
    assert mail_server.messages[0].recipients == [f"{row.subject_id}@people.example"]


@pytest.mark.spec("M-6")
def test_every_mail_carries_our_headers_once(mail_server, rows):
    (row,) = rows()
    services.deliver_due()
    mail = mail_server.messages[0].message
    assert mail.get_all("Message-ID") == [f"<{row.pk}@team.example>"]
    assert mail.get_all("Auto-Submitted") == ["auto-generated"]
    assert len(mail.get_all("Date")) == 1


def test_a_batch_goes_over_one_connection(mail_server, rows, monkeypatch):
    opened = []
    monkeypatch.setattr(delivery, "get_connection", lambda: opened.append(1) or mail.get_connection())
    rows(120)
    assert services.deliver_due(batch=50) == 120
    assert len(opened) == 1
    assert len(set(ids(mail_server))) == len(mail_server.messages) == 120


@pytest.mark.spec("I-9")
def test_a_mail_that_nobody_wants_any_more_is_cancelled_when_sending(mail_server, rows):
    (row,), (other,) = rows(key="unwanted"), rows()
    services.deliver_due()
    row.refresh_from_db()
    assert row.state == State.CANCELLED
    assert row.last_error == "No longer wanted when it was to be sent."
    assert ids(mail_server) == [other.message_id]


@pytest.mark.parametrize(
    ("point", "answer"),
    [("RCPT", "450 mailbox busy"), ("DATA", "451 try later"), ("RCPT", "421 closing"), ("RCPT", "452 full")],
)
def test_a_4xx_is_tried_again_with_a_growing_pause_and_the_reason(mail_server, rows, make_due, point, answer):
    (row,) = rows()
    mail_server.behaviour.refuse = {point: answer}
    pauses = []
    for _ in range(3):
        services.deliver_due()
        row.refresh_from_db()
        assert (row.state, answer in row.last_error) == (State.QUEUED, True)
        pauses.append((row.next_attempt_at - row.claimed_at).total_seconds())
        assert services.deliver_due() == 0, "the pause is kept"
        make_due()
    assert pauses[0] < pauses[1] < pauses[2]
    mail_server.reset()
    services.deliver_due()
    assert ids(mail_server) == [row.message_id]


@pytest.mark.parametrize(("point", "answer"), [("RCPT", "550 no such user"), ("DATA", "554 5.7.1 we think it is spam")])
def test_a_5xx_is_final_at_once_and_the_others_go_on(mail_server, rows, point, answer):
    (bad,), (good,) = rows(), rows()
    mail_server.behaviour.refuse = Once({point: answer})
    services.deliver_due()
    bad.refresh_from_db()
    assert (bad.state, bad.attempts) == (State.FAILED, 1)
    assert bad.last_error == f"The mail server answered: {answer}"
    assert ids(mail_server) == [good.message_id]
    assert services.deliver_due() == 0


def test_a_server_that_refuses_connections_puts_everything_off_and_is_asked_once(
    mail_server, rows, make_due, monkeypatch
):
    waiting = rows(5)
    mail_server.stop()
    services.deliver_due()
    found = list(OutgoingEmail.objects.all())
    assert {row.state for row in found} == {State.QUEUED}
    assert all("could not be reached" in row.last_error for row in found)
    mail_server.start()
    make_due()
    services.deliver_due()
    assert sorted(ids(mail_server)) == sorted(row.message_id for row in waiting)


def test_a_server_that_hangs_up_after_accepting_gets_the_same_message_id_again(mail_server, rows, make_due):
    (row,) = rows()
    mail_server.behaviour.drop = True
    services.deliver_due()
    row.refresh_from_db()
    assert row.state == State.QUEUED
    mail_server.reset()
    make_due()
    services.deliver_due()
    row.refresh_from_db()
    assert row.state == State.SENT
    assert ids(mail_server) == [row.message_id, row.message_id]


def test_a_server_slower_than_the_timeout_is_tried_again_and_a_slow_one_waited_for(mail_server, rows, settings):
    settings.EMAIL_TIMEOUT = 0.5
    (row,) = rows()
    mail_server.behaviour.delay = 0.8
    services.deliver_due()
    row.refresh_from_db()
    assert (row.state, "timed out" in row.last_error) == (State.QUEUED, True)
    settings.EMAIL_TIMEOUT = 5
    (patient,) = rows()
    services.deliver_due()
    patient.refresh_from_db()
    assert patient.state == State.SENT


def test_a_poisonous_mail_is_parked_after_some_tries_and_the_others_go(mail_server, rows, make_due):
    (poison,), others = rows(key="poison"), rows(3)
    for _ in range(7):
        services.deliver_due()
        make_due()
    poison.refresh_from_db()
    assert (poison.state, poison.attempts) == (State.FAILED, 5)
    assert poison.last_error == "The mail could not be made: RuntimeError: broken payload with a second line"
    assert sorted(ids(mail_server)) == sorted(row.message_id for row in others)


def test_one_poisonous_row_does_not_spoil_its_batch(mail_server, rows):
    rows(key="poison")
    others = rows(3)
    services.deliver_due()
    assert sorted(ids(mail_server)) == sorted(row.message_id for row in others)


@pytest.mark.parametrize("key", ["header", "crowd"])
def test_a_header_with_a_line_break_or_a_second_recipient_never_leaves(mail_server, rows, key):
    (row,) = rows(key=key)
    services.deliver_due()
    row.refresh_from_db()
    assert (row.state, row.attempts, mail_server.attempts) == (State.FAILED, 1, 0)


def test_an_unknown_kind_waits_for_a_newer_worker(mail_server, rows):
    (row,) = rows(kind="future")
    services.deliver_due()
    row.refresh_from_db()
    assert (row.state, "no renderer for future" in row.last_error) == (State.QUEUED, True)


def test_time_up_or_a_worker_that_stops_gives_the_rest_back_uncounted(mail_server, rows, monkeypatch):
    rows(4)
    mail_server.behaviour.delay = 0.2
    assert services.deliver_due(budget=0.3) == 4
    left = OutgoingEmail.objects.filter(state=State.QUEUED)
    assert {row.attempts for row in left} == {0}
    assert len(left) == 4 - len(mail_server.messages) > 0
    delivery.stopping.set()
    monkeypatch.setattr(delivery, "stopping", delivery.stopping)
    assert services.deliver_due() == 0
    delivery.stopping.clear()
    mail_server.behaviour.delay = 0
    services.deliver_due()
    assert len(set(ids(mail_server))) == len(mail_server.messages) == 4
