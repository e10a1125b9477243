"""Emails to the Admins of an organization."""

from uuid import UUID

from anymail.message import AnymailMessage
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.policies import can_sign_in
from audit.queries import get_entry
from base.mail import compose_email, format_utc
from base.pictures import logo_png
from organizations.models import Membership, Status
from outbox.models import OutgoingEmail


def render_two_factor_reset(row: OutgoingEmail) -> AnymailMessage | None:
    """Return the email that tells an Admin who reset whose second factor (U-9), or None if they aren't active.

    `row.subject_id` is the Admin's membership. The key contains the audit entry of the reset.
    """
    entry = get_entry(UUID(row.key.split(":")[1]))
    members = Membership.objects.filter(pk=row.subject_id, status=Status.ACTIVE)
    admin = members.select_related("organization", "user").first()
    if entry is None or admin is None or admin.user is None or not can_sign_in(admin.user):
        return None
    organization = admin.organization
    return compose_email(
        to=admin.user.email,
        subject=_("2FA was reset for %(name)s in %(organization)s")
        % {"name": entry.target_label, "organization": organization.name},
        template="admin_two_factor_reset",
        context={
            "actor": entry.actor_label,
            "name": entry.target_label,
            "organization": organization.name,
            "at": format_utc(entry.at),
            "url": settings.BASE_URL + reverse("users", args=[organization.slug]),
            "logo_alt": organization.name,
        },
        from_name=organization.name,
        logo=logo_png(organization.name, organization.logo),
        tag="admin_two_factor_reset",
    )
