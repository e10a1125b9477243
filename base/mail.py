"""Making a mail: one look for all, pictures inside it, plain text that was written and not stripped (M-6)."""

import re
import textwrap
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import formataddr, parseaddr
from functools import lru_cache
from typing import Any

from anymail.message import AnymailMessage, attach_inline_image
from css_inline import CSSInliner
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import formats
from django.utils.translation import gettext as _

from base.text import BIDI, INVISIBLE

WIDTH = 72
HEADER_LIMIT = 180
# What a line of plain text may begin with, kept at the start of the lines that it is wrapped into.
LEAD = re.compile(r"(> ?|- |)")


@lru_cache(maxsize=1)
def _inliner() -> CSSInliner:
    # Media queries stay in a <style>, everything else moves into the elements: many clients drop <style>.
    return CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


def header_line(value: object, limit: int = HEADER_LIMIT) -> str:
    """One clean line for a header: no line breaks or control characters, nothing that turns text around."""
    line = "".join(" " if unicodedata.category(char)[0] in "CZ" else char for char in str(value) if char not in BIDI)
    line = " ".join(line.split()).strip(INVISIBLE)
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def sender(name: str) -> tuple[str, str]:
    """Who a mail is from: the organization's name by way of the platform's, and the platform's own address."""
    words = _("%(organization)s via %(platform)s") % {"organization": name, "platform": settings.PLATFORM_NAME}
    shown = header_line(words, 100) if name else settings.PLATFORM_NAME
    return shown, parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def in_utc(moment: datetime) -> str:
    """A moment as words with its time zone, which a reader anywhere can use: "December 16, 2026, 14:05 UTC"."""
    # Translators: a date format of Django, see "date" in its list of template filters.
    return formats.date_format(moment.astimezone(UTC), _("F j, Y, H:i")) + " UTC"


def _wrap_line(line: str) -> list[str]:
    lead = LEAD.match(line).group()  # type: ignore[union-attr]
    after = lead if lead.startswith(">") else " " * len(lead)
    wrapped = textwrap.wrap(
        line[len(lead) :],
        WIDTH,
        initial_indent=lead,
        subsequent_indent=after,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return wrapped or [lead.rstrip()]


def wrap(text: str) -> str:
    """Plain text at most WIDTH wide; links stay whole, "> " and "- " lines keep their shape."""
    lines = [part for line in text.strip().splitlines() for part in _wrap_line(line.rstrip())]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)) + "\n"


def quoted(text: str) -> str:
    """Somebody's own words, each line after "> ": whatever they write, it cannot pass for the mail's own text."""
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())


def html_of(template: str, context: Mapping[str, Any]) -> str:
    """The HTML part with its styles inlined."""
    return _inliner().inline(render_to_string(template, {"platform_name": settings.PLATFORM_NAME, **context}))


def text_of(template: str, context: Mapping[str, Any]) -> str:
    """The plain part, wrapped."""
    return wrap(render_to_string(template, {"platform_name": settings.PLATFORM_NAME, **context}))


def compose(
    *, to: str, subject: str, template: str, context: Mapping[str, Any], from_name: str = "", logo: bytes, tag: str
) -> AnymailMessage:
    """A message to one recipient from mail/`template`.html and .txt; both get `context`, the HTML `logo_src` too.

    `logo` is a PNG, sent along as an inline part and never fetched. The outbox adds Message-ID and Date.
    """
    subject = header_line(subject)
    message = AnymailMessage(
        subject=subject, to=[to], from_email=formataddr(sender(from_name)), tags=[tag], metadata={}
    )
    # The picture belongs to the HTML (RFC 2387); "mixed" would list it among the attachments.
    message.mixed_subtype = "related"
    message.extra_headers["Auto-Submitted"] = "auto-generated"
    cid = attach_inline_image(message, logo, filename="logo.png", subtype="png", idstring="logo")
    context = {"subject": subject, "recipient": to, **context}
    message.body = text_of(f"mail/{template}.txt", context)
    message.attach_alternative(html_of(f"mail/{template}.html", {**context, "logo_src": f"cid:{cid}"}), "text/html")
    return message
