"""What people lose when access is removed, and what they keep another way (U-22)."""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from typing import Self
from uuid import UUID

from django.utils.translation import gettext as _

from organizations.models import (
    GroupMembership,
    GroupRole,
    Membership,
    MembershipRole,
    Organization,
    Project,
    Role,
    Scheme,
)
from organizations.permissions import LABELS, Permission
from organizations.queries.holdings import (
    MAX_PEOPLE,
    MAX_PROJECTS,
    NONE,
    Access,
    Holdings,
    Names,
    Pairs,
    holdings_of,
    members_concerned,
    names_concerned,
)
from organizations.queries.profiles import Profile
from organizations.queries.project_sharing import member_ids_with_project, roles_with_all_projects
from organizations.roles import permissions_of


@dataclass(frozen=True)
class Removal(Holdings):
    """The links that a removal of access deletes or has deleted, and what it gave instead.

    replaced_by: the roles (member, role) that members got for those in `member_roles`. joined: the groups (group,
    member) that they were moved to from those in `links`. Undo takes both away again.
    """

    replaced_by: Pairs = NONE
    joined: Pairs = NONE

    @property
    def is_only_roles(self) -> bool:
        """Whether it takes nothing but direct roles from members."""
        return self.including(Holdings()) == Holdings(member_roles=self.member_roles)

    def to_json(self) -> dict[str, list[list[str]]]:
        """Return it in a form that can be stored."""
        pairs = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: sorted([a.hex, b.hex] for a, b in found) for name, found in pairs.items() if found}

    @classmethod
    def from_json(cls, data: dict[str, list[list[str]]]) -> Self:
        """Return what to_json() was called on."""
        return cls(**{name: frozenset((UUID(a), UUID(b)) for a, b in pairs) for name, pairs in data.items()})


def combine(removals: Iterable[Removal]) -> Removal:
    """Return one removal that took and gave all of it."""
    found = list(removals)
    return Removal(**{each.name: NONE.union(*(getattr(one, each.name) for one in found)) for each in fields(Removal)})


def replacement(member: Membership, before: Iterable[UUID], after: Iterable[UUID]) -> Removal:
    """Return what it takes and gives to replace the member's direct roles."""
    old, new = ({(member.pk, role) for role in roles} for roles in (before, after))
    return Removal(member_roles=frozenset(old - new), replaced_by=frozenset(new - old))


@dataclass
class Loss:
    """A project, role or permission: who loses it, and who keeps it through what, as text ("via Support")."""

    label: str
    losers: list[Membership] = field(default_factory=list)
    keepers: list[tuple[Membership, str]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.losers or self.keepers)


@dataclass(frozen=True)
class Effect:
    """What a removal takes, and from whom.

    person: the only person affected, if it is one person's access that was removed. has_many: more than MAX_PEOPLE are
    affected, so the losses name no one. more_projects: the projects beyond MAX_PROJECTS are not among the losses.
    """

    losses: list[Loss]
    person: Membership | None = None
    has_many: bool = False
    more_projects: bool = False

    @property
    def takes_access(self) -> bool:
        """Whether anyone loses something."""
        return self.has_many or any(loss.losers for loss in self.losses)


def effect_of(organization: Organization, removal: Removal, *, joined: Holdings | None = None) -> Effect:
    """Return the effect of a removal that is about to happen, or has just happened. About ten queries.

    If it has happened, what was given at the same time counts: members who moved to another group keep what both give.
    If it is about to, `joined` has the links to the groups that the members join at the same time.
    """
    joined = joined or Holdings()
    members = members_concerned(organization, removal)
    names = names_concerned(organization, removal.including(joined), members)
    more_projects, projects = len(names.projects) > MAX_PROJECTS, list(names.projects)[:MAX_PROJECTS]
    roles = _roles_concerned(removal, names)
    if len(members) > MAX_PEOPLE:
        labels = [*(names.projects[key] for key in projects), *(_role_label(names.roles[key]) for key in roles)]
        return Effect([Loss(label) for label in labels], has_many=True, more_projects=more_projects)
    now = holdings_of(members, names)
    before = Access(now.including(removal), names)
    after = Access(now.including(joined).excluding(removal), names)
    losses = [_project_loss(names, before, after, project) for project in projects]
    losses += [_role_loss(names, before, after, role) for role in roles]
    losses.append(_all_projects_loss(names, before, after))
    person = next(iter(members.values())) if len(members) == 1 and not removal.groups else None
    return Effect([loss for loss in losses if loss], person, more_projects=more_projects)


