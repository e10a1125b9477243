"""The links of some members and their groups, and what the members can access with them (U-22)."""

from collections import defaultdict
from dataclasses import dataclass, fields
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from organizations.models import (
    Group,
    GroupMembership,
    GroupRole,
    Membership,
    MembershipRole,
    Organization,
    Project,
    ProjectGrant,
    Role,
)
from organizations.permissions import Permission
from organizations.roles import permissions_of

Pair = tuple[UUID, UUID]
Pairs = frozenset[Pair]
NONE: Pairs = frozenset()

# A removal that affects more people is described without names.
MAX_PEOPLE = 1000
# The most projects of a removal that are looked at one by one.
MAX_PROJECTS = 100
# The most grants of the groups that were left that are read to find these projects.
MAX_GRANTS = 1000


@dataclass(frozen=True)
class Holdings:
    """Links as pairs of ids.

    links: (group, member). member_projects: (member, project). member_roles: (member, role). group_projects: (group,
    project). group_roles: (group, role).
    """

    links: Pairs = NONE
    member_projects: Pairs = NONE
    member_roles: Pairs = NONE
    group_projects: Pairs = NONE
    group_roles: Pairs = NONE

    def __bool__(self) -> bool:
        return any(getattr(self, each.name) for each in fields(Holdings))

    def including(self, other: "Holdings") -> "Holdings":
        """Return these links and the others."""
        return Holdings(*(getattr(self, each.name) | getattr(other, each.name) for each in fields(Holdings)))

    def excluding(self, other: "Holdings") -> "Holdings":
        """Return these links without the others."""
        return Holdings(*(getattr(self, each.name) - getattr(other, each.name) for each in fields(Holdings)))

    @property
    def groups(self) -> set[UUID]:
        """The groups that have projects or roles here."""
        return {group for group, _id in self.group_projects | self.group_roles}

    @property
    def members(self) -> set[UUID]:
        """The members who are in groups, or have projects or roles, here."""
        return {member for _group, member in self.links} | {
            member for member, _id in self.member_projects | self.member_roles
        }


@dataclass(frozen=True)
class Names:
    """What the links lead to, by id."""

    members: dict[UUID, Membership]
    groups: dict[UUID, str]
    projects: dict[UUID, str]
    roles: dict[UUID, Role]


class Access:
    """What each member can access with some holdings, and through what."""

    def __init__(self, holdings: Holdings, names: Names) -> None:
        self.holdings, self.names = holdings, names
        self.groups: dict[UUID, list[UUID]] = defaultdict(list)
        for group, member in sorted(holdings.links, key=lambda pair: names.groups.get(pair[0], "")):
            if group in names.groups:
                self.groups[member].append(group)
        self.roles: dict[UUID, dict[UUID, list[str]]] = defaultdict(lambda: defaultdict(list))
        self._read_roles()
        self._all_projects: dict[UUID, list[str]] = {}

    def _read_roles(self) -> None:
        for member, role in self.holdings.member_roles:
            self.roles[member][role].append(_("directly"))
        roles_by_group: dict[UUID, list[UUID]] = defaultdict(list)
        for group, role in self.holdings.group_roles:
            roles_by_group[group].append(role)
        for member, groups in self.groups.items():
            for group in groups:
                for role in roles_by_group.get(group, ()):
                    self.roles[member][role].append(_("via %(group)s") % {"group": self.names.groups[group]})

    def role_sources(self, member: UUID, role: UUID) -> list[str]:
        """Return what gives the member the role."""
        return self.roles[member].get(role, [])

    def permissions(self, member: UUID, *, besides: UUID | None = None) -> frozenset[Permission]:
        """Return the member's permissions, without those that they have only through the role `besides`."""
        held = (self.names.roles[role] for role in self.roles[member] if role != besides and role in self.names.roles)
        return frozenset().union(*map(permissions_of, held))

    def project_sources(self, member: UUID, project: UUID) -> list[str]:
        """Return what gives the member the project: direct access, groups, roles."""
        sources = [_("with direct access")] if (member, project) in self.holdings.member_projects else []
        sources += [
            _("via %(group)s") % {"group": self.names.groups[group]}
            for group in self.groups[member]
            if (group, project) in self.holdings.group_projects
        ]
        return sources + self.all_projects_sources(member)

    def all_projects_sources(self, member: UUID) -> list[str]:
        """Return the roles that give the member all projects."""
        if member not in self._all_projects:
            self._all_projects[member] = self.permission_sources(member, Permission.PROJECTS_VIEW_ALL)
        return self._all_projects[member]

    def permission_sources(self, member: UUID, permission: Permission) -> list[str]:
        """Return the roles that give the member the permission."""
        roles = (self.names.roles[role] for role in self.roles[member] if role in self.names.roles)
        found = sorted((role for role in roles if permission in permissions_of(role)), key=lambda role: role.rank)
        return [_("through the role %(role)s") % {"role": role.label} for role in found]


def members_concerned(organization: Organization, removal: Holdings) -> dict[UUID, Membership]:
    """Return the affected members by name. Of more than MAX_PEOPLE, only some. One query, and one for each group."""
    ids = removal.members
    for group in removal.groups:
        if len(ids) <= MAX_PEOPLE:  # never reads all members of a large group
            links = GroupMembership.objects.filter(group=group).order_by()
            ids |= set(links.values_list("membership_id", flat=True)[: MAX_PEOPLE + 1])
    members = Membership.objects.filter(organization=organization, pk__in=list(ids)[: MAX_PEOPLE + 1])
    return {member.pk: member for member in members.order_by("sort_name", "pk")}


def names_concerned(organization: Organization, removal: Holdings, members: dict[UUID, Membership]) -> Names:
    """Return the groups that the members are or were in, the affected projects by name, and all roles."""
    left = {group for group, _member in removal.links}
    groups = Group.objects.filter(organization=organization)
    wanted = left | removal.groups
    if len(members) <= MAX_PEOPLE:
        wanted |= set(GroupMembership.objects.filter(membership__in=members).values_list("group_id", flat=True))
    grants = ProjectGrant.objects.filter(organization=organization, group__in=left).order_by()
    own = {project for _owner, project in removal.member_projects | removal.group_projects}
    own |= set(grants.values_list("project_id", flat=True)[:MAX_GRANTS]) if left else set()
    projects = Project.objects.filter(organization=organization, archived_at=None)
    concerned = projects.filter(pk__in=own).order_by("sort_name", "pk")
    roles = Role.objects.filter(Q(organization=organization) | Q(organization=None)).order_by("rank", "name")
    return Names(
        members,
        dict(groups.filter(pk__in=wanted).values_list("pk", "name")),
        dict(concerned.values_list("pk", "name")[: MAX_PROJECTS + 1]),
        {role.pk: role for role in roles},
    )


def _pairs(rows: QuerySet, *fields: str) -> Pairs:
    return frozenset(rows.order_by().values_list(*fields))


def holdings_of(members: dict[UUID, Membership], names: Names) -> Holdings:
    """Return what the members and their groups have now."""
    grants = ProjectGrant.objects.filter(project__in=names.projects)
    of_members = {"membership__in": members}
    return Holdings(
        _pairs(GroupMembership.objects.filter(**of_members), "group_id", "membership_id"),
        _pairs(grants.filter(**of_members), "membership_id", "project_id"),
        _pairs(MembershipRole.objects.filter(**of_members), "membership_id", "role_id"),
        _pairs(grants.filter(group__in=names.groups), "group_id", "project_id"),
        _pairs(GroupRole.objects.filter(group__in=names.groups), "group_id", "role_id"),
    )
