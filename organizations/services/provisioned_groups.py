"""Groups that an identity provider manages (G-3): it names them and decides about their members.

Project access and roles are given by Admins here (G-4). `actor` is the connection: anything with a `pk` and a str().
"""

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from django.db import transaction

from audit.services import record, record_many
from base.policies import require
from organizations import policies
from organizations.models import Group, GroupMembership, ManagedBy, Membership, Organization
from organizations.queries import admin_exists, roles_of_group
from organizations.roles import admin_role_id
from organizations.services.locks import lock_organization


@transaction.atomic(savepoint=False)
def create_provisioned_group(*, actor: Any, organization: Organization, name: str) -> Group:
    """Create an empty group. Raises IntegrityError if the name is taken, also by a manual group."""
    group = Group(organization=organization, name=name, managed_by=ManagedBy.SCIM)
    group.save(force_insert=True)
    record(organization_id=organization.pk, actor=actor, action="group.created", target=group)
    return group


@transaction.atomic(savepoint=False)
def rename_provisioned_group(*, actor: Any, group: Group, name: str) -> bool:
    """Rename the group. Return False if it has this name. Raises IntegrityError if the name is taken."""
    if group.name == name:
        return False
    data = {"from": group.name, "to": name}
    group.name = name
    group.save(update_fields=["name", "name_key", "sort_name"])
    record(organization_id=group.organization_id, actor=actor, action="group.renamed", target=group, data=data)
    return True


@transaction.atomic(savepoint=False)
def delete_provisioned_group(*, actor: Any, group: Group) -> None:
    """Delete the group. Raises Refused if its roles make the last Admin one (R-8)."""
    organization = lock_organization(group.organization_id)
    roles = roles_of_group(group)
    gives_admin = admin_role_id(organization.scheme) in {role.pk for role in roles}
    if gives_admin and not admin_exists(organization, besides_group=group):
        require(policies.needs_admin(organization))
    data = {"projects": [], "roles": [str(role.label) for role in roles]}
    record(organization_id=organization.pk, actor=actor, action="group.deleted", target=group, data=data)
    group.delete()


@transaction.atomic(savepoint=False)
def add_provisioned_members(*, actor: Any, group: Group, member_ids: Collection[UUID]) -> int:
    """Add members of the group's organization who aren't in it. Return how many were added.

    The cost depends on the number of ids, not on the size of the group.
    """
    present = GroupMembership.objects.filter(group=group, membership__in=member_ids)
    new = set(member_ids) - set(present.values_list("membership_id", flat=True))
    if not new:
        return 0
    members = list(Membership.objects.filter(organization_id=group.organization_id, pk__in=new))
    GroupMembership.objects.bulk_create(
        (GroupMembership(organization_id=group.organization_id, group=group, membership=member) for member in members),
        ignore_conflicts=True,
    )
    _record(actor, group, "group.member_added", members)
    return len(members)


@transaction.atomic(savepoint=False)
def remove_provisioned_members(*, actor: Any, group: Group, member_ids: Collection[UUID] | None) -> int:
    """Remove members from the group, all of them if `member_ids` is None. Return how many were removed.

    Raises Refused if no Admin would be left (R-8). The organization is locked only for a group with that role.
    """
    organization = group.organization
    gives_admin = admin_role_id(organization.scheme) in {role.pk for role in roles_of_group(group)}
    if gives_admin:
        organization = lock_organization(organization.pk)
    links = GroupMembership.objects.filter(group=group)
    if member_ids is not None:
        links = links.filter(membership__in=member_ids)
    members = list(Membership.objects.filter(pk__in=links.values("membership_id")))
    links.delete()
    _record(actor, group, "group.member_removed", members)
    if gives_admin and members:
        require(policies.keeps_admin(organization))
    return len(members)


def _record(actor: Any, group: Group, action: str, members: Iterable[Membership]) -> None:
    data = {"group": group.name, "group_id": str(group.pk)}
    record_many(organization_id=group.organization_id, actor=actor, action=action, targets=members, data=data)
