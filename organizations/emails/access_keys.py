"""Emails about new organization keys, and about keys that expire soon (A-6)."""

from datetime import UTC
from typing import Any

from anymail.message import AnymailMessage
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from base.ids import parse_uuid
from base.mail import compose_email, format_time
from base.times import days_until
from base.zones import zone_named
from organizations.brands import brand_of
from organizations.emails.recipients import active_member
from organizations.models import AccessKey, Membership
from organizations.policies.access_keys import can_manage_keys, owns_key
from organizations.queries.key_lists import key_in
from organizations.scopes import describe_scopes
from outbox.models import OutgoingEmail


def _member_and_key(row: OutgoingEmail) -> tuple[Membership, AccessKey] | None:
    """Return the recipient and the access key. The row's key has its id.

    None if either no longer exists, or the member no longer owns or manages the key.
    """
    member, key_id = active_member(row), parse_uuid(row.key.split(":")[1])
    key = key_in(member.organization, key_id) if member and key_id else None
    if member is None or key is None:
        return None
    concerned = owns_key(member, key) if key.membership_id else bool(can_manage_keys(member))
    return (member, key) if concerned else None


def render_access_key_created(row: OutgoingEmail) -> AnymailMessage | None:
    """Return the email about a new organization key, for a member who manages access keys."""
    found = _member_and_key(row)
    if found is None:
        return None
    member, key = found
    subject = _("%(name)s created an access key for %(organization)s")
    subject = subject % {"name": key.created_by, "organization": member.organization.name}
    context = {"by": key.created_by, "at": format_time(key.created_at, _zone_name(member))}
    return _compose(member, key, subject, "access_key_created", context)


def render_access_key_expiring(row: OutgoingEmail) -> AnymailMessage | None:
    """Return the email about a key that expires soon, or None if it has already expired."""
    found = _member_and_key(row)
    if found is None:
        return None
    member, key = found
    now = timezone.now()
    if key.expires_at is None or key.expires_at <= now:
        return None
    days = days_until(key.expires_at, now, zone_named(_zone_name(member)) or UTC)
    subject = ngettext(
        "The access key %(key)s expires in %(days)s day", "The access key %(key)s expires in %(days)s days", days
    )
    return _compose(member, key, subject % {"key": key.name, "days": days}, "access_key_expiring", {"days": days})


def _zone_name(member: Membership) -> str:
    return member.user.time_zone if member.user else ""


def _compose(
    member: Membership, key: AccessKey, subject: str, template: str, context: dict[str, Any]
) -> AnymailMessage:
    organization, zone = member.organization, _zone_name(member)
    page = "access_keys" if key.membership_id is None else "personal_keys"
    return compose_email(
        to=member.user.email,  # type: ignore[union-attr]
        subject=subject,
        template=template,
        context={
            "organization": organization.name,
            "key": key.name,
            "is_personal": key.membership_id is not None,
            "scopes": describe_scopes(key.scopes),
            "expires_at": format_time(key.expires_at, zone) if key.expires_at else "",
            "last_used_at": format_time(key.last_used_at, zone) if key.last_used_at else "",
            "url": settings.BASE_URL + reverse(page, args=[organization.slug]),
            **context,
        },
        brand=brand_of(organization),
        tag=template,
    )