def removal_between(member: Membership, before: Profile, after: Profile) -> Removal:
    """Return what an edit of a member's profile removed.

    A role whose permissions the new roles all include was not removed: a promotion takes nothing. Where members have
    several roles, new ones replace nothing: Undo keeps them. Runs one query.
    """
    roles = Role.objects.in_bulk([*(before.roles | after.roles)])
    kept = frozenset().union(*(permissions_of(roles[key]) for key in after.roles))
    lost = [key for key in before.roles - after.roles if key in roles and not permissions_of(roles[key]) <= kept]
    changed = replacement(member, lost, after.roles if lost and member.organization.scheme == Scheme.RANKED else ())
    return replace(
        changed,
        links=frozenset((group, member.pk) for group in before.groups - after.groups),
        member_projects=frozenset((member.pk, project) for project in before.projects - after.projects),
    )


def _roles_concerned(removal: Removal, names: Names) -> list[UUID]:
    left = GroupRole.objects.filter(group__in={group for group, _member in removal.links}) if removal.links else None
    found = {role for _owner, role in removal.member_roles | removal.group_roles}
    found |= set(left.values_list("role_id", flat=True)) if left is not None else set()
    return [role for role in names.roles if role in found]


def _role_label(role: Role) -> str:
    return _("the role %(role)s") % {"role": role.label}


def _loss(label: str, members: Iterable[tuple[Membership, list[str], list[str]]]) -> Loss:
    """Return the loss of one thing; for each member, what gave it before, and what gives it after the removal."""
    loss = Loss(label)
    for member, before, after in members:
        if before == after or not before:
            continue
        if after:
            loss.keepers.append((member, after[0]))
        else:
            loss.losers.append(member)
    return loss


def _project_loss(names: Names, before: Access, after: Access, project: UUID) -> Loss:
    sources = (
        (member, before.project_sources(key, project), after.project_sources(key, project))
        for key, member in names.members.items()
    )
    return _loss(names.projects[project], sources)


def _role_loss(names: Names, before: Access, after: Access, role: UUID) -> Loss:
    """Return who loses the role. Members who have all of its permissions through other roles lose nothing."""
    sources = []
    for key, member in names.members.items():
        had, has = before.role_sources(key, role), after.role_sources(key, role)
        if has or not permissions_of(names.roles[role]) <= after.permissions(key, besides=role):
            sources.append((member, had, has))
    return _loss(_role_label(names.roles[role]), sources)


def _all_projects_loss(names: Names, before: Access, after: Access) -> Loss:
    """Return who loses access to all projects with a role. Leaves out members who keep it."""
    sources = (
        (member, before.all_projects_sources(key), after.all_projects_sources(key))
        for key, member in names.members.items()
    )
    return replace(_loss(_("access to all projects"), sources), keepers=[])


def archive_effect(project: Project) -> Effect:
    """Return who can't open the project while it is archived, and who still can: those who manage projects (P-1).

    Leaves out members who have it only through a role that manages projects: nothing changes for them.
    """
    organization, ids = project.organization, member_ids_with_project(project, limit=MAX_PEOPLE + 1)
    for role in roles_with_all_projects(organization):
        if Permission.PROJECTS_MANAGE not in permissions_of(role):
            ids |= _holders(organization, role)
    if len(ids) > MAX_PEOPLE:
        return Effect([Loss(project.name)], has_many=True)
    members, access = _access_of(organization, ids)
    sources = (
        (member, [""], access.permission_sources(key, Permission.PROJECTS_MANAGE)) for key, member in members.items()
    )
    loss = _loss(project.name, sources)
    return Effect([loss] if loss else [])


def permission_effect(organization: Organization, role: Role, permissions: Iterable[Permission]) -> Effect:
    """Return who loses these permissions, which were just removed from the role, and who keeps them (R-3)."""
    removed = frozenset(permissions)
    labels = {name: _("“%(permission)s”") % {"permission": LABELS[name]} for name in Permission if name in removed}
    ids = _holders(organization, role)
    if len(ids) > MAX_PEOPLE:
        return Effect([Loss(label) for label in labels.values()], has_many=True)
    members, access = _access_of(organization, ids)
    losses = [
        _loss(label, ((member, [""], access.permission_sources(key, name)) for key, member in members.items()))
        for name, label in labels.items()
    ]
    return Effect([loss for loss in losses if loss])


def _access_of(organization: Organization, ids: Iterable[UUID]) -> tuple[dict[UUID, Membership], Access]:
    """Return these members by name, and what gives them their roles."""
    found = Membership.objects.filter(organization=organization, pk__in=list(ids)).order_by("sort_name", "pk")
    members = {member.pk: member for member in found}
    names = names_concerned(organization, Holdings(), members)
    return members, Access(holdings_of(members, names), names)


def _holders(organization: Organization, role: Role) -> set[UUID]:
    """Return the members who have the role, directly or through a group; of many, at least MAX_PEOPLE + 1."""
    through = GroupRole.objects.filter(organization=organization, role=role).values("group")
    direct = MembershipRole.objects.filter(organization=organization, role=role)
    links = GroupMembership.objects.filter(organization=organization, group__in=through)
    found = (rows.order_by().values_list("membership_id", flat=True)[: MAX_PEOPLE + 1] for rows in (direct, links))
    return {key for keys in found for key in keys}
