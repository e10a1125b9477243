"""What SMTP replies mean: for this email only, or for us. Replies as well-known servers write them."""

import smtplib
import ssl
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPSenderRefused

import pytest

from outbox.policies import Cause, classify_failure
from outbox.policies.smtp import ENHANCED, Meaning, enhanced_code

FINAL, WAIT, US, US_ALL, SERVER, SERVER_ALL = "final", "wait", "us", "us, all", "server", "server, all"
# The codes of IANA's registry "SMTP Enhanced Status Codes" that a refusal can have.
REGISTRY = {
    "0": [0], "1": [0, 1, 2, 3, 4, 6, 7, 8, 10], "2": [0, 1, 2, 3, 4], "3": [0, 1, 2, 3, 4, 5], "4": range(8),
    "5": range(7), "6": range(11), "7": range(31),
}  # fmt: skip


def outcome(failure) -> str:
    if failure.permanent:
        return FINAL
    if failure.cause is Cause.EMAIL:
        return WAIT
    return failure.cause.value + (", all" if failure.affects_all else "")


def meaning(phase: str, reply: str, *, connecting: bool = False) -> str:
    code, text = int(reply[:3]), reply[4:].replace("\n" + reply[:3] + "-", "\n").replace("\n" + reply[:3] + " ", "\n")
    error = {
        "CONNECT": lambda: smtplib.SMTPConnectError(code, text.encode()),
        "EHLO": lambda: smtplib.SMTPHeloError(code, text.encode()),
        "AUTH": lambda: smtplib.SMTPAuthenticationError(code, text.encode()),
        "STARTTLS": lambda: smtplib.SMTPResponseException(code, text.encode()),
        "MAIL": lambda: SMTPSenderRefused(code, text.encode(), "us@team.example"),
        "RCPT": lambda: SMTPRecipientsRefused({"them@acme.example": (code, text.encode())}),
        "DATA": lambda: SMTPDataError(code, text.encode()),
    }[phase]()
    return outcome(classify_failure(error, connecting=connecting or phase == "STARTTLS"))


