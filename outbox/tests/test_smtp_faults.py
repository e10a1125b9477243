"""A mail server that refuses, stalls, hangs up or has a wrong certificate: nothing is lost, nothing is sent twice but
with the same Message-ID, and the reason is reported.
"""

from collections import Counter
from pathlib import Path

import pytest

from outbox import queries, services
from outbox.models import OutgoingEmail, State
from outbox.policies import MAX_ATTEMPTS
from teamadmin.testing.certificates import write_certificate
from teamadmin.testing.parallel import run_in_parallel

pytestmark = pytest.mark.django_db(transaction=True)

BEFORE_ACCEPTANCE = ["CONNECT", "EHLO", "MAIL", "RCPT", "354"]


@pytest.fixture(autouse=True)
def _short_timeout(settings):
    settings.EMAIL_TIMEOUT = 0.5


def sent(mail_server) -> Counter:
    return Counter(received.message["Message-ID"] for received in mail_server.messages)


def state_of(rows) -> set[str]:
    return set(OutgoingEmail.objects.filter(pk__in=[row.pk for row in rows]).values_list("state", flat=True))


def reasons() -> set[str]:
    return set(OutgoingEmail.objects.exclude(last_error="").values_list("last_error", flat=True))


def deliver_until_sent(make_due, times: int = 10) -> None:
    """Let retries come due until nothing is queued."""
    for _ in range(times):
        make_due()
        services.deliver_due()
        if not OutgoingEmail.objects.filter(state=State.QUEUED).exists():
            return
    raise AssertionError("emails are still queued")


@pytest.mark.parametrize("command", BEFORE_ACCEPTANCE)
@pytest.mark.parametrize("fault", ["stall", "hang_up"])
def test_a_server_that_stalls_or_hangs_up_before_it_accepts_delays_email(mail_server, rows, make_due, fault, command):
    waiting = rows(6)
    setattr(mail_server.behaviour, fault, {command})
    services.deliver_due()
    assert state_of(waiting) == {State.QUEUED}
    assert len(reasons()) == 1
    assert "reach the mail server" in reasons().pop()
    assert "reach the mail server" in queries.current_outage().reason
    assert mail_server.commands.count("CONNECT") <= 3, "it isn't tried for every email"
    mail_server.reset()
    deliver_until_sent(make_due)
    assert sent(mail_server) == Counter(row.message_id for row in waiting)
    assert queries.current_outage() is None


@pytest.mark.parametrize("fault", ["stall", "hang_up"])
def test_a_server_that_gives_no_answer_after_the_data_gets_the_same_message_id_again(
    mail_server, rows, make_due, fault
):
    (row,) = rows()
    setattr(mail_server.behaviour, fault, {"DATA"})
    services.deliver_due()
    assert state_of([row]) == {State.QUEUED}
    mail_server.reset()
    deliver_until_sent(make_due)
    assert sent(mail_server) == {row.message_id: 2}


def test_421_in_the_middle_of_a_batch_loses_nothing(mail_server, rows, make_due):
    waiting = rows(7)
    mail_server.behaviour.emails_per_connection = 2
    services.deliver_due()
    deliver_until_sent(make_due)
    assert sent(mail_server) == Counter(row.message_id for row in waiting)
    assert queries.current_outage() is None


def test_a_server_that_accepts_one_connection_only_gets_every_email_once(mail_server, rows, make_due):
    waiting = rows(20)
    mail_server.behaviour.connections = 1
    mail_server.behaviour.delay = 0.02
    run_in_parallel(3, lambda number: services.deliver_due(batch=4))
    deliver_until_sent(make_due)
    assert sent(mail_server) == Counter(row.message_id for row in waiting)
    assert queries.current_outage() is None


