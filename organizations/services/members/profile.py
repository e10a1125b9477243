"""Editing a member's name, roles, groups and direct projects at once, without overwriting concurrent changes (U-8)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from audit.services import record
from base.policies import Refused, require
from organizations import policies
from organizations.models import Group, Membership
from organizations.queries import Profile, groups_in, member_in, profile_of, projects_in, roles_in
from organizations.services.locks import lock_actor_and_member
from organizations.services.members.groups import add_to_group, remove_from_group
from organizations.services.members.roles import set_member_roles
from organizations.services.projects import grant_projects, revoke_projects

Ids = frozenset[UUID]
NONE: Ids = frozenset()


@dataclass(frozen=True)
class Edit:
    """The changes that an editor submitted. `name` and `roles` are None to leave them unchanged.

    The other fields are the ids of groups to join and leave, and of projects to grant and revoke.
    """

    name: tuple[str, str] | None = None
    roles: Ids | None = None
    join: Ids = NONE
    leave: Ids = NONE
    grant: Ids = NONE
    revoke: Ids = NONE

    def changes_to(self, profile: Profile) -> "Edit":
        """Return the part of the edit that would change this profile."""
        return Edit(
            name=self.name if self.name != profile.name else None,
            roles=self.roles if self.roles != profile.roles else None,
            join=self.join - profile.groups,
            leave=self.leave & profile.groups,
            grant=self.grant - profile.projects,
            revoke=self.revoke & profile.projects,
        )

    def without(self, parts: Iterable[str]) -> "Edit":
        """Return the edit without these parts (keys of PARTS)."""
        blank = {field: getattr(Edit(), field) for part in parts for field in PARTS[part]}
        return replace(self, **blank)

    def changed_parts(self) -> list[str]:
        """Return the parts of a profile that the edit changes (keys of PARTS)."""
        blank = Edit()
        return [
            part
            for part, fields in PARTS.items()
            if any(getattr(self, field) != getattr(blank, field) for field in fields)
        ]


# The parts of a profile that can conflict, with the fields of Edit that change them.
PARTS = {"name": ("name",), "roles": ("roles",), "groups": ("join", "leave"), "projects": ("grant", "revoke")}


class EditConflict(Exception):
    """Someone else changed the same parts of the profile since the editor loaded it.

    `parts` are keys of PARTS. `now` is the current profile.
    """

    def __init__(self, parts: list[str], now: Profile) -> None:
        self.parts, self.now = parts, now
        super().__init__(", ".join(parts))


@dataclass(frozen=True)
class EditResult:
    """The result of edit_member().

    `member` is as it is now, `before` the profile before the edit. `changed` lists the parts that the edit changed, and
    `meanwhile` those that others had changed since the editor loaded the profile.
    """

    member: Membership
    changed: list[str]
    meanwhile: list[str]
    before: Profile


def differing_parts(one: Profile, other: Profile) -> list[str]:
    """Return the parts in which two profiles differ (keys of PARTS)."""
    return [part for part in PARTS if getattr(one, part) != getattr(other, part)]


@transaction.atomic
def edit_member(*, actor: Membership, member: Membership, seen: Profile, edit: Edit) -> EditResult:
    """Apply the parts of `edit` that differ from `seen`, the profile that the editor loaded. All of them or none.

    Raises Refused with the reason (R-6, R-7, R-8, U-16), EditConflict if someone else has changed the same part to
    something else, and Membership.DoesNotExist.
    """
    actor, member = lock_actor_and_member(actor, member)
    require(policies.can_edit_member(actor, member))
    now = profile_of(member)
    meanwhile = differing_parts(seen, now)
    changes = edit.changes_to(seen).changes_to(now)
    if conflicts := [part for part in changes.changed_parts() if part in meanwhile]:
        raise EditConflict(conflicts, now)
    for step in _steps(actor, member):
        step(actor, member, changes)
    return EditResult(_reload(member), changes.changed_parts(), meanwhile, now)


def _reload(member: Membership) -> Membership:
    current = member_in(member.organization, member.pk)
    assert current is not None
    current.organization = member.organization
    return current


Step = Callable[[Membership, Membership, Edit], None]


def _steps(actor: Membership, member: Membership) -> list[Step]:
    """Return the steps of an edit in order.

    Groups are joined before roles are removed, and left after roles are added, so that the organization has an Admin
    at every step (R-8). Editors who edit themselves change their roles last, because they may lose the permission for
    the other steps.
    """
    if actor.pk == member.pk:
        return [_rename, _join_groups, _change_projects, _leave_groups, _set_roles]
    return [_rename, _join_groups, _set_roles, _leave_groups, _change_projects]


def _rename(actor: Membership, member: Membership, edit: Edit) -> None:
    if edit.name is None:
        return
    require(policies.can_rename(actor, member))
    before = member.name
    member.first_name, member.last_name = edit.name
    member.save(update_fields=["first_name", "last_name"])
    data = {"from": before, "to": member.name}
    record(organization_id=member.organization_id, actor=actor, action="member.renamed", target=member, data=data)


def _set_roles(actor: Membership, member: Membership, edit: Edit) -> None:
    if edit.roles is None:
        return
    roles = [role for role in roles_in(member.organization) if role.pk in edit.roles]
    if len(roles) != len(edit.roles):
        raise Refused(_("A role you chose no longer exists."))
    set_member_roles(actor=actor, member=member, roles=roles)


def _find_groups(member: Membership, ids: Ids) -> list[Group]:
    groups = list(groups_in(member.organization, ids)) if ids else []
    if len(groups) != len(ids):
        raise Refused(_("A group you chose no longer exists."))
    return groups


def _join_groups(actor: Membership, member: Membership, edit: Edit) -> None:
    for group in _find_groups(member, edit.join):
        add_to_group(actor=actor, group=group, members=[member])


def _leave_groups(actor: Membership, member: Membership, edit: Edit) -> None:
    for group in _find_groups(member, edit.leave):
        remove_from_group(actor=actor, group=group, members=[member])


def _change_projects(actor: Membership, member: Membership, edit: Edit) -> None:
    granted = list(projects_in(member.organization, edit.grant)) if edit.grant else []
    if len(granted) != len(edit.grant):
        raise Refused(_("A project you chose no longer exists."))
    # Projects that were archived in the meantime are left out: no one can access them, and their grants stay.
    revoked = list(projects_in(member.organization, edit.revoke)) if edit.revoke else []
    for change, projects in ((grant_projects, granted), (revoke_projects, revoked)):
        if projects:
            change(actor=actor, organization=member.organization, projects=projects, members=[member])
