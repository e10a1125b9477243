"""The email that tells Admins about a sign-in without single sign-on (O-4)."""

from anymail.message import AnymailMessage
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from base.mail import compose_email, format_time
from organizations.brands import brand_of
from organizations.emails.recipients import admin_and_entry
from outbox.models import OutgoingEmail


def render_break_glass_used(row: OutgoingEmail) -> AnymailMessage | None:
    """Return the email that tells an Admin who signed in as a break-glass Admin, when and from where.

    `row.subject_id` is the Admin, and the key contains the id of the audit entry. None if they are no longer an Admin.
    """
    found = admin_and_entry(row)
    if found is None:
        return None
    admin, entry = found
    organization, slug = admin.organization, admin.organization.slug
    subject = _("%(name)s signed in to %(organization)s without single sign-on")
    return compose_email(
        to=admin.user.email,  # type: ignore[union-attr]
        subject=subject % {"name": entry.actor_label, "organization": organization.name},
        template="break_glass_used",
        context={
            "organization": organization.name,
            "name": entry.actor_label,
            "at": format_time(entry.at, admin.user.time_zone),  # type: ignore[union-attr]
            "device": entry.data.get("device", ""),
            "ip": entry.ip or "",
            "url": settings.BASE_URL + reverse("user_profile", args=[slug, entry.target_id]),
        },
        brand=brand_of(organization),
        tag="break_glass_used",
    )
