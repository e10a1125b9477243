"""Which errors are permanent, how long retries are delayed, and how reasons are cleaned."""

import smtplib
import ssl
from smtplib import SMTPDataError, SMTPRecipientsRefused

import pytest
from django.core.mail import BadHeaderError

from outbox import policies
from outbox.policies import MAX_ATTEMPTS, MAX_RENDER_ATTEMPTS, classify_failure, in_words


@pytest.mark.parametrize(
    ("error", "permanent"),
    [
        (SMTPRecipientsRefused({}), False),
        (SMTPRecipientsRefused({"a@b.example": (550, b"no"), "c@b.example": (451, b"later")}), False),
        (smtplib.SMTPServerDisconnected("gone"), False),
        (smtplib.SMTPResponseException(500, "Line too long."), False),
        (smtplib.SMTPNotSupportedError("SMTPUTF8"), True),
        (ConnectionRefusedError(111, "refused"), False),
        (TimeoutError("timed out"), False),
        (ssl.SSLError("bad certificate"), False),
        (BadHeaderError("no"), True),
        (policies.InvalidMessage("two recipients"), True),
        (RuntimeError("broken"), False),
    ],
)
def test_which_errors_are_permanent(error, permanent):
    failure = classify_failure(error)
    assert failure.permanent is permanent
    assert failure.reason


def test_an_email_that_cannot_be_rendered_gets_fewer_attempts():
    assert classify_failure(RuntimeError()).max_attempts == MAX_RENDER_ATTEMPTS
    assert classify_failure(TimeoutError()).max_attempts == MAX_ATTEMPTS > MAX_RENDER_ATTEMPTS


def test_delays_grow_up_to_a_maximum_vary_and_add_up_to_four_days():
    means = [sum(policies.retry_delay(attempts) for _ in range(200)) / 200 for attempts in range(1, 12)]
    assert all(later > 1.5 * earlier for earlier, later in zip(means, means[1:7], strict=False))
    assert max(policies.retry_delay(10_000) for _ in range(100)) <= 1.2 * policies.MAX_DELAY
    assert len({policies.retry_delay(3) for _ in range(20)}) > 1
    total = sum(min(policies.MAX_DELAY, 30 * 2**attempts) for attempts in range(MAX_ATTEMPTS - 1))
    assert total > 4 * 86400


def test_a_reply_becomes_one_short_printable_line():
    reply = b"not here\r\n\x00\x1b[31m " + "ż".encode() + b"\xff" + b"x" * 900
    reason = classify_failure(SMTPDataError(550, reply)).reason
    assert reason.startswith("Mail server replied: 550 not here [31m ż\ufffdxxx")
    assert reason.isprintable()
    assert len(reason) <= 500


@pytest.mark.spec("I-8")
@pytest.mark.parametrize(
    ("reply", "words"),
    [
        ("550 5.1.1 <a@b.example>: Recipient address rejected: User unknown", "Mailbox doesn’t exist"),
        ("452 4.2.2 Over quota", "Mailbox is full"),
        ("550 5.1.8 <us@b.example>: Sender address rejected: Domain not found", "Server rejected the email"),
        ("550 Sender address rejected: user unknown in table", "Server rejected the email"),
        ("Host or domain name not found", "Domain doesn’t exist"),
        ("undefined Unable to find MX of domain no-mx.example.com", "Domain doesn’t accept email"),
        ("err_user_unknown", "Mailbox doesn’t exist"),
        ("err_mailbox_full", "Mailbox is full"),
        ("Permanent: OnAccountSuppressionList", "Provider blocks the address"),
        ("Amazon SES did not send it: it is on the suppression list for your account.", "Provider blocks the address"),
        ("Can’t reach the mail server: [Errno 111] Connection refused", "Mail server can’t be reached"),
        ("Something else", ""),
    ],
)
def test_a_reply_in_words(reply, words):
    assert in_words(reply) == words
