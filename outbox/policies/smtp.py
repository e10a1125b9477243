"""What an SMTP server's refusal is about: this email, or us.

Two things decide: the command that was refused, and the enhanced status code of the reply. Up to MAIL FROM, the server
knows nothing about the email but its sender and size, so it refuses us. After that, the code decides. Sources: RFC
5321, 4.2.2 and 4.2.3 (reply codes), RFC 3463, 3 (enhanced codes), RFC 4954, 6 (sign-in), and IANA's registry "SMTP
Enhanced Status Codes" (RFC 5248), with the codes of RFC 4468, 6531, 6710, 7293, 7372, 7504, 7505 and 8689.
"""

import re
import smtplib
from enum import Enum

from django.utils.translation import gettext as _

from outbox.policies.failure import Cause, Failure, clean_reason, without_addresses


class Phase(Enum):
    """The command that the server refused. CONNECT: the greeting, EHLO, STARTTLS or AUTH."""

    CONNECT = "connect"
    MAIL = "MAIL FROM"
    RCPT = "RCPT TO"
    DATA = "DATA"


class Meaning(Enum):
    """What a permanent (5yz) refusal means.

    FINAL: this mailbox or message will never do. WAIT: this mailbox may accept it later. US: not about this email.
    UNCLEAR: servers use the code for several of these; the text decides.
    """

    FINAL = "final"
    WAIT = "wait"
    US = "us"
    UNCLEAR = "unclear"


# "subject.detail" of RFC 3463, and "subject" for all details that aren't listed. Without the class (5).
ENHANCED = {
    "0": Meaning.UNCLEAR,
    "1": Meaning.FINAL,  # no such mailbox or host, bad syntax, moved; 1.10: the domain takes no email (RFC 7505)
    "1.0": Meaning.UNCLEAR,
    "1.7": Meaning.US,  # the sender's address: its syntax
    "1.8": Meaning.US,  # the sender's domain
    "2": Meaning.FINAL,  # 2.1: mailbox disabled; 2.3: message too long for it; 2.4: mailing list
    "2.0": Meaning.UNCLEAR,
    "2.2": Meaning.WAIT,  # mailbox full: "a persistent transient failure", whatever the class says
    "3": Meaning.US,  # the mail system: full, not accepting, badly configured
    "3.0": Meaning.UNCLEAR,
    "3.4": Meaning.FINAL,  # message too big
    "4": Meaning.US,  # network and routing. 4.5: congestion, which Gmail uses for our sending limit
    "4.0": Meaning.UNCLEAR,
    "4.1": Meaning.UNCLEAR,  # no answer from the host; Exchange Online: no such recipient
    "4.4": Meaning.FINAL,  # unable to route to the recipient's domain
    "4.6": Meaning.FINAL,  # the recipient's domain is a routing loop
    "5": Meaning.US,  # the protocol
    "5.0": Meaning.UNCLEAR,  # Outlook.com: mailbox unavailable
    "6": Meaning.FINAL,  # the content: media type, conversion, non-ASCII addresses
    "7": Meaning.US,  # security and policy: relaying, sign-in, SPF and DKIM (RFC 7372), blocklists
    "7.1": Meaning.UNCLEAR,
    "7.2": Meaning.FINAL,  # we may not send to this mailing list
    "7.17": Meaning.FINAL,  # the mailbox has a new owner (RFC 7293)
    "7.18": Meaning.FINAL,  # the domain has a new owner
}
# Replies without an enhanced code, to RCPT TO and DATA. Others of 5yz are about the protocol or our sign-in: us.
BASIC = {
    (Phase.RCPT, 501): Meaning.FINAL,  # syntax of the address
    (Phase.RCPT, 550): Meaning.UNCLEAR,  # mailbox unavailable, or a policy
    (Phase.RCPT, 551): Meaning.UNCLEAR,  # not a local user, or relaying denied
    (Phase.RCPT, 552): Meaning.WAIT,  # mailbox full
    (Phase.RCPT, 553): Meaning.UNCLEAR,  # mailbox name not allowed, or relaying denied
    (Phase.RCPT, 554): Meaning.UNCLEAR,
    (Phase.RCPT, 556): Meaning.FINAL,  # the domain accepts no email (RFC 7504)
    (Phase.DATA, 550): Meaning.UNCLEAR,
    (Phase.DATA, 552): Meaning.FINAL,  # too much data
    (Phase.DATA, 554): Meaning.UNCLEAR,
}
# Codes that RFC 5321 gives to the mailbox: what an unclear reply to RCPT TO means if its text tells nothing.
UNCLEAR_IS_FINAL = {550, 551, 553}

# Codes about the sender or our sign-in: the next email would get the same reply, at whatever command.
AFFECTS_ALL = {"1.7", "1.8", "7.8", "7.9", "7.10", "7.11", "7.12", "7.27"}
REJECTS_US = re.compile(r"(sender address|client host|helo command) rejected|sender verify failed", re.I)
SIGN_IN_CODES = {523, 524, 525, 530, 534, 535, 538}

