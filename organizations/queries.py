"""Reading members, roles, groups and projects: every function starts from an organization or a user."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from accounts.models import User
from organizations.models import (
    Group,
    GroupMembership,
    Membership,
    MembershipRole,
    Organization,
    Project,
    ProjectGrant,
    Role,
    Status,
)
from organizations.permissions import Permission
from organizations.roles import permissions_of

# A switcher longer than this is a page of its own.
SWITCHER_LIMIT = 200


def _with_roles(links: Iterable[MembershipRole]) -> list[Membership]:
    members: dict[UUID, Membership] = {}
    roles: dict[UUID, list[Role]] = defaultdict(list)
    for link in links:
        members.setdefault(link.membership_id, link.membership)
        roles[link.membership_id].append(link.role)
    for key, member in members.items():
        remember_roles(member, roles[key])
    return list(members.values())


def _active_links(user: User) -> QuerySet[MembershipRole]:
    return (
        MembershipRole.objects.filter(membership__user=user, membership__status=Status.ACTIVE)
        .select_related("membership__organization", "role")
        .order_by("membership__organization__name", "membership_id", "role__rank")
    )


def memberships_of(user: User, *, search: str = "") -> list[Membership]:
    """The user's active memberships with organization and roles, by the organization's name, at most about
    SWITCHER_LIMIT; only of organizations whose name contains `search`, if any. One query."""
    links = _active_links(user)
    if search:
        links = links.filter(membership__organization__name__icontains=search)
    found = list(links[:SWITCHER_LIMIT])
    members = _with_roles(found)
    if len(found) == SWITCHER_LIMIT:
        members.pop()  # its roles may be cut off; membership_at() has them all
    for member in members:
        member.user = user
    return members


def membership_at(user: User, slug: str) -> Membership | None:
    """The user's active membership in the organization of that slug, with organization and roles: one query."""
    members = _with_roles(_active_links(user).filter(membership__organization__slug=slug))
    for member in members:
        member.user = user
    return members[0] if members else None


def remember_roles(member: Membership, roles: Sequence[Role]) -> None:
    """Keeps already loaded roles on the member, so that roles_of() asks nothing."""
    member.loaded_roles = sorted(roles, key=lambda role: role.rank)  # type: ignore[attr-defined]


def roles_of(member: Membership) -> list[Role]:
    """The member's roles, highest first; asked once per object."""
    if not hasattr(member, "loaded_roles"):
        remember_roles(member, list(Role.objects.filter(member_links__membership=member)))
    return member.loaded_roles  # type: ignore[attr-defined]


def permissions_of_member(member: Membership) -> frozenset[Permission]:
    """All that the member's roles allow."""
    return frozenset().union(*(permissions_of(role) for role in roles_of(member)))


def member_in(organization: Organization, member_id: UUID | str) -> Membership | None:
    """One member of the organization by id, None for a stranger's."""
    return Membership.objects.filter(organization=organization, pk=member_id).first()


def members_by_email(organization: Organization, email_keys: Iterable[str]) -> dict[str, Membership]:
    """The organization's members among these canonical addresses, by address."""
    found = Membership.objects.filter(organization=organization, email_key__in=list(email_keys))
    return {member.email_key: member for member in found}


def roles_in(organization: Organization) -> list[Role]:
    """The roles that the organization offers: its scheme's built-in ones, then its own (R-3)."""
    own = Q(organization=organization)
    return list(Role.objects.filter(own | Q(organization=None, scheme=organization.scheme)).order_by("rank", "name"))


def groups_in(organization: Organization, ids: Iterable[UUID] | None = None) -> QuerySet[Group]:
    """The organization's groups by name, or those of them among `ids`."""
    groups = Group.objects.filter(organization=organization).order_by("name_key", "id")
    return groups if ids is None else groups.filter(pk__in=list(ids))


def projects_in(organization: Organization, ids: Iterable[UUID] | None = None) -> QuerySet[Project]:
    """The organization's projects that are not archived, by name, or those of them among `ids`."""
    projects = Project.objects.filter(organization=organization, archived_at=None).order_by("name_key", "id")
    return projects if ids is None else projects.filter(pk__in=list(ids))


def group_sizes(organization: Organization, groups: Iterable[Group]) -> dict[UUID, tuple[int, int]]:
    """Members and projects of each of these groups: two queries."""
    keys = [group.pk for group in groups]
    members = dict(
        GroupMembership.objects.filter(organization=organization, group__in=keys)
        .values_list("group")
        .annotate(Count("id"))
    )
    projects = dict(
        ProjectGrant.objects.filter(organization=organization, group__in=keys, project__archived_at=None)
        .values_list("group")
        .annotate(Count("id"))
    )
    return {key: (members.get(key, 0), projects.get(key, 0)) for key in keys}


def projects_through_groups(organization: Organization, group_ids: Iterable[UUID]) -> dict[Project, list[Group]]:
    """The projects that these groups bring, each with the groups that bring it, by name (W-6)."""
    grants = (
        ProjectGrant.objects.filter(organization=organization, group__in=list(group_ids), project__archived_at=None)
        .select_related("project", "group")
        .order_by("project__name_key", "project_id", "group__name_key")
    )
    found: dict[Project, list[Group]] = defaultdict(list)
    for grant in grants:
        if grant.group:
            found[grant.project].append(grant.group)
    return dict(found)


def grants_of(member: Membership) -> tuple[QuerySet[ProjectGrant], QuerySet[ProjectGrant]]:
    """What was given to the member, and to their groups. Apart, because an OR over both reads the whole table;
    "group is not NULL" is said for the planner, whose indexes hold only those."""
    grants = ProjectGrant.objects.order_by()
    return (
        grants.filter(membership=member),
        grants.filter(group__isnull=False, group__member_links__membership=member),
    )


def given_projects(member: Membership) -> QuerySet[Project]:
    """The projects given to the member, directly or through groups, each once; what a role opens is not among them."""
    direct, through = grants_of(member)
    projects = Project.objects.filter(organization_id=member.organization_id, archived_at=None)
    return projects.filter(pk__in=direct.values("project").union(through.values("project")))
