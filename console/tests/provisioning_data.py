"""A SCIM connection of Acme for tests: members and groups of the provider, requests, and entries of the log."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from base.text import fold
from organizations.models import Group, GroupMembership, ManagedBy, Membership, MembershipRole, Organization, Status
from provisioning.models import AdoptionRequest, ScimConnection, ScimGroup, ScimLogEntry
from provisioning.services.scim_users import create_scim_user
from teamadmin.testing.cast import role_named

URL = "/o/acme/security/provisioning/"


def connect(organization: Organization, provider: str = "okta") -> ScimConnection:
    return ScimConnection.objects.create(organization=organization, provider=provider)


def add_managed(organization: Organization, number: int = 1, *, signed_in: Any = None, **fields: Any) -> Membership:
    """Add a member whom the provider manages. Without `signed_in`, a user, they have not signed in yet."""
    role = role_named("operator")
    defaults = {
        "first_name": "Managed",
        "last_name": f"Person {number}",
        "email": f"managed{number}@acme.example",
        "status": Status.ACTIVE,
        "managed_by": ManagedBy.SCIM,
        "user": signed_in,
        "role_order": role.rank,
    }
    member = Membership.objects.create(organization=organization, **(defaults | fields))
    MembershipRole.objects.create(organization=organization, membership=member, role=role)
    create_scim_user(member=member, attributes={"userName": member.email})
    return member


def manage(member: Membership) -> Membership:
    """Let the provider manage an existing member."""
    Membership.objects.filter(pk=member.pk).update(managed_by=ManagedBy.SCIM)
    create_scim_user(member=member, attributes={"userName": member.email})
    member.refresh_from_db()
    return member


def add_scim_group(organization: Organization, name: str, members: tuple[Membership, ...] = ()) -> Group:
    group = Group.objects.create(organization=organization, name=name, managed_by=ManagedBy.SCIM)
    ScimGroup.objects.create(group=group, organization=organization, display_name=name, display_name_key=fold(name))
    for member in members:
        GroupMembership.objects.create(organization=organization, group=group, membership=member)
    return group


def ask_for(member: Membership, *, user_name: str = "", reason: str = "email") -> AdoptionRequest:
    """The provider asks to adopt this member."""
    user_name = user_name or member.email
    payload = {
        "userName": user_name,
        "externalId": "ext-1",
        "displayName": "From Okta",
        "name": {"givenName": member.first_name, "familyName": member.last_name},
        "emails": [{"value": user_name, "primary": True}],
        "active": True,
    }
    return AdoptionRequest.objects.create(
        organization=member.organization, membership=member, user_name=user_name, payload=payload, reason=reason
    )


def log(organization: Organization, *, minutes: float = 1, **fields: Any) -> ScimLogEntry:
    defaults = {
        "method": "GET",
        "path": "/scim/v2/Users",
        "action": "find_user",
        "about": "Ada Test",
        "status": 200,
        "milliseconds": 9,
        "reference": "abc123",
    }
    values = defaults | fields
    values.setdefault("search_text", fold(f"{values['about']} {values['reference']}"))
    entry = ScimLogEntry.objects.create(organization=organization, **values)
    ScimLogEntry.objects.filter(pk=entry.pk).update(at=timezone.now() - timedelta(minutes=minutes))
    return entry
