"""Changing what members hold: roles and groups."""

from collections.abc import Iterable, Sequence

from django.db import transaction

from audit.services import record, record_many
from base.policies import require
from organizations import policies
from organizations.models import Group, GroupMembership, Membership, MembershipRole, Role
from organizations.queries import remember_roles, roles_of, roles_of_group
from organizations.roles import admin_role_id
from organizations.services.answering import answer_for
from organizations.services.locking import fresh_roles, lock_both, lock_group, lock_members


@transaction.atomic
def set_member_roles(*, actor: Membership, member: Membership, roles: Sequence[Role]) -> bool:
    """Gives the member exactly these roles directly; False where they had them (R-1, R-2, R-6, R-7, R-8).

    Raises Refused, or Membership.DoesNotExist where the member is gone.
    """
    actor, member = lock_both(actor, member)
    before, after = roles_of(member), fresh_roles(roles)
    require(policies.can_change_roles(actor, member, after))
    if {role.pk for role in before} == {role.pk for role in after}:
        return False
    MembershipRole.objects.filter(membership=member).exclude(role__in=after).delete()
    MembershipRole.objects.bulk_create(
        [MembershipRole(organization_id=member.organization_id, membership=member, role=role) for role in after],
        ignore_conflicts=True,
    )
    Membership.objects.filter(pk=member.pk).update(role_order=after[0].rank)
    remember_roles(member, after)
    answer_for(actor, [member])
    record(
        organization_id=member.organization_id,
        actor=actor,
        action="member.roles_changed",
        target=member,
        data={"from": [role.label for role in before], "to": [role.label for role in after]},
    )
    return True


@transaction.atomic
def add_to_group(*, actor: Membership, group: Group, members: Iterable[Membership]) -> list[Membership]:
    """Puts members of the group's organization into it; returns those who were not in it. Raises Refused (R-6, G-3),
    Group.DoesNotExist where the group is gone."""
    actor, group = lock_group(actor, group)
    require(policies.can_add_to_group(actor, group))
    members = list(members)
    there = lock_members(group.organization, members)
    inside = GroupMembership.objects.filter(group=group, membership__in=there).values_list("membership", flat=True)
    new = there.keys() - set(inside)
    added = [member for member in members if member.pk in new]
    GroupMembership.objects.bulk_create(
        GroupMembership(organization_id=group.organization_id, group=group, membership=member) for member in added
    )
    if roles_of_group(group):
        answer_for(actor, [there[member.pk] for member in added])
    _tell(actor, group, "group.member_added", added)
    return added


@transaction.atomic
def remove_from_group(*, actor: Membership, group: Group, members: Iterable[Membership]) -> list[Membership]:
    """Takes members out of the group; returns those who were in it, as they are now. Raises Refused (R-7, R-8, G-3),
    Group.DoesNotExist where the group is gone."""
    actor, group = lock_group(actor, group)
    there = lock_members(group.organization, members)
    for member in there.values():
        require(policies.can_take_from_group(actor, group, member))
    links = GroupMembership.objects.filter(group=group, membership__in=there)
    inside = set(links.values_list("membership_id", flat=True))
    links.delete()
    removed = [member for key, member in there.items() if key in inside]
    _tell(actor, group, "group.member_removed", removed)
    if admin_role_id(group.organization.scheme) in {role.pk for role in roles_of_group(group)}:
        require(policies.keeps_admin(group.organization))
    return removed


def _tell(actor: Membership, group: Group, action: str, members: list[Membership]) -> None:
    data = {"group": group.name, "group_id": str(group.pk)}
    record_many(organization_id=group.organization_id, actor=actor, action=action, targets=members, data=data)
