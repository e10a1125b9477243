"""How the key of an authenticator app is shown: as a QR code and as text."""

from urllib.parse import quote, urlencode

import segno
from django.utils.safestring import SafeString, mark_safe

from accounts.models.two_factor import DIGITS, STEP_SECONDS

# Modules of white around the QR code. The standard's four include the padding of the box around it.
QUIET_ZONE = 2


def otpauth_url(*, secret: str, issuer: str, account: str) -> str:
    """Return the URL in the QR code (Key URI Format). A colon separates issuer and account, so neither contains one."""
    issuer, account = (" ".join(name.replace(":", " ").split()) for name in (issuer, account))
    label = f"{quote(issuer, safe='')}:{quote(account, safe='')}"
    values = {"secret": secret, "issuer": issuer, "algorithm": "SHA1", "digits": DIGITS, "period": STEP_SECONDS}
    # Apps decode %20, but not all of them decode "+".
    return f"otpauth://totp/{label}?{urlencode(values, quote_via=quote)}"


def qr_svg(text: str) -> SafeString:
    """Return a QR code as <svg> without styles, scripts, ids and sizes. It's black on nothing in every theme."""
    code = segno.make(text, error="l", micro=False)
    svg = code.svg_inline(omitsize=True, svgclass=None, lineclass=None, border=QUIET_ZONE)
    return mark_safe(svg)  # segno's own output, in which the text is drawn, not written


def format_key(secret: str) -> str:
    """Return the key in groups of four, for typing."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
