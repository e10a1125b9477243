"""Build emails: one layout for all, an inline logo, and a plain-text part from its own template (M-6)."""

import re
import textwrap
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from email.message import Message
from email.utils import formataddr, parseaddr
from functools import lru_cache
from typing import Any

from anymail.message import AnymailMessage
from css_inline import CSSInliner
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import formats
from django.utils.translation import gettext as _

from base.brands import Brand, platform_brand
from base.text import BIDI, INVISIBLE
from base.zones import zone_label, zone_named

LINE_WIDTH = 72
MAX_HEADER_LENGTH = 180
# Providers of django-anymail whose API takes no inline images. Their emails show a name in place of the logo.
WITHOUT_INLINE_IMAGES = ("brevo", "sendinblue", "postal", "scaleway")
# Marks at the start of a line of plain text, which its continuation lines keep as a prefix or as indentation.
LINE_PREFIX = re.compile(r"(> ?|- |)")


class LogoEmail(AnymailMessage):
    """An email whose only attachment, if any, is the inline logo of its HTML part."""

    def message(self, **options: Any) -> Message:
        """Return the MIME message with the logo in multipart/related (RFC 2387) instead of multipart/mixed.

        Email clients list the parts of a multipart/mixed message as attachments. Django has no documented option for
        the type (Django 6.1 rejects `mixed_subtype`), so it is set on the result of this documented method. Providers'
        APIs don't use this method: they see the logo's Content-Disposition "inline" and its Content-ID.
        """
        message = super().message(**options)
        if not self.attachments:
            return message
        # `type` is the type of the first part (RFC 2387, 3.1). The boundary is only set when the message is serialized.
        message.replace_header("Content-Type", 'multipart/related; type="multipart/alternative"')
        return message


@lru_cache(maxsize=1)
def _inliner() -> CSSInliner:
    # Many email clients drop <style>: all rules become style attributes, except media queries, which can't.
    return CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


def clean_header(value: object, limit: int = MAX_HEADER_LENGTH) -> str:
    """Return `value` as one line for a header, without line breaks, control characters and bidi overrides."""
    line = "".join(" " if unicodedata.category(char)[0] in "CZ" else char for char in str(value) if char not in BIDI)
    line = " ".join(line.split()).strip(INVISIBLE)
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def sender(brand: Brand) -> tuple[str, str]:
    """Return the sender's name and the platform's email address, which is the same in every brand."""
    return clean_header(brand.sender_name, 100), parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def format_utc(moment: datetime) -> str:
    """Return the date and time in UTC with the zone: "December 16, 2026, 14:05 UTC"."""
    return _format_time(moment.astimezone(UTC))


def format_time(moment: datetime, zone_name: str) -> str:
    """Return the date and time in the recipient's time zone (User.time_zone), in UTC if that is blank."""
    return _format_time(moment.astimezone(zone_named(zone_name) or UTC))


def _format_time(local: datetime) -> str:
    # Translators: a Django date format, see the "date" template filter.
    return formats.date_format(local, _("F j, Y, H:i")) + f" {zone_label(local)}"


def _wrap_line(line: str) -> list[str]:
    prefix = LINE_PREFIX.match(line).group()  # type: ignore[union-attr]
    continuation = prefix if prefix.startswith(">") else " " * len(prefix)
    wrapped = textwrap.wrap(
        line[len(prefix) :],
        LINE_WIDTH,
        initial_indent=prefix,
        subsequent_indent=continuation,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return wrapped or [prefix.rstrip()]


def wrap_text(text: str) -> str:
    """Wrap plain text at LINE_WIDTH characters. Links are not broken; "> " and "- " lines keep their shape."""
    lines = [part for line in text.strip().splitlines() for part in _wrap_line(line.rstrip())]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)) + "\n"


def quote_text(text: str) -> str:
    """Prefix every line with "> ", so that text written by a person can't pass for text of the email itself."""
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())


def render_html(template: str, context: Mapping[str, Any], brand: Brand | None = None) -> str:
    """Return the HTML part in the brand, by default the platform's, with its styles inlined."""
    brand = brand or platform_brand()
    values = {"platform_name": brand.platform_name, "colors": brand.light, "dark_colors": brand.dark}
    return _inliner().inline(render_to_string(template, {**values, **context}))


def render_text(template: str, context: Mapping[str, Any], brand: Brand | None = None) -> str:
    """Return the plain-text part, wrapped."""
    platform_name = (brand or platform_brand()).platform_name
    return wrap_text(render_to_string(template, {"platform_name": platform_name, **context}))


def email_provider() -> str:
    """Return the provider's name in django-anymail, such as "postmark", or "" for SMTP."""
    package, _dot, rest = settings.EMAIL_BACKEND.partition(".backends.")
    return rest.partition(".")[0] if package == "anymail" else ""


def _attach_logo(message: LogoEmail, brand: Brand) -> str:
    """Attach the brand's logo and return its URL for the HTML part, "" if the provider takes no inline images."""
    if email_provider() in WITHOUT_INLINE_IMAGES:
        return ""
    return "cid:" + message.attach_inline_image(brand.logo_png, filename="logo.png", subtype="png", idstring="logo")


def compose_email(
    *,
    to: str,
    subject: str,
    template: str,
    context: Mapping[str, Any],
    brand: Brand | None = None,
    reply_to: str = "",
    tag: str,
) -> LogoEmail:
    """Return a message to one recipient, rendered from mail/`template`.html and .txt.

    Both templates get `context`, the HTML template also `logo_src`. `brand` is that of the organization that sends it,
    by default the platform's: its logo is an inline part, so that nothing is fetched. Answers go to `reply_to`, a
    header value, or else to the brand's reply address. The outbox adds Message-ID and Date.
    """
    brand = brand or platform_brand()
    subject = clean_header(subject)
    message = LogoEmail(subject=subject, to=[to], from_email=formataddr(sender(brand)), tags=[tag], metadata={})
    message.extra_headers["Auto-Submitted"] = "auto-generated"
    if reply_address := reply_to or brand.reply_to:
        message.reply_to = [reply_address]
    logo = {"logo_src": _attach_logo(message, brand), "logo_alt": brand.organization or brand.platform_name}
    context = {"subject": subject, "recipient": to, **logo, **context}
    message.body = render_text(f"mail/{template}.txt", context, brand)
    html = render_html(f"mail/{template}.html", context, brand)
    message.attach_alternative(html, "text/html")
    return message