@pytest.mark.parametrize(
    ("phase", "reply", "expected"),
    [
        # Before RCPT TO, the server refuses us, whatever it says.
        ("CONNECT", "554 5.7.1 Client host blocked using a blocklist", US_ALL),
        ("CONNECT", "421 4.3.2 Too many connections", SERVER_ALL),
        ("CONNECT", "521 5.3.2 No mail here", US_ALL),
        ("EHLO", "550 who are you", US_ALL),
        ("STARTTLS", "454 4.7.0 TLS not available", SERVER_ALL),
        ("AUTH", "535 5.7.8 Authentication credentials invalid", US_ALL),
        ("AUTH", "454 4.7.0 Temporary authentication failure", SERVER_ALL),
        ("MAIL", "553 5.7.1 Sender address rejected: not owned by user us", US_ALL),
        ("MAIL", "550 5.1.0 Sender denied", US_ALL),
        ("MAIL", "550 5.1.1 Unknown mailbox", US_ALL),
        ("MAIL", "553 5.1.8 Domain of sender address does not exist", US_ALL),
        ("MAIL", "530 5.7.0 Must issue a STARTTLS command first", US_ALL),
        ("MAIL", "550 5.4.5 Daily user sending limit exceeded", US_ALL),
        ("MAIL", "451 4.3.0 Temporary lookup failure", SERVER_ALL),
        ("MAIL", "452 4.3.1 Insufficient system storage", SERVER_ALL),
        ("MAIL", "552 5.3.4 Message size exceeds fixed limit", FINAL),
        ("MAIL", "552 message too large", FINAL),
        ("MAIL", "552 sending quota reached", US_ALL),
        # This mailbox.
        ("RCPT", "550 5.1.1 The email account that you tried to reach does not exist", FINAL),
        ("RCPT", "550-5.1.1 The email account\n550 5.1.1 does not exist", FINAL),
        ("RCPT", "550 5.1.1 <x@a.example>: Recipient address rejected: User unknown in relay recipient table", FINAL),
        ("RCPT", "550 5.1.2 Bad destination system", FINAL),
        ("RCPT", "553 5.1.3 Bad syntax", FINAL),
        ("RCPT", "551 5.1.6 Mailbox has moved", FINAL),
        ("RCPT", "556 5.1.10 Recipient address has null MX", FINAL),
        ("RCPT", "550 5.2.1 The account is disabled", FINAL),
        ("RCPT", "550 5.0.0 <x@acme.example>... User unknown", FINAL),
        ("RCPT", "550 5.5.0 Requested action not taken: mailbox unavailable", FINAL),
        ("RCPT", "550 5.4.1 Recipient address rejected: Access denied. AS(201806281)", FINAL),
        ("RCPT", "550 5.4.4 Unable to route: domain not found", FINAL),
        ("RCPT", "550 5.7.2 Mailing list expansion prohibited", FINAL),
        ("RCPT", "550 no such user", FINAL),
        ("RCPT", "550 nope", FINAL),
        ("RCPT", "501 bad address syntax", FINAL),
        ("RCPT", "551 User not local", FINAL),
        ("RCPT", "553 mailbox name not allowed", US),  # also what qmail says when it doesn't relay: wait
        ("RCPT", "550 <relay.spam.policy@acme.example>: no", FINAL),
        # This mailbox, later.
        ("RCPT", "552 5.2.2 Mailbox full", WAIT),
        ("RCPT", "452 4.2.2 Over quota", WAIT),
        ("RCPT", "552 storage exceeded", WAIT),
        ("RCPT", "550 4.2.1 suspended for now", WAIT),
        ("RCPT", "450 mailbox busy", WAIT),
        # This message.
        ("DATA", "552 5.3.4 Message too big for system", FINAL),
        ("DATA", "552 too much mail data", FINAL),
        ("DATA", "554 5.6.0 Message content rejected", FINAL),
        ("DATA", "554 5.6.7 Non-ASCII addresses not permitted", FINAL),
        ("DATA", "550 5.2.1 Mailbox disabled", FINAL),
        # Us, after RCPT TO.
        ("RCPT", "554 5.7.1 <x@acme.example>: Relay access denied", US),
        ("RCPT", "550 relay not permitted", US),
        ("RCPT", "551 we do not relay", US),
        ("RCPT", "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", US),
        ("RCPT", "550 5.7.54 Unable to relay recipient in non-accepted domain", US),
        ("RCPT", "550 5.7.25 Client has no reverse DNS", US),
        ("RCPT", "554 transaction failed", US),
        ("RCPT", "503 5.5.1 Bad sequence of commands", US),
        ("RCPT", "550 5.4.5 Quota exceeded", US),
        ("RCPT", "550 5.1.8 <us@team.example>: Sender address rejected: Domain not found", US_ALL),
        ("RCPT", "554 5.7.1 <192.0.2.1>: Client host rejected: Access denied", US_ALL),
        ("RCPT", "530 5.7.0 Authentication required", US_ALL),
        ("RCPT", "450 4.7.1 Rate limit", SERVER),
        ("RCPT", "421 closing", SERVER),
        ("RCPT", "451 local error", SERVER),
        ("DATA", "554 5.7.1 Message rejected as spam", US),
        ("DATA", "550 5.7.26 SPF and DKIM did not pass", US),
        ("DATA", "550 5.4.5 Daily user sending limit exceeded", US),
        ("DATA", "554 transaction failed", US),
        ("DATA", "452 4.3.1 Insufficient system storage", SERVER),
    ],
)  # fmt: skip
def test_the_phase_and_the_enhanced_code_decide(phase, reply, expected):
    assert meaning(phase, reply) == expected


def test_every_registered_code_has_a_meaning():
    known = {f"{subject}.{detail}" for subject, details in REGISTRY.items() for detail in details}
    assert {code for code in ENHANCED if "." in code} <= known
    assert set(REGISTRY) == {code for code in ENHANCED if "." not in code}
    about_us = {code for code in known if meaning("RCPT", f"550 5.{code} text") in (US, US_ALL)}
    assert {"1.7", "1.8", "7.0", "7.8", "7.26", "3.2", "4.5", "5.1"} <= about_us
    assert not {"1.1", "1.2", "1.3", "1.4", "1.6", "1.10", "2.1", "2.2", "3.4", "6.0", "7.2", "7.17"} & about_us


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        ("5.1.1 no", ("5", "1.1")),
        ("first line\n5.7.1 second", ("5", "7.1")),
        ("sorry (#5.7.1)", ("5", "7.1")),
        ("5.1.1.2 is an address", None),
        ("blocked: 5.7.1.9", None),
        ("version 5.1.10 is old", None),
        ("5.1.1000 no", None),
    ],
)
def test_an_enhanced_code_is_found_where_servers_write_it(reply, code):
    assert enhanced_code(reply) == code


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ConnectionRefusedError(111, "refused"), SERVER_ALL),
        (TimeoutError("timed out"), SERVER_ALL),
        (smtplib.SMTPServerDisconnected("gone"), SERVER_ALL),
        (smtplib.SMTPNotSupportedError("STARTTLS extension not supported by server."), US_ALL),
        (ssl.SSLCertVerificationError("certificate has expired"), US_ALL),
        (smtplib.SMTPException("No suitable authentication method found."), US_ALL),
    ],
)
def test_without_a_connection_all_email_waits(error, expected):
    assert outcome(classify_failure(error, connecting=True)) == expected


def test_every_meaning_is_used():
    assert set(ENHANCED.values()) == set(Meaning)
