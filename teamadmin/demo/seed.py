"""Create and delete the demo organizations."""

from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts.models import User
from audit.models import AuditStream
from organizations.models import Organization
from teamadmin.demo import (
    access_keys,
    audit_log,
    brands,
    extras,
    history,
    invitations,
    joined,
    provisioning,
    records,
    seats,
    security,
    sso,
)
from teamadmin.demo.builder import Builder
from teamadmin.demo.data import COMPANIES, PASSWORD, Company


@transaction.atomic
def create_missing() -> list[Organization]:
    """Create the demo organizations that do not exist, and return them."""
    missing = [company for company in COMPANIES if not Organization.objects.filter(slug=company.slug).exists()]
    hashed = make_password(PASSWORD) if missing else ""
    return [_create(company, hashed) for company in missing]


def _create(company: Company, hashed_password: str) -> Organization:
    builder = Builder(company, hashed_password)
    builder.create_organization()
    extras.add(builder)
    records.add(builder)
    security.add(builder)
    sso.add(builder)
    provisioning.add(builder)
    access_keys.add(builder)
    brands.add(builder)
    history.add_founding(builder)
    audit_log.add(builder)
    for batch in company.batches:
        invitations.add(builder, batch)
    joined.add(builder)
    seats.add(builder)
    return builder.organization


@transaction.atomic
def delete() -> None:
    """Delete the demo organizations with sub-accounts and logos, and the users without another organization."""
    organizations = list(Organization.objects.filter(slug__in=[company.slug for company in COMPANIES]))
    level = organizations
    while level := list(Organization.objects.filter(parent__in=level)):
        organizations = [*level, *organizations]  # the lowest ones first
    users = User.objects.filter(memberships__organization__in=organizations)
    user_ids = list(users.values_list("pk", flat=True))
    AuditStream.objects.filter(organization_id__in=[organization.pk for organization in organizations]).delete()
    for organization in organizations:
        organization.logo.delete(save=False)
        organization.delete()
    User.objects.filter(pk__in=user_ids, memberships=None).delete()