@pytest.mark.parametrize(
    ("reply", "state", "reason"),
    [
        (
            "550-5.1.1 The email account\r\n550-5.1.1 does not exist.\r\n550 5.1.1 Check it",
            State.FAILED,
            "550 5.1.1 The",
        ),
        ("550-No such\r\n550 user", State.FAILED, "550 No such user"),
        ("554-5.7.1 Relay\r\n554 5.7.1 access denied", State.QUEUED, "554 5.7.1 Relay 5.7.1 access denied"),
        (b"550 5.1.1 Adresse unbekannt: K\xf6ln \xff", State.FAILED, "550 5.1.1 Adresse unbekannt: K�ln �"),
        ("550 5.1.1 " + "x" * 2000, State.FAILED, "550 5.1.1 xxx"),
        ("550 5.1.1 " + "x" * 9000, State.QUEUED, "500 Line too long."),
        ("what?", State.QUEUED, "-1"),
        ("250", State.SENT, ""),
        ("299 odd", State.QUEUED, "299 odd"),
    ],
)
def test_replies_of_every_shape_are_understood_or_retried(mail_server, rows, reply, state, reason):
    (row,) = rows()
    mail_server.behaviour.refuse = {"RCPT" if state != State.SENT else "NOOP": reply}
    services.deliver_due()
    row.refresh_from_db()
    assert row.state == state
    assert reason in row.last_error
    assert row.last_error.isprintable() and len(row.last_error) <= 500


def test_a_server_that_stays_away_for_days_fails_the_email_with_the_reason(mail_server, rows, make_due):
    (row,) = rows(attempts=MAX_ATTEMPTS - 1)
    mail_server.stop()
    services.deliver_due()
    row.refresh_from_db()
    assert row.state == State.FAILED
    assert "Connection refused" in row.last_error


@pytest.mark.parametrize("refused", ["AUTH", None])
def test_a_wrong_password_is_tried_once_for_all_email(mail_server, rows, make_due, settings, refused):
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = "us"
    waiting = rows(5)
    mail_server.behaviour.refuse = {refused: "535 5.7.8 Authentication credentials invalid"} if refused else {}
    services.deliver_due()
    assert state_of(waiting) == {State.QUEUED if refused else State.SENT}
    assert mail_server.commands.count("AUTH") == (2 if refused else 1), "smtplib tries two mechanisms"
    if refused:
        assert "535 5.7.8" in queries.current_outage().reason


class TestTLS:
    """STARTTLS with a certificate that can't be trusted sends no email and no password."""

    @pytest.fixture
    def serve(self, mail_server, settings, monkeypatch, tmp_path):
        """serve(host, days=1): offer STARTTLS with such a certificate, whose authority is trusted."""
        settings.EMAIL_USE_TLS, settings.EMAIL_HOST = True, "localhost"
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = "us"

        def start(host: str = "localhost", days: int = 1, trusted: bool = True) -> Path:
            certificate = write_certificate(tmp_path / "certificate.pem", host, days=days)
            if trusted:
                monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
            mail_server.stop()
            mail_server.start(certificate=certificate)
            return certificate

        return start

    @pytest.mark.parametrize(
        ("certificate", "reason"),
        [
            ({"trusted": False}, "self-signed certificate"),
            ({"days": -1}, "certificate has expired"),
            ({"host": "mail.other.example"}, "Hostname mismatch"),
        ],
    )
    def test_a_wrong_certificate(self, mail_server, rows, serve, certificate, reason):
        waiting = rows(5)
        serve(**certificate)
        services.deliver_due()
        assert state_of(waiting) == {State.QUEUED}
        assert reason in queries.current_outage().reason
        assert mail_server.commands.count("CONNECT") == 1
        assert not {"AUTH", "MAIL"} & set(mail_server.commands)

    @pytest.mark.parametrize("refuse", [{}, {"STARTTLS": "454 4.7.0 TLS not available"}])
    def test_starttls_is_not_offered_or_refused(self, mail_server, rows, serve, refuse, settings):
        waiting = rows(5)
        if refuse:
            serve()
        settings.EMAIL_USE_TLS, settings.EMAIL_HOST = True, "localhost"
        mail_server.behaviour.refuse = refuse
        services.deliver_due()
        assert state_of(waiting) == {State.QUEUED}
        reason = queries.current_outage().reason
        assert ("STARTTLS extension not supported" in reason) if not refuse else reason
        assert not {"AUTH", "MAIL"} & set(mail_server.commands)

    def test_a_right_certificate(self, mail_server, rows, serve):
        waiting = rows(2)
        serve()
        services.deliver_due()
        assert state_of(waiting) == {State.SENT}
