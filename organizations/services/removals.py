"""Giving back access that was just removed (U-22)."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from base.policies import Refused
from organizations.models import Group, Membership, Organization, Project, Role, Scheme
from organizations.permissions import Permission
from organizations.queries import direct_roles_of, roles_in
from organizations.queries.holdings import Pairs
from organizations.queries.removals import Removal
from organizations.roles import permissions_of
from organizations.services.groups import change_group_roles
from organizations.services.locks import lock_actor, lock_member
from organizations.services.members.groups import add_to_group, remove_from_group
from organizations.services.members.roles import set_member_roles
from organizations.services.projects import grant_projects
from organizations.services.roles import RoleFields, edit_role


@transaction.atomic
def restore_access(*, actor: Membership, removal: Removal) -> bool:
    """Give back everything that the removal took, or nothing. Return False if all of it was already given back.

    Calls the services that give access, with their rules, locks and audit entries. Raises Refused with their reasons,
    and if a member, group, project or role no longer exists.
    """
    actor = lock_actor(actor)
    returned = [_rejoin(actor, group, members) for group, members in _find(actor, Group, removal.links)]
    _leave(actor, removal.joined, {member.pk for members in returned for member in members})
    given: list[Any] = [*returned]
    for member, _ids in _find(actor, Membership, removal.member_roles | removal.replaced_by):
        given.append(_restore_roles(actor, member, removal))
    # Most removals take the same projects from each of their owners, so this is one grant.
    for projects, members in _by_projects(_find(actor, Membership, removal.member_projects)):
        given.append(_grant(actor, projects, members=members))
    for projects, groups in _by_projects(_find(actor, Group, removal.group_projects)):
        given.append(_grant(actor, projects, groups=groups))
    given += [_restore_group_roles(actor, group, roles) for group, roles in _find(actor, Group, removal.group_roles)]
    return any(given)


def _find(actor: Membership, model: Any, pairs: Pairs) -> Iterable[tuple[Any, list[UUID]]]:
    """Yield each owner in the pairs (group or member), as it is now, with the ids that belong to it."""
    by_owner: dict[UUID, list[UUID]] = defaultdict(list)
    for owner, key in sorted(pairs):
        by_owner[owner].append(key)
    owners = _load(actor.organization, model, by_owner)
    return [(owners[key], ids) for key, ids in by_owner.items()]


def _by_projects(owners: Iterable[tuple[Any, list[UUID]]]) -> Iterable[tuple[tuple[UUID, ...], list[Any]]]:
    """Return the owners that get back the same projects, together."""
    by_projects: dict[tuple[UUID, ...], list[Any]] = defaultdict(list)
    for owner, projects in owners:
        by_projects[tuple(projects)].append(owner)
    return by_projects.items()


def _load(organization: Organization, model: Any, ids: Iterable[UUID]) -> dict[UUID, Any]:
    wanted = set(ids)
    found = model.objects.filter(organization=organization).in_bulk(list(wanted))
    if len(found) < len(wanted):
        raise Refused(_("A member, group, project or role no longer exists."))
    for item in found.values():
        item.organization = organization
    return found


def _roles(organization: Organization, ids: Iterable[UUID]) -> list[Role]:
    wanted = set(ids)
    roles = [role for role in roles_in(organization) if role.pk in wanted]
    if len(roles) < len(wanted):
        raise Refused(_("A member, group, project or role no longer exists."))
    return roles


def _rejoin(actor: Membership, group: Group, members: list[UUID]) -> list[Membership]:
    return add_to_group(actor=actor, group=group, members=_load(group.organization, Membership, members).values())


def _leave(actor: Membership, joined: Pairs, returned: set[UUID]) -> None:
    """Take those who are back in their group out of the one that they were moved to, if it still exists."""
    for group in Group.objects.filter(organization=actor.organization, pk__in={group for group, _member in joined}):
        members = Membership.objects.filter(pk__in=[key for moved_to, key in joined if moved_to == group.pk])
        remove_from_group(actor=actor, group=group, members=members.filter(pk__in=returned))


def _grant(actor: Membership, projects: Iterable[UUID], **owners: list) -> bool:
    found = _load(actor.organization, Project, projects).values()
    return bool(grant_projects(actor=actor, organization=actor.organization, projects=found, **owners))


def _restore_group_roles(actor: Membership, group: Group, roles: list[UUID]) -> bool:
    added, _removed = change_group_roles(actor=actor, group=group, add=_roles(group.organization, roles))
    return bool(added)


def _restore_roles(actor: Membership, member: Membership, removal: Removal) -> bool:
    """Give a member their roles back, instead of those that they got for them.

    With one role per member (R-1), it's refused where they now have another one.
    """
    member = lock_member(member, actor.organization)
    lost = {role for owner, role in removal.member_roles if owner == member.pk}
    roles, held = _roles(actor.organization, lost), direct_roles_of(member)
    others = [role for role in held if (member.pk, role.pk) not in removal.replaced_by]
    if len(others) == len(held) and lost <= {role.pk for role in held}:
        return False
    if others and actor.organization.scheme == Scheme.RANKED:
        raise Refused(_("Someone has changed %(name)s’s role since then.") % {"name": member.name})
    wanted = {role.pk: role for role in [*others, *roles]}
    if not wanted:  # older rows may have had no role
        return False
    return set_member_roles(actor=actor, member=member, roles=list(wanted.values()))


@transaction.atomic
def restore_permissions(*, actor: Membership, role: Role, permissions: Iterable[Permission]) -> bool:
    """Give a custom role back permissions that were just removed from it. Return False if it has them.

    Keeps other changes made since. Raises the same errors as edit_role().
    """
    actor = lock_actor(actor)
    role = Role.objects.get(pk=role.pk, organization=actor.organization)
    now = RoleFields.of(role)
    fields = RoleFields(now.name, now.description, permissions_of(role) | frozenset(permissions))
    return edit_role(actor=actor, role=role, seen=now, fields=fields)