ENHANCED_CODE = re.compile(r"(?:^|#|\()([245])\.(\d{1,3})\.(\d{1,3})(?![.\d])", re.MULTILINE)
SENDER = re.compile(
    r"\b(sender|client host|helo|ehlo|return.path|mail from|from address|your (?:ip|host|server|account|domain))\b",
    re.I,
)
LIMIT = re.compile(r"\b(daily|hourly|sending|outgoing|rate)\b.*\b(quota|limit)", re.I)
FULL = re.compile(r"\b(mailbox|inbox|user|storage)\b.*\bfull\b|over ?quota|quota exceeded|exceeded.*\bquota", re.I)
MAILBOX = r"(?:user|recipient|mailbox|address|account|person)"
BAD = r"(?:unknown|no such|not found|invalid|n.t exist|not exist|nonexistent|unavailable|disabled|inactive|rejected)"
NO_MAILBOX = re.compile(rf"\b{MAILBOX}\b.{{0,40}}{BAD}\b|\b{BAD}.{{0,12}}\b{MAILBOX}\b", re.I)
POLICY = re.compile(
    r"\brelay|authenticat|\b(black|block|deny) ?list|spamhaus|\b(spf|dkim|dmarc|spam|policy)\b|reputation"
    r"|\bdenied\b|not (?:permitted|allowed)|rcpthosts|too many",
    re.I,
)
TOO_BIG = re.compile(r"\b(size|large|big|long)\b", re.I)


def enhanced_code(reply: str) -> tuple[str, str] | None:
    """Return class and "subject.detail" of a reply's enhanced status code: ("5", "1.1"). qmail writes it at the end."""
    match = ENHANCED_CODE.search(reply)
    return (match[1], f"{int(match[2])}.{int(match[3])}") if match else None


def _meaning_of_text(text: str, otherwise: Meaning) -> Meaning:
    text = without_addresses(text)
    if SENDER.search(text) or LIMIT.search(text):
        return Meaning.US
    if FULL.search(text):
        return Meaning.WAIT
    if NO_MAILBOX.search(text):
        return Meaning.FINAL
    return Meaning.US if POLICY.search(text) else otherwise


def refusal_meaning(phase: Phase, code: int, reply: str) -> Meaning:
    """Return what a 5yz reply to this command means."""
    enhanced = enhanced_code(reply)
    if phase is Phase.CONNECT or code in SIGN_IN_CODES:
        return Meaning.US
    if phase is Phase.MAIL:  # the size is all that the server knows about the email (RFC 1870)
        too_big = enhanced[1] in ("3.4", "2.3") if enhanced else code == 552 and TOO_BIG.search(reply)
        return Meaning.FINAL if too_big else Meaning.US
    if enhanced:
        meaning = ENHANCED.get(enhanced[1]) or ENHANCED.get(enhanced[1].split(".")[0], Meaning.US)
        if enhanced[0] == "4" and meaning is Meaning.FINAL:  # class and code disagree
            return Meaning.WAIT
    else:
        meaning = BASIC.get((phase, code), Meaning.US)
    if meaning is not Meaning.UNCLEAR:
        return meaning
    final = phase is Phase.RCPT and code in UNCLEAR_IS_FINAL and (not enhanced or enhanced[1] in ("0.0", "1.0", "2.0"))
    return _meaning_of_text(reply, Meaning.FINAL if final else Meaning.US)


def _temporary(phase: Phase, code: int, reply: str) -> tuple[Cause, bool]:
    """Return what a 4yz reply is about, and whether it affects every email."""
    if phase in (Phase.CONNECT, Phase.MAIL):
        return Cause.SERVER, True
    enhanced = enhanced_code(reply)
    # RFC 3463: mail system, network, protocol and policy. 421: the server closes the connection.
    of_server = enhanced[1][0] in "3457" if enhanced else code in (451, 454, 455)
    return (Cause.SERVER if of_server or code == 421 else Cause.EMAIL), False


def reply_failure(phase: Phase, code: int, reply: bytes | str) -> Failure:
    """Return what this reply to this command means for the email."""
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    reason = clean_reason(_("Mail server replied: %(reply)s") % {"reply": f"{code} {clean_reason(text)}"})
    if not 500 <= code < 600:
        # Neither a refusal nor an acceptance (smtplib's -1, or 2yz and 3yz out of place): the server is broken.
        cause, affects_all = _temporary(phase, code, text) if 400 <= code < 500 else (Cause.SERVER, False)
        return Failure(False, reason, cause=cause, affects_all=affects_all)
    meaning = refusal_meaning(phase, code, text)
    if meaning is not Meaning.US:
        return Failure(meaning is Meaning.FINAL, reason)
    enhanced = enhanced_code(text)
    affects_all = phase in (Phase.CONNECT, Phase.MAIL) or code in SIGN_IN_CODES
    affects_all = affects_all or bool(enhanced and enhanced[1] in AFFECTS_ALL) or bool(REJECTS_US.search(text))
    return Failure(False, reason, cause=Cause.US, affects_all=affects_all)


def smtp_failure(error: smtplib.SMTPException, *, connecting: bool) -> Failure | None:
    """Return what smtplib's error means, or None if the server didn't reply."""
    match error:
        case smtplib.SMTPRecipientsRefused(recipients=refused) if refused:
            # An email has one recipient. If there were more, one that is worth a retry would keep the email queued.
            return reply_failure(Phase.RCPT, *min(refused.values(), key=lambda reply: reply[0]))
        case smtplib.SMTPSenderRefused():
            return reply_failure(Phase.MAIL, error.smtp_code, error.smtp_error)
        case smtplib.SMTPDataError():
            return reply_failure(Phase.DATA, error.smtp_code, error.smtp_error)
        case smtplib.SMTPAuthenticationError() | smtplib.SMTPConnectError() | smtplib.SMTPHeloError():
            return reply_failure(Phase.CONNECT, error.smtp_code, error.smtp_error)
        case smtplib.SMTPResponseException() if connecting:
            return reply_failure(Phase.CONNECT, error.smtp_code, error.smtp_error)
        case smtplib.SMTPResponseException():  # smtplib can't read the reply: "500 Line too long."
            return Failure(
                False, reply_failure(Phase.DATA, error.smtp_code, error.smtp_error).reason, cause=Cause.SERVER
            )
        case smtplib.SMTPNotSupportedError() if not connecting:  # this message needs an extension
            return Failure(True, clean_reason(error))
    return None
