"""The test email of the Brands page (A-2)."""

from anymail.message import AnymailMessage
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from base.mail import compose_email
from organizations.brands import brand_of
from organizations.emails.recipients import active_member
from organizations.permissions import Permission
from organizations.policies import can
from outbox.models import OutgoingEmail


def render_brand_test(row: OutgoingEmail) -> AnymailMessage | None:
    """Return the email in the organization's brand, or None if the member can no longer manage it."""
    member = active_member(row)
    if member is None or not can(member, Permission.BRANDS_MANAGE):
        return None
    organization = member.organization
    return compose_email(
        to=member.user.email,  # type: ignore[union-attr]
        subject=_("Test email from %(organization)s") % {"organization": organization.name},
        template="brand_test",
        context={
            "organization": organization.name,
            "reply_to": organization.reply_to,
            "url": settings.BASE_URL + reverse("brands", args=[organization.slug]),
        },
        brand=brand_of(organization),
        tag="brand_test",
    )
