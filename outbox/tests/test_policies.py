"""What an error means for a mail: a table."""

import smtplib
import ssl
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPSenderRefused

import pytest
from anymail.exceptions import AnymailAPIError, AnymailRecipientsRefused, AnymailUnsupportedFeature
from django.core.mail import BadHeaderError

from outbox import policies
from outbox.policies import MOST_RENDERS, MOST_TRIES, sort_failure


def provider(status: int | None) -> AnymailAPIError:
    error = AnymailAPIError("it said no", status_code=status)
    error.describe_response = lambda: None
    return error


@pytest.mark.parametrize(
    ("error", "final"),
    [
        (SMTPRecipientsRefused({"a@b.example": (450, b"busy")}), False),
        (SMTPRecipientsRefused({"a@b.example": (550, b"unknown")}), True),
        (SMTPRecipientsRefused({"a@b.example": (550, b"no"), "c@b.example": (451, b"later")}), False),
        (SMTPRecipientsRefused({}), False),
        (SMTPDataError(451, b"later"), False),
        (SMTPDataError(554, b"spam"), True),
        (SMTPSenderRefused(421, b"closing", "x"), False),
        (SMTPSenderRefused(552, b"too large", "x"), True),
        (SMTPSenderRefused(530, b"sign in first", "x"), False),
        (smtplib.SMTPAuthenticationError(535, b"wrong"), False),
        (smtplib.SMTPConnectError(554, b"no service here"), False),
        (smtplib.SMTPHeloError(550, b"who are you"), False),
        (smtplib.SMTPServerDisconnected("gone"), False),
        (smtplib.SMTPNotSupportedError("SMTPUTF8"), True),
        (ConnectionRefusedError(111, "refused"), False),
        (TimeoutError("timed out"), False),
        (ssl.SSLError("bad certificate"), False),
        (provider(400), True),
        (provider(422), True),
        (provider(401), False),
        (provider(429), False),
        (provider(500), False),
        (provider(None), False),
        (AnymailRecipientsRefused(), True),
        (AnymailUnsupportedFeature("no"), True),
        (BadHeaderError("no"), True),
        (policies.Unmailable("two recipients"), True),
        (RuntimeError("broken"), False),
    ],
)
def test_what_is_final(error, final):
    verdict = sort_failure(error)
    assert verdict.final is final
    assert verdict.reason


def test_a_mail_that_cannot_be_made_gets_fewer_tries():
    assert sort_failure(RuntimeError()).tries == MOST_RENDERS < sort_failure(TimeoutError()).tries == MOST_TRIES


def test_pauses_grow_are_capped_differ_and_last_four_days():
    means = [sum(policies.pause(attempts) for _ in range(200)) / 200 for attempts in range(1, 12)]
    assert all(later > 1.5 * earlier for earlier, later in zip(means, means[1:7], strict=False))
    assert max(policies.pause(10_000) for _ in range(100)) <= 1.2 * policies.LONGEST_PAUSE
    assert len({policies.pause(3) for _ in range(20)}) > 1
    least = sum(0.8 * min(policies.LONGEST_PAUSE, 30 * 2**tries) for tries in range(MOST_TRIES - 1))
    most = least / 0.8
    assert most > 4 * 86400


def test_an_answer_becomes_one_short_printable_line():
    answer = b"not here\r\n\x00\x1b[31m " + "ż".encode() + b"\xff" + b"x" * 900
    reason = sort_failure(SMTPDataError(550, answer)).reason
    assert reason.startswith("The mail server answered: 550 not here [31m ż\ufffdxxx")
    assert reason.isprintable()
    assert len(reason) <= 500
