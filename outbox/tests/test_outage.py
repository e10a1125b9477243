"""The mail server refuses us: no email fails, few are tried, the operator is told, and all are sent once it's fixed."""

import logging
from datetime import timedelta

import pytest
from django.utils import timezone

from outbox import queries, services
from outbox.models import Outage, OutgoingEmail, State
from outbox.policies import MAX_ATTEMPTS

pytestmark = pytest.mark.django_db(transaction=True)

NOT_OURS = "553 5.7.1 <us@team.example>: Sender address rejected: not owned by user"


def states() -> set[str]:
    return set(OutgoingEmail.objects.values_list("state", flat=True))


def messages(caplog, level: int) -> list[str]:
    return [r.getMessage() for r in caplog.records if r.name.startswith("outbox") and r.levelno == level]


@pytest.mark.parametrize(
    ("command", "reply", "tries"),
    [
        ("CONNECT", "554 5.7.1 Client host blocked", 1),
        ("MAIL", NOT_OURS, 1),
        ("RCPT", "550 5.1.8 <us@team.example>: Sender address rejected: Domain not found", 1),
        ("RCPT", "554 5.7.1 <them@acme.example>: Relay access denied", 3),
        ("DATA", "550 5.4.5 Daily user sending limit exceeded", 3),
        ("DATA", "554 5.7.1 Message rejected as spam", 3),
    ],
)
def test_a_refusal_of_us_fails_no_email_and_is_not_repeated_for_all(
    mail_server, rows, make_due, caplog, command, reply, tries
):
    waiting = rows(20)
    mail_server.behaviour.refuse = {command: reply}
    services.deliver_due(batch=8)
    assert states() == {State.QUEUED}
    assert mail_server.commands.count(command) == tries
    assert set(OutgoingEmail.objects.values_list("last_error", flat=True)) == {f"Mail server replied: {reply}"}
    assert queries.current_outage().reason == f"Mail server replied: {reply}"
    assert messages(caplog, logging.ERROR) == [f"The mail server doesn't accept email from us: {reason(reply)}"]
    assert len(messages(caplog, logging.WARNING)) == 1, "one line, not one per email"
    services.deliver_due()
    services.deliver_email(waiting[-1].pk)
    assert mail_server.commands.count(command) == tries, "nothing is tried during the pause"

    mail_server.reset()
    make_due()
    services.deliver_due()
    assert states() == {State.SENT}
    assert sorted(m.message["Message-ID"] for m in mail_server.messages) == sorted(row.message_id for row in waiting)
    assert queries.current_outage() is None
    assert queries.last_outage().reason == f"Mail server replied: {reply}"


def reason(reply: str) -> str:
    return f"Mail server replied: {reply}"


def test_one_email_that_is_refused_by_a_policy_stops_no_other(mail_server, rows):
    """An address that the server's policy refuses must not stop email to everyone else."""
    bad, *others = rows(6)
    mail_server.behaviour.refuse = Once(RCPT="550 5.7.1 Not allowed to write to this domain")
    services.deliver_due()
    bad.refresh_from_db()
    assert (bad.state, bad.attempts) == (State.QUEUED, 1)
    assert OutgoingEmail.objects.filter(state=State.SENT).count() == len(others)
    assert queries.current_outage() is None, "the server accepts email from us"


class Once(dict):
    """Replies that refuse one email only."""

    def get(self, command):
        return self.pop(command, None)


def test_pauses_grow_to_an_hour_and_a_new_email_ends_them_for_all(mail_server, rows, make_due):
    rows(3)
    mail_server.behaviour.refuse = {"MAIL": NOT_OURS}
    pauses = []
    for _ in range(12):
        services.deliver_due()
        outage = queries.current_outage()
        pauses.append((outage.until - timezone.now()).total_seconds())
        make_due()
    assert pauses[0] < 40
    assert all(later > 1.2 * earlier for earlier, later in zip(pauses, pauses[1:6], strict=False))
    assert 2800 < max(pauses) <= 3600 * 1.2
    assert mail_server.commands.count("MAIL") == 12, "one try for each pause"

    services.deliver_due()  # starts another pause
    wait_after_refusal()
    mail_server.reset()
    (new,) = rows()
    services.deliver_email(new.pk)
    assert queries.current_outage() is None
    services.deliver_due()
    assert states() == {State.SENT}


def wait_after_refusal() -> None:
    """Let the seconds pass in which no email is tried after a refusal."""
    Outage.objects.update(at=timezone.now() - timedelta(seconds=11))


def test_a_new_email_during_a_pause_is_tried_after_ten_seconds(mail_server, rows):
    rows()
    mail_server.behaviour.refuse = {"MAIL": NOT_OURS}
    services.deliver_due()
    (new,) = rows()
    assert services.deliver_email(new.pk) is False
    new.refresh_from_db()
    assert new.next_attempt_at - timezone.now() < timedelta(seconds=10)
    assert (new.attempts, new.last_error) == (1, reason(NOT_OURS))
    wait_after_refusal()
    OutgoingEmail.objects.filter(pk=new.pk).update(next_attempt_at=timezone.now())
    services.deliver_due()
    assert mail_server.commands.count("MAIL") == 2
    new.refresh_from_db()
    assert new.next_attempt_at == queries.current_outage().until, "it waits as all others do"


def test_nothing_is_overdue_while_the_server_refuses_us(mail_server, rows):
    """Readiness is degraded, not down: more web or worker processes wouldn't help."""
    rows(30, next_attempt_at=timezone.now() - timedelta(minutes=10))
    mail_server.behaviour.refuse = {"MAIL": NOT_OURS}
    services.deliver_due(batch=5)
    assert queries.health()["oldest_due_seconds"] is None


def test_after_days_of_refusals_an_email_fails_with_the_reason(mail_server, rows, make_due):
    rows(3, attempts=MAX_ATTEMPTS - 2)
    mail_server.behaviour.refuse = {"MAIL": NOT_OURS}
    for _ in range(3):
        services.deliver_due()
        make_due()
    assert states() == {State.FAILED}
    assert set(OutgoingEmail.objects.values_list("last_error", flat=True)) == {reason(NOT_OURS)}


def test_pauses_count_as_attempts_but_short_ones_only_once_in_45_minutes(mail_server, rows, make_due):
    rows(4)
    mail_server.behaviour.refuse = {"MAIL": NOT_OURS}
    for _ in range(5):
        services.deliver_due()
        make_due()
    assert sum(OutgoingEmail.objects.values_list("attempts", flat=True)) <= 4 + 5
    OutgoingEmail.objects.update(claimed_at=timezone.now() - timedelta(hours=1))
    before = dict(OutgoingEmail.objects.values_list("pk", "attempts"))
    services.deliver_due()
    after = dict(OutgoingEmail.objects.values_list("pk", "attempts"))
    assert all(after[pk] == before[pk] + 1 for pk in before)


def test_counts_and_the_last_refusal_for_metrics(rows):
    now = timezone.now()
    rows(2)
    rows(state=State.SENDING, claimed_at=now)
    rows(state=State.FAILED, claimed_at=now - timedelta(hours=2))
    rows(state=State.FAILED, claimed_at=now - timedelta(days=2))
    assert queries.counts() == {"queued": 2, "sending": 1, "held": 0, "failed_last_day": 1}
    services.hold_outbox()
    assert queries.counts() == {"queued": 0, "sending": 0, "held": 3, "failed_last_day": 1}
    services.release_outbox()
    assert queries.counts()["queued"] == 3
    assert queries.last_outage() is None
