"""Editing a member: name, roles, groups and direct projects at once, and nothing that somebody else changed (U-8)."""

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
from organizations.services.changing import add_to_group, remove_from_group, set_member_roles
from organizations.services.locking import lock_both
from organizations.services.projects import give_projects, take_projects

Ids = frozenset[UUID]
NOTHING: Ids = frozenset()


@dataclass(frozen=True)
class Edit:
    """What an editor wants. None: name or roles stay. Groups to join and leave, projects to give and take."""

    name: tuple[str, str] | None = None
    roles: Ids | None = None
    join: Ids = NOTHING
    leave: Ids = NOTHING
    give: Ids = NOTHING
    take: Ids = NOTHING

    def against(self, profile: Profile) -> "Edit":
        """What of it differs from the profile."""
        return Edit(
            name=self.name if self.name != profile.name else None,
            roles=self.roles if self.roles != profile.roles else None,
            join=self.join - profile.groups,
            leave=self.leave & profile.groups,
            give=self.give - profile.projects,
            take=self.take & profile.projects,
        )

    def without(self, parts: Iterable[str]) -> "Edit":
        """The edit but for these parts (keys of PARTS)."""
        blank = {field: getattr(Edit(), field) for part in parts for field in PARTS[part]}
        return replace(self, **blank)

    def touches(self) -> list[str]:
        """The parts of a profile that it changes."""
        blank = Edit()
        return [
            part
            for part, fields in PARTS.items()
            if any(getattr(self, field) != getattr(blank, field) for field in fields)
        ]


# What can be in conflict; console.member.profile.conflicts has the words for each.
PARTS = {"name": ("name",), "roles": ("roles",), "groups": ("join", "leave"), "projects": ("give", "take")}


class EditConflict(Exception):
    """Somebody else changed the same `parts` since the editor looked; `now` is the profile as it is."""

    def __init__(self, parts: list[str], now: Profile) -> None:
        self.parts, self.now = parts, now
        super().__init__(", ".join(parts))


@dataclass(frozen=True)
class Edited:
    """The member as they are now; what this edit changed; what others had changed since the editor looked."""

    member: Membership
    changed: list[str]
    meanwhile: list[str]
    before: Profile


def changed_parts(seen: Profile, now: Profile) -> list[str]:
    """The parts in which two profiles differ."""
    return [part for part in PARTS if getattr(seen, part) != getattr(now, part)]


@transaction.atomic
def edit_member(*, actor: Membership, member: Membership, seen: Profile, edit: Edit) -> Edited:
    """Changes what of `edit` differs from the profile that the editor saw; all of it or nothing.

    Raises Refused with the reason (R-6, R-7, R-8, U-16), EditConflict where somebody else changed the same part in
    the meantime to something else, Membership.DoesNotExist where the member is gone.
    """
    actor, member = lock_both(actor, member)
    require(policies.can_edit_member(actor, member))
    now = profile_of(member)
    meanwhile = changed_parts(seen, now)
    wanted = edit.against(seen).against(now)
    if conflicts := [part for part in wanted.touches() if part in meanwhile]:
        raise EditConflict(conflicts, now)
    for step in _steps(actor, member):
        step(actor, member, wanted)
    return Edited(_again(member), wanted.touches(), meanwhile, now)


def _again(member: Membership) -> Membership:
    found = member_in(member.organization, member.pk)
    assert found is not None
    found.organization = member.organization
    return found


Step = Callable[[Membership, Membership, Edit], None]


def _steps(actor: Membership, member: Membership) -> list[Step]:
    """Groups are joined before a role goes and left after it came, so that no Admin is missed in between (R-8).

    One's own role changes last: afterwards one may no longer be allowed the rest.
    """
    if actor.pk == member.pk:
        return [_rename, _join, _projects, _leave, _set_roles]
    return [_rename, _join, _set_roles, _leave, _projects]


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
        raise Refused(_("A role that you chose is no longer there."))
    set_member_roles(actor=actor, member=member, roles=roles)


def _groups(member: Membership, ids: Ids) -> list[Group]:
    groups = list(groups_in(member.organization, ids)) if ids else []
    if len(groups) != len(ids):
        raise Refused(_("A group that you chose is no longer there."))
    return groups


def _join(actor: Membership, member: Membership, edit: Edit) -> None:
    for group in _groups(member, edit.join):
        add_to_group(actor=actor, group=group, members=[member])


def _leave(actor: Membership, member: Membership, edit: Edit) -> None:
    for group in _groups(member, edit.leave):
        remove_from_group(actor=actor, group=group, members=[member])


def _projects(actor: Membership, member: Membership, edit: Edit) -> None:
    given = list(projects_in(member.organization, edit.give)) if edit.give else []
    if len(given) != len(edit.give):
        raise Refused(_("A project that you chose is no longer there."))
    # One archived since is out of every list already, and access to it waits with it.
    taken = list(projects_in(member.organization, edit.take)) if edit.take else []
    for change, projects in ((give_projects, given), (take_projects, taken)):
        if projects:
            change(actor=actor, organization=member.organization, projects=projects, members=[member])
