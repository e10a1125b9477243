"""Deleting a SCIM connection (C-6). Its tokens stop working, and its members and groups become manual."""

from dataclasses import dataclass

from django.db import transaction

from audit.services import record
from base.policies import require
from invitations.services import add_expired_invitations
from organizations.models import ManagedBy, Membership, Status
from organizations.permissions import Permission
from organizations.policies import can
from organizations.services import lock_actor, without_statement_timeout
from provisioning.models import AdoptionRequest, ScimConnection, ScimGroup, ScimUser
from provisioning.queries.scim import managed_groups, managed_members

# How many invitations one INSERT writes.
CHUNK = 1000


@dataclass(frozen=True)
class Disconnected:
    """How many members and groups became manual, and how many of the members are now pending."""

    members: int
    groups: int
    pending: int


@transaction.atomic
def disconnect(*, actor: Membership, connection: ScimConnection) -> Disconnected:
    """Delete the connection and its tokens. Members and groups stay, managed manually.

    Members who have never signed in have no account, so only the provider could sign them in. They become pending with
    an expired invitation: no one gets an email until someone resends it. Raises Refused, and
    ScimConnection.DoesNotExist if someone else deleted the connection.
    """
    actor = lock_actor(actor)
    require(can(actor, Permission.SECURITY_MANAGE))
    organization = actor.organization
    connection = ScimConnection.objects.select_for_update().get(pk=connection.pk, organization=organization)
    without_statement_timeout()
    pending = _make_pending(actor)
    members = managed_members(organization).update(managed_by=ManagedBy.MANUAL)
    groups = managed_groups(organization).update(managed_by=ManagedBy.MANUAL)
    ScimUser.objects.filter(organization=organization).delete()
    ScimGroup.objects.filter(organization=organization).delete()
    AdoptionRequest.objects.filter(organization=organization).delete()
    data = {"members": members + pending, "groups": groups, "pending": pending}
    record(organization_id=organization.pk, actor=actor, action="scim.disconnected", target=connection, data=data)
    connection.delete()
    return Disconnected(members + pending, groups, pending)


def _make_pending(actor: Membership) -> int:
    """Turn the managed members who have never signed in into pending ones, and return how many there were."""
    never_signed_in = managed_members(actor.organization).filter(user=None).exclude(status=Status.INVITED)
    keys = list(never_signed_in.values_list("pk", flat=True))
    if not keys:
        return 0
    never_signed_in.update(status=Status.INVITED, managed_by=ManagedBy.MANUAL)
    for start in range(0, len(keys), CHUNK):
        members = Membership.objects.filter(organization=actor.organization, pk__in=keys[start : start + CHUNK])
        add_expired_invitations(actor=actor, members=list(members))
    return len(keys)
