"""Emails about certificates of SAML providers that expire soon."""

from datetime import UTC

from anymail.message import AnymailMessage
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext

from accounts.policies import can_sign_in
from base.mail import compose_email, format_time
from base.times import days_until
from base.zones import zone_named
from organizations.brands import brand_of
from organizations.models import Membership, Status
from organizations.permissions import Permission
from organizations.policies import can
from outbox.models import OutgoingEmail
from provisioning.models import IdentityProvider
from provisioning.models.sso import Protocol


def render_certificate_expiring(row: OutgoingEmail) -> AnymailMessage | None:
    """Return the email to the Admin `row.subject_id`.

    None if they can no longer change it, or if the certificate was renewed or has expired since.
    """
    admin = Membership.objects.filter(pk=row.subject_id, status=Status.ACTIVE)
    member = admin.select_related("organization", "user").first()
    if member is None or member.user is None or not can_sign_in(member.user):
        return None
    provider = IdentityProvider.objects.filter(organization=member.organization, protocol=Protocol.SAML).first()
    if provider is None or not can(member, Permission.SECURITY_MANAGE):
        return None
    expires_at, now = provider.certificates_expire_at, timezone.now()
    if expires_at is None or expires_at <= now or row.key.split(":")[2] != expires_at.date().isoformat():
        return None
    organization = member.organization
    days = days_until(expires_at, now, zone_named(member.user.time_zone) or UTC)
    subject = ngettext(
        "The SAML certificate for %(organization)s expires in %(days)s day",
        "The SAML certificate for %(organization)s expires in %(days)s days",
        days,
    )
    return compose_email(
        to=member.user.email,
        subject=subject % {"organization": organization.name, "days": days},
        template="certificate_expiring",
        context={
            "organization": organization.name,
            "date": format_time(expires_at, member.user.time_zone),
            "is_enforced": organization.sso_enforced,
            "reads_again": bool(provider.metadata_url),
            "url": settings.BASE_URL + reverse("sso_settings", args=[organization.slug]),
        },
        brand=brand_of(organization),
        tag="certificate_expiring",
    )
