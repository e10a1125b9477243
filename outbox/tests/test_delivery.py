"""Delivery of rows to a real SMTP server, and the effect of the server's replies."""

import pytest
from django.core import mail

from outbox import services
from outbox.models import OutgoingEmail, State
from outbox.services import delivery

pytestmark = pytest.mark.django_db(transaction=True)


def ids(server) -> list[str]:
    return [received.message["Message-ID"] for received in server.messages]


class RefuseOnce(dict):
    """SMTP replies that refuse the first email only."""

    def get(self, point):
        return self.pop(point, None)


@pytest.mark.spec("M-7")
def test_a_due_email_is_sent_once(mail_server, rows):
    (row,) = rows()
    assert services.deliver_email(row.pk) is True
    assert services.deliver_email(row.pk) is False
    assert services.deliver_due() == 0
    row.refresh_from_db()
    assert (row.state, row.attempts, row.last_error) == (State.SENT, 1, "")
    assert row.sent_at is not None
    assert mail_server.messages[0].recipients == [f"{row.subject_id}@people.example"]


@pytest.mark.spec("M-6")
def test_every_email_has_each_required_header_once(mail_server, rows):
    (row,) = rows()
    services.deliver_due()
    mail = mail_server.messages[0].message
    assert mail.get_all("Message-ID") == [f"<{row.pk}@team.example>"]
    assert mail.get_all("Auto-Submitted") == ["auto-generated"]
    assert len(mail.get_all("Date")) == 1


def test_a_batch_is_sent_over_one_connection(mail_server, rows, monkeypatch):
    connections = []
    monkeypatch.setattr(delivery, "open_backend", lambda: connections.append(1) or mail.get_connection())
    rows(120)
    assert services.deliver_due(batch=50) == 120
    assert len(connections) == 1
    assert len(set(ids(mail_server))) == len(mail_server.messages) == 120


@pytest.mark.spec("I-9")
def test_an_email_that_is_no_longer_needed_is_cancelled_at_sending_time(mail_server, rows):
    (row,), (other,) = rows(key="unneeded"), rows()
    services.deliver_due()
    row.refresh_from_db()
    assert row.state == State.CANCELLED
    assert row.last_error == "No longer needed at the time of sending."
    assert ids(mail_server) == [other.message_id]


@pytest.mark.parametrize(
    ("point", "reply"),
    [("RCPT", "450 mailbox busy"), ("DATA", "451 try later"), ("RCPT", "421 closing"), ("RCPT", "452 full")],
)
def test_a_4xx_reply_is_retried_with_growing_delays_and_the_reason_saved(mail_server, rows, make_due, point, reply):
    (row,) = rows()
    mail_server.behaviour.refuse = {point: reply}
    delays = []
    for _ in range(3):
        services.deliver_due()
        row.refresh_from_db()
        assert (row.state, reply in row.last_error) == (State.QUEUED, True)
        delays.append((row.next_attempt_at - row.claimed_at).total_seconds())
        assert services.deliver_due() == 0, "not retried before the delay has passed"
        make_due()
    assert delays[0] < delays[1] < delays[2]
    mail_server.reset()
    services.deliver_due()
    assert ids(mail_server) == [row.message_id]


@pytest.mark.parametrize(("point", "reply"), [("RCPT", "550 no such user"), ("DATA", "554 5.6.0 we can't read it")])
def test_a_5xx_reply_fails_at_once_and_other_emails_are_sent(mail_server, rows, point, reply):
    (bad,), (good,) = rows(), rows()
    mail_server.behaviour.refuse = RefuseOnce({point: reply})
    services.deliver_due()
    bad.refresh_from_db()
    assert (bad.state, bad.attempts) == (State.FAILED, 1)
    assert bad.last_error == f"Mail server replied: {reply}"
    assert ids(mail_server) == [good.message_id]
    assert services.deliver_due() == 0


def test_an_unavailable_server_postpones_all_emails(mail_server, rows, make_due, monkeypatch):
    waiting = rows(5)
    mail_server.stop()
    services.deliver_due()
    stored = list(OutgoingEmail.objects.all())
    assert {row.state for row in stored} == {State.QUEUED}
    assert all("reach the mail server" in row.last_error for row in stored)
    mail_server.start()
    make_due()
    services.deliver_due()
    assert sorted(ids(mail_server)) == sorted(row.message_id for row in waiting)


def test_a_server_that_disconnects_after_accepting_gets_the_same_message_id_again(mail_server, rows, make_due):
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


def test_a_timeout_is_retried_and_a_slow_server_within_it_succeeds(mail_server, rows, settings):
    settings.EMAIL_TIMEOUT = 0.5
    (row,) = rows()
    mail_server.behaviour.delay = 0.8
    services.deliver_due()
    row.refresh_from_db()
    assert (row.state, "timed out" in row.last_error) == (State.QUEUED, True)
    settings.EMAIL_TIMEOUT = 5
    (second,) = rows()
    services.deliver_due()
    second.refresh_from_db()
    assert second.state == State.SENT


def test_an_email_that_cannot_be_rendered_fails_after_five_attempts(mail_server, rows, make_due):
    (poison,), others = rows(key="poison"), rows(3)
    for _ in range(7):
        services.deliver_due()
        make_due()
    poison.refresh_from_db()
    assert (poison.state, poison.attempts) == (State.FAILED, 5)
    assert poison.last_error == "Can’t create the email: RuntimeError: broken payload with a second line"
    assert sorted(ids(mail_server)) == sorted(row.message_id for row in others)


def test_an_email_that_cannot_be_rendered_does_not_stop_its_batch(mail_server, rows):
    rows(key="poison")
    others = rows(3)
    services.deliver_due()
    assert sorted(ids(mail_server)) == sorted(row.message_id for row in others)


@pytest.mark.parametrize("key", ["header", "crowd"])
def test_a_line_break_in_a_header_or_a_second_recipient_is_never_sent(mail_server, rows, key):
    (row,) = rows(key=key)
    services.deliver_due()
    row.refresh_from_db()
    assert (row.state, row.attempts, mail_server.attempts) == (State.FAILED, 1, 0)


def test_an_unknown_kind_is_retried_until_a_newer_worker_knows_it(mail_server, rows):
    (row,) = rows(kind="future")
    services.deliver_due()
    row.refresh_from_db()
    assert (row.state, "no renderer for future" in row.last_error) == (State.QUEUED, True)


def test_when_time_is_up_or_the_worker_stops_the_rest_is_requeued_uncounted(mail_server, rows, monkeypatch):
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
