"""Adding members to groups and removing them."""

from collections.abc import Iterable

from django.db import transaction

from audit.services import record_many
from base.policies import require
from organizations import policies
from organizations.models import Group, GroupMembership, Membership
from organizations.queries import roles_of_group
from organizations.queries.removals import Removal
from organizations.roles import admin_role_id
from organizations.services.inviters import take_over
from organizations.services.locks import lock_group, lock_members


@transaction.atomic
def add_to_group(*, actor: Membership, group: Group, members: Iterable[Membership]) -> list[Membership]:
    """Add members of the group's organization to the group. Return those who were not in it.

    Raises Refused (R-6, G-3) and Group.DoesNotExist.
    """
    actor, group = lock_group(actor, group)
    require(policies.can_add_to_group(actor, group))
    members = list(members)
    locked = lock_members(group.organization, members)
    already = GroupMembership.objects.filter(group=group, membership__in=locked).values_list("membership", flat=True)
    new = locked.keys() - set(already)
    added = [member for member in members if member.pk in new]
    GroupMembership.objects.bulk_create(
        GroupMembership(organization_id=group.organization_id, group=group, membership=member) for member in added
    )
    if roles_of_group(group):
        take_over(actor, [locked[member.pk] for member in added])
    _record(actor, group, "group.member_added", added)
    return added


@transaction.atomic
def remove_from_group(*, actor: Membership, group: Group, members: Iterable[Membership]) -> list[Membership]:
    """Remove members from the group. Return those who were in it, as they are now.

    Raises Refused (R-7, R-8, G-3) and Group.DoesNotExist.
    """
    actor, group = lock_group(actor, group)
    locked = lock_members(group.organization, members)
    for member in locked.values():
        require(policies.can_remove_from_group(actor, group, member))
    links = GroupMembership.objects.filter(group=group, membership__in=locked)
    in_group = set(links.values_list("membership_id", flat=True))
    links.delete()
    removed = [member for key, member in locked.items() if key in in_group]
    _record(actor, group, "group.member_removed", removed)
    if admin_role_id(group.organization.scheme) in {role.pk for role in roles_of_group(group)}:
        require(policies.keeps_admin(group.organization))
        if any(member.is_break_glass for member in removed):
            require(policies.keeps_break_glass(group.organization))
    return removed


@transaction.atomic
def move_between_groups(*, actor: Membership, source: Group, target: Group, members: Iterable[Membership]) -> Removal:
    """Move those of the members who are in `source` to `target`. Return which links that removed, and which it added.

    They are added first, so that the organization has an Admin at every step (R-8). Raises as adding and removing do.
    """
    actor, source = lock_group(actor, source)
    ids = [member.pk for member in members]
    moving = list(Membership.objects.filter(group_links__group=source, pk__in=ids))
    if not moving:
        return Removal()
    joined = add_to_group(actor=actor, group=target, members=moving)
    remove_from_group(actor=actor, group=source, members=moving)
    return Removal(
        links=frozenset((source.pk, member.pk) for member in moving),
        joined=frozenset((target.pk, member.pk) for member in joined),
    )


def _record(actor: Membership, group: Group, action: str, members: list[Membership]) -> None:
    data = {"group": group.name, "group_id": str(group.pk)}
    record_many(organization_id=group.organization_id, actor=actor, action=action, targets=members, data=data)
