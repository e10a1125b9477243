"""Certificates of SAML providers: read again every day, and Admins are told before the last one expires (O-1)."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from organizations.permissions import Permission
from organizations.policies import can
from organizations.queries import admins_of
from outbox.services import NewEmail, queue_emails
from provisioning.models import IdentityProvider
from provisioning.models.sso import Protocol
from provisioning.services.identity_providers import update_certificates
from provisioning.services.readings import ReadingFailed, read_saml_url

logger = logging.getLogger("teamadmin.security")
# Days before the last certificate expires on which Admins are emailed, one email for each step.
STEPS = (30, 7, 1)
READ_EVERY = timedelta(days=1)
# Providers that are read in one run. Each takes five seconds at most, and a task four minutes.
READ_AT_ONCE = 40


def step_of(expires_at: datetime, now: datetime) -> int | None:
    """Return the step that has come: 30, 7 or 1. None if there is more time, or none left."""
    left = expires_at - now
    reached = [days for days in STEPS if timedelta(0) < left <= timedelta(days=days)]
    return min(reached, default=None)


def remind_of_certificates(*, now: datetime | None = None) -> int:
    """Queue the emails that are due, and return for how many providers. Running again sends nothing twice."""
    now = now or timezone.now()
    soon = IdentityProvider.objects.filter(
        protocol=Protocol.SAML,
        certificates_expire_at__gt=now,
        certificates_expire_at__lte=now + timedelta(days=max(STEPS)),
        organization__is_active=True,
    )
    return sum(_remind(provider, now) for provider in soon.select_related("organization"))


@transaction.atomic
def _remind(provider: IdentityProvider, now: datetime) -> bool:
    """Queue one step's emails. One conditional UPDATE decides, so two runs at once send each email once."""
    assert provider.certificates_expire_at is not None
    step = step_of(provider.certificates_expire_at, now)
    rows = IdentityProvider.objects.filter(pk=provider.pk, certificates_expire_at=provider.certificates_expire_at)
    unsent = Q(certificates_reminded_days=None) | Q(certificates_reminded_days__gt=step)
    if step is None or not rows.filter(unsent).update(certificates_reminded_days=step):
        return False
    day = provider.certificates_expire_at.date().isoformat()
    queue_emails(
        NewEmail(
            kind="provisioning.certificate_expiring",
            subject_id=admin.pk,
            key=f"certificate_expiring:{provider.pk}:{day}:{step}:{admin.pk}",
            organization_id=provider.organization_id,
        )
        for admin in admins_of(provider.organization)
        if can(admin, Permission.SECURITY_MANAGE)
    )
    return True


def read_certificates_again(*, now: datetime | None = None) -> int:
    """Read SAML metadata that was last read a day ago. Return for how many providers the certificates changed."""
    due = (now or timezone.now()) - READ_EVERY
    providers = IdentityProvider.objects.filter(protocol=Protocol.SAML, organization__is_active=True)
    due_ones = providers.exclude(metadata_url="").filter(metadata_read_at__lte=due).order_by("?")
    return sum(map(_read_again, due_ones[:READ_AT_ONCE]))


def _read_again(provider: IdentityProvider) -> bool:
    try:
        values = read_saml_url(provider.metadata_url)
    except ReadingFailed as error:
        logger.warning("The metadata of the identity provider %s can’t be read: %s", provider.pk, error)
        return False
    if values["issuer"] != provider.issuer:
        logger.warning("The metadata of the identity provider %s has another entity ID", provider.pk)
        return False
    return update_certificates(identity_provider=provider, values=values)
