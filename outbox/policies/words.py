"""What a mail server's or provider's reply says about a mailbox, in words for Admins."""

import re

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outbox.policies.failure import clean_reason, without_addresses
from outbox.policies.smtp import FULL, NO_MAILBOX, SENDER, enhanced_code

NO_SUCH_MAILBOX = gettext_lazy("Mailbox doesn’t exist")
MAILBOX_FULL = gettext_lazy("Mailbox is full")
REFUSED = gettext_lazy("Server rejected the email")
BLOCKED = gettext_lazy("Provider blocks the address")
UNREACHABLE = gettext_lazy("Mail server can’t be reached")
# "subject.detail" of RFC 3463. Servers use the codes that aren't listed for several reasons; the text may say more.
WORDS: dict[str, Promise] = {
    "1.1": NO_SUCH_MAILBOX,
    "1.2": gettext_lazy("Domain doesn’t exist"),
    "1.3": gettext_lazy("Address isn’t valid"),
    "1.6": gettext_lazy("Mailbox has moved"),
    "1.10": gettext_lazy("Domain doesn’t accept email"),
    "2.1": gettext_lazy("Mailbox is disabled"),
    "2.2": MAILBOX_FULL,
    "2.3": gettext_lazy("Email is too large"),
    "3.4": gettext_lazy("Email is too large"),
    "4.1": gettext_lazy("Server didn’t respond"),
    "4.4": gettext_lazy("Domain can’t be reached"),
    "4.6": gettext_lazy("Domain can’t be reached"),
    "4.7": gettext_lazy("Server didn’t respond"),
    "7.17": gettext_lazy("Mailbox has a new owner"),
    "7.18": gettext_lazy("Domain has a new owner"),
}
NO_DOMAIN = re.compile(
    r"\bdomain\b.{0,12}\b(not found|n.t exist|not exist|invalid|unknown)\b|\b(invalid|unknown|no such) domain\b", re.I
)
NO_MAIL_HOST = re.compile(r"\b(no|find|any) (mx|mail (host|server|exchanger))\b", re.I)
# What the text of a reply or of a provider's event is about, if its code doesn't tell. The first that matches.
TEXTS = [
    (re.compile(r"\bsuppress", re.I), BLOCKED),
    (FULL, MAILBOX_FULL),
    (NO_MAIL_HOST, WORDS["1.10"]),
    (NO_DOMAIN, WORDS["1.2"]),
    (NO_MAILBOX, NO_SUCH_MAILBOX),
]
CODE = re.compile(r"(?:^|[\s;:(\[])[245]\d\d(?=[\s\-:;,.)\]]|$)")


def _prefixes() -> list[str]:
    """Return what the policies put before a reply."""
    return [_("Mail server replied: %(reply)s") % {"reply": ""}, _("Email provider replied: %(reply)s") % {"reply": ""}]


def reply_in(reason: str) -> str:
    """Return the reply in a failure's reason as the server gave it: "550 5.1.1 User unknown"."""
    for prefix in _prefixes():
        if reason.startswith(prefix):
            return reason.removeprefix(prefix)
    return reason


def in_words(reply: str) -> str:
    """Return what a reply means in a few words, or "" for a text that isn't a server's reply."""
    if reply.startswith(_("Can’t reach the mail server: %(error)s") % {"error": ""}):
        return str(UNREACHABLE)
    text = clean_reason(reply)
    code = enhanced_code(re.sub(r"[\s;:\[]+", "\n", text))  # the code may be anywhere in a provider's text
    if code and (words := WORDS.get(code[1])):
        return str(words)
    text = re.sub(r"_|(?<=[a-z])(?=[A-Z])", " ", without_addresses(text))  # err_user_unknown, OnAccountSuppressionList
    found = next((words for pattern, words in TEXTS if pattern.search(text)), None)
    if found and (found is BLOCKED or not SENDER.search(text)):  # otherwise the text is about us, not the recipient
        return str(found)
    return str(REFUSED) if code or CODE.search(text) else ""
