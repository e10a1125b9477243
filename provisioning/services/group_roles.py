"""Giving the provider's groups roles (C-5, G-4): several groups in one transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction

from organizations.models import Group, Membership, Role
from organizations.services import change_group_roles


@dataclass(frozen=True)
class GroupRoleChange:
    """The roles to add to a group and to remove from it."""

    group: Group
    add: Sequence[Role] = ()
    remove: Sequence[Role] = ()


@transaction.atomic
def map_group_roles(*, actor: Membership, changes: Iterable[GroupRoleChange]) -> list[GroupRoleChange]:
    """Make all these changes or none. Return what actually changed.

    Raises Refused (R-6, R-7, R-8) and Group.DoesNotExist.
    """
    changed = []
    for change in changes:
        added, removed = change_group_roles(actor=actor, group=change.group, add=change.add, remove=change.remove)
        if added or removed:
            changed.append(GroupRoleChange(change.group, added, removed))
    return changed
