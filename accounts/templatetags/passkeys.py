"""Template tags for passkeys."""

from django import template
from django.conf import settings

register = template.Library()


@register.simple_tag
def passkey_site() -> str:
    """Return the host that passkeys are bound to (RP ID). Scripts show what needs passkeys on this host only."""
    return settings.OTP_WEBAUTHN_RP_ID


@register.simple_tag
def passkey_address() -> str:
    """Return the address where passkeys work."""
    return settings.OTP_WEBAUTHN_ALLOWED_ORIGINS[0]


@register.inclusion_tag("account/_passkey_control.html")
def passkey_control(kind: str, url: str, label: str, **options: object) -> dict:
    """Render a button that creates ("create") or uses ("get") a passkey.

    `url` takes the result. `next` is where to go then (default: the page's own field of this name), `autofill=True`
    also suggests passkeys in the page's username field, `primary=True` makes it the page's main button.
    """
    return {"kind": kind, "url": url, "label": label, **options}
