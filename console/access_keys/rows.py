"""Rows of the lists of access keys."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from base.times import RelativeTime, days_until
from console.access_keys.places import Place
from organizations.models import AccessKey, AccessKeySecret, Membership
from organizations.policies.access_keys import can_rename_key, can_revoke_key, can_rotate_key, owns_key
from organizations.scopes import describe_scopes
from organizations.services.access_key_notices import EXPIRES_SOON

# A key that is unused for this long should be revoked.
UNUSED_AFTER = timedelta(days=90)
LABELS = {
    "rotation": (gettext_lazy("Rotate"), "refresh"),
    "old_secret": (gettext_lazy("Revoke old secret"), "clock"),
    "name": (gettext_lazy("Rename"), "pencil"),
    "revocation": (gettext_lazy("Revoke"), "trash"),
}


@dataclass
class KeyRow:
    """A row: the key, its live secrets (newest first), texts, and the entries of its menu."""

    key: AccessKey
    scopes: str
    last_used: str
    expires: str
    expires_tone: str
    secret: AccessKeySecret | None = None
    old_secret: AccessKeySecret | None = None
    old_ends: str = ""
    menu: list[dict[str, Any]] = field(default_factory=list)
    is_own: bool = False

    @property
    def menu_id(self) -> str:
        return f"menu-{self.key.pk}"


def rows_of(actor: Membership, keys: Iterable[AccessKey], place: Place) -> list[KeyRow]:
    """Return the rows of these keys, which with_secrets() has loaded."""
    times = RelativeTime(timezone.now())
    return [_row(actor, key, place, times) for key in keys]


def _row(actor: Membership, key: AccessKey, place: Place, times: RelativeTime) -> KeyRow:
    expires, tone = _expiry(key.expires_at, times)
    secrets = key.live_secrets  # type: ignore[attr-defined]
    old = secrets[1] if len(secrets) > 1 else None
    return KeyRow(
        key=key,
        scopes=describe_scopes(key.scopes),
        last_used=_last_use(key.last_used_at, times),
        expires=expires,
        expires_tone=tone,
        secret=secrets[0] if secrets else None,
        old_secret=old,
        old_ends=times.date(old.expires_at).html if old and old.expires_at else "",  # type: ignore[union-attr]
        menu=_menu(actor, key, place, has_old=old is not None),
        is_own=owns_key(actor, key),
    )


def _last_use(last_used_at: datetime | None, times: RelativeTime) -> str:
    if last_used_at is None:
        return _("Never")
    unused = times.now - last_used_at
    if unused >= UNUSED_AFTER:
        text = ngettext("Unused for %(days)s day", "Unused for %(days)s days", unused.days) % {"days": unused.days}
        return format_html('<span title="{}">{}</span>', times.exact(last_used_at), text)
    moment = times.ago(last_used_at)
    return moment.html if moment else ""


def _expiry(expires_at: datetime | None, times: RelativeTime) -> tuple[str, str]:
    """Return the text and its tone."""
    if expires_at is None:
        return _("Never"), "warning"
    day = times.date(expires_at)
    html = day.html if day else ""
    if expires_at <= times.now:
        return format_html(_("Expired {}"), html), "danger"
    if expires_at - times.now > EXPIRES_SOON:
        return html, ""
    days = days_until(expires_at, times.now)
    soon = ngettext("{}, in %(days)s day", "{}, in %(days)s days", days) % {"days": days}
    return format_html(soon, html), "warning"


def _menu(actor: Membership, key: AccessKey, place: Place, *, has_old: bool) -> list[dict[str, Any]]:
    """Return the entries for templates/ui/menu.html. Actions that don't apply are left out."""
    revoke = can_revoke_key(actor, key)
    decisions = {
        "rotation": can_rotate_key(actor, key),
        "old_secret": has_old and revoke,
        "name": can_rename_key(actor, key),
        "revocation": revoke,
    }
    entries = []
    for action in place.actions:
        decision = decisions[action]
        if not decision and (decision is False or not decision.applies):
            continue
        label, icon = LABELS[action]
        entry: dict[str, Any] = {"label": label, "icon": icon, "why": "" if decision else decision.reason}
        entry |= {"url": place.action_url(actor.organization.slug, action, key), "dialog": True}
        entries.append(entry | ({"danger": True, "divider": True} if action == "revocation" else {}))
    return entries
