"""The email to people whose request to join was approved (O-5)."""

from anymail.message import AnymailMessage
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.policies import can_sign_in
from base.mail import compose_email
from organizations.brands import brand_of
from organizations.models import Membership, Status
from organizations.queries import direct_roles_of
from outbox.models import OutgoingEmail


def render_join_approved(row: OutgoingEmail) -> AnymailMessage | None:
    """Return the email, or None if the person is no longer an active member."""
    members = Membership.objects.filter(pk=row.subject_id, status=Status.ACTIVE).select_related("organization", "user")
    member = members.first()
    if member is None or member.user is None or not can_sign_in(member.user):
        return None
    organization = member.organization
    return compose_email(
        to=member.user.email,
        subject=_("You’re now a member of %(organization)s") % {"organization": organization.name},
        template="join_approved",
        context={
            "organization": organization.name,
            "roles": ", ".join(str(role.label) for role in direct_roles_of(member)),
            "url": settings.BASE_URL + reverse("homepage", args=[organization.slug]),
        },
        brand=brand_of(organization),
        tag="join_approved",
    )
