"""Emails to Admins about a verified domain whose TXT record is gone (O-5)."""

from datetime import timedelta

from anymail.message import AnymailMessage
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.policies import can_sign_in
from audit.queries import get_entry
from base.ids import parse_uuid
from base.mail import compose_email, format_time
from organizations.brands import brand_of
from organizations.models import Membership, Status
from organizations.permissions import Permission
from organizations.policies import can
from outbox.models import OutgoingEmail
from provisioning.models import Domain
from provisioning.txt_records import txt_record


def render_domain_missing(row: OutgoingEmail) -> AnymailMessage | None:
    """Return the email that says that a domain's record is gone, or None if it's back."""
    found = _find(row)
    if found is None or found[1].missing_since is None or not found[1].verified_at:
        return None
    return _compose(*found, "domain_missing", _("Add the TXT record for %(domain)s again"))


def render_domain_lapsed(row: OutgoingEmail) -> AnymailMessage | None:
    """Return the email that says that a domain is no longer verified, or None if it is verified again."""
    found = _find(row)
    if found is None or found[1].verified_at:
        return None
    return _compose(*found, "domain_lapsed", _("%(domain)s is no longer verified"))


def _find(row: OutgoingEmail) -> tuple[Membership, Domain] | None:
    """Return the Admin and the domain. `row.subject_id` is the Admin, the key contains the audit entry's id."""
    members = Membership.objects.filter(pk=row.subject_id, status=Status.ACTIVE).select_related("organization", "user")
    admin, entry_id = members.first(), parse_uuid(row.key.split(":")[1])
    entry = get_entry(entry_id) if entry_id else None
    if admin is None or entry is None or entry.target_id is None or not can(admin, Permission.SECURITY_MANAGE):
        return None
    if admin.user is None or not can_sign_in(admin.user):
        return None
    domain = Domain.objects.filter(pk=entry.target_id, organization=admin.organization).first()
    return (admin, domain) if domain else None


def _compose(admin: Membership, domain: Domain, template: str, subject: str) -> AnymailMessage:
    organization, record = admin.organization, txt_record(domain.name, domain.token)
    lapses_at = domain.missing_since and domain.missing_since + timedelta(days=settings.DOMAIN_GRACE_DAYS)
    return compose_email(
        to=admin.user.email,  # type: ignore[union-attr]
        subject=subject % {"domain": domain.name},
        template=template,
        context={
            "organization": organization.name,
            "domain": domain.name,
            "name": record.name,
            "value": record.value,
            "date": format_time(lapses_at, admin.user.time_zone) if lapses_at else "",  # type: ignore[union-attr]
            "url": settings.BASE_URL + reverse("domains", args=[organization.slug]),
        },
        brand=brand_of(organization),
        tag=template,
    )
