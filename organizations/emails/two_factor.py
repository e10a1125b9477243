"""Emails about two-factor authentication: reminders to members, and notices of resets to Admins."""

from anymail.message import AnymailMessage
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from base.mail import compose_email, format_time
from organizations.brands import brand_of
from organizations.emails.recipients import active_member, admin_and_entry
from organizations.models import Membership, Organization
from organizations.policies import two_factor_applies
from outbox.models import OutgoingEmail


def render_two_factor_reminder(row: OutgoingEmail) -> AnymailMessage | None:
    """Return the email that asks a member to set up a second factor (S-11), or None if they have one now."""
    member = active_member(row)
    if member is None or member.two_factor:
        return None
    organization = member.organization
    subject = _("Set up two-factor authentication for %(organization)s")
    return compose_email(
        to=member.user.email,  # type: ignore[union-attr]
        subject=subject % {"organization": organization.name},
        template="two_factor_reminder",
        context={
            "organization": organization.name,
            **_deadline(member, organization),
            "url": settings.BASE_URL + reverse("two_factor_setup"),
        },
        brand=brand_of(organization),
        tag="two_factor_reminder",
    )


def _deadline(member: Membership, organization: Organization) -> dict[str, object]:
    """Return whether the organization requires a second factor of this member, and from when if that is to come."""
    start, applies = organization.two_factor_required_from, two_factor_applies(member)
    is_ahead = applies and start is not None and start > timezone.now()
    date = format_time(start, member.user.time_zone) if is_ahead and start else ""  # type: ignore[union-attr]
    return {"is_required": applies and not is_ahead, "date": date}


def render_two_factor_reset(row: OutgoingEmail) -> AnymailMessage | None:
    """Return the email that tells an Admin whose second factors were reset, and by whom (U-9).

    `row.subject_id` is the Admin, and the key contains the id of the audit entry. None if they are no longer an Admin.
    """
    found = admin_and_entry(row)
    if found is None:
        return None
    admin, entry = found
    organization, slug = admin.organization, admin.organization.slug
    subject = _("Two-factor authentication was reset for %(name)s")
    return compose_email(
        to=admin.user.email,  # type: ignore[union-attr]
        subject=subject % {"name": entry.target_label},
        template="two_factor_reset_admin",
        context={
            "organization": organization.name,
            "actor": entry.actor_label,
            "name": entry.target_label,
            "at": format_time(entry.at, admin.user.time_zone),  # type: ignore[union-attr]
            "url": settings.BASE_URL + reverse("user_profile", args=[slug, entry.target_id]),
        },
        brand=brand_of(organization),
        tag="two_factor_reset_admin",
    )
