"""Reading roles: which an organization offers, which a member holds and by what, and whether an Admin is left."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db.models import Q, QuerySet

from organizations.models import (
    Group,
    GroupMembership,
    GroupRole,
    Membership,
    MembershipRole,
    Organization,
    Role,
    Status,
)
from organizations.permissions import Permission, beyond
from organizations.roles import admin_role_id, permissions_of

Through = tuple[Role, str]


def remember_roles(member: Membership, roles: Sequence[Role], through: Sequence[Through] | None = None) -> None:
    """Keeps already loaded roles on the member, so that roles_of() asks nothing; and those `through` groups (role and
    group's name), so that group_roles_of() asks nothing either."""
    member.loaded_roles = sorted(roles, key=lambda role: role.rank)  # type: ignore[attr-defined]
    if through is not None:
        member.loaded_group_roles = list(through)  # type: ignore[attr-defined]


def roles_of(member: Membership) -> list[Role]:
    """The roles given to the member directly, highest first; asked once per object."""
    if not hasattr(member, "loaded_roles"):
        remember_roles(member, list(Role.objects.filter(member_links__membership=member)))
    return member.loaded_roles  # type: ignore[attr-defined]


def group_roles_of(member: Membership) -> list[Through]:
    """The roles that the member holds through groups, each with the group's name (G-4); asked once per object."""
    if not hasattr(member, "loaded_group_roles"):
        links = GroupRole.objects.filter(group__member_links__membership=member).select_related("role", "group")
        found = [(link.role, link.group.name) for link in links.order_by("group__name_key", "role__rank")]
        member.loaded_group_roles = found  # type: ignore[attr-defined]
    return member.loaded_group_roles  # type: ignore[attr-defined]


def all_roles_of(member: Membership) -> list[Role]:
    """Every role that the member holds, directly or through groups, each once."""
    through = group_roles_of(member)
    if not through:
        return roles_of(member)
    roles = [*roles_of(member), *(role for role, _group in through)]
    return list({role.pk: role for role in roles}.values())


def permissions_of_member(member: Membership) -> frozenset[Permission]:
    """All that the member's roles allow, those held through groups among them (G-4)."""
    return frozenset().union(*(permissions_of(role) for role in all_roles_of(member)))


def roles_of_group(group: Group) -> list[Role]:
    """The roles that the group carries, highest first."""
    return list(Role.objects.filter(group_links__group=group).order_by("rank", "name"))


def roles_of_groups(organization: Organization, group_ids: Iterable[UUID]) -> dict[UUID, list[Role]]:
    """The roles that each of these groups carries; groups without any are absent. One query."""
    links = GroupRole.objects.filter(organization=organization, group__in=list(group_ids)).select_related("role")
    found: dict[UUID, list[Role]] = {}
    for link in links.order_by("role__rank"):
        found.setdefault(link.group_id, []).append(link.role)
    return found


def roles_in(organization: Organization) -> list[Role]:
    """The roles that the organization offers: its scheme's built-in ones, then its own (R-3)."""
    own = Q(organization=organization)
    return list(Role.objects.filter(own | Q(organization=None, scheme=organization.scheme)).order_by("rank", "name"))


def group_has_holder_of(group: Group, roles: Iterable[Role]) -> bool:
    """Whether a member of the group holds one of these roles, directly or through any group (R-7)."""
    keys = [role.pk for role in roles]
    links = GroupMembership.objects.filter(group=group)
    return bool(keys) and (
        links.filter(membership__role_links__role__in=keys).exists()
        or links.filter(membership__group_links__group__role_links__role__in=keys).exists()
    )


def roles_beyond(organization: Organization, held: frozenset[Permission]) -> list[Role]:
    """The organization's roles that give an administrative permission which is not among these (R-6, R-7)."""
    return [role for role in roles_in(organization) if beyond(permissions_of(role), held)]


def _admins(organization: Organization) -> tuple[QuerySet[MembershipRole], QuerySet[GroupMembership]]:
    """The links by which active members who can sign in are Admins: directly, and through groups."""
    role = admin_role_id(organization.scheme)
    able = Q(organization=organization, membership__status=Status.ACTIVE, membership__user__is_active=True)
    directly = MembershipRole.objects.filter(able, role=role)
    return directly, GroupMembership.objects.filter(able, group__role_links__role=role)


def admin_exists(
    organization: Organization, *, besides: Membership | None = None, besides_group: Group | None = None
) -> bool:
    """Whether an active Admin who can sign in is there, directly or through a group (R-8), other than `besides` and
    other than by `besides_group`."""
    if besides_group is None and hasattr(organization, "loaded_admins"):
        return bool(organization.loaded_admins - {besides and besides.pk})
    directly, through = _admins(organization)
    if besides is not None:
        directly, through = directly.exclude(membership=besides), through.exclude(membership=besides)
    if besides_group is not None:
        through = through.exclude(group=besides_group)
    return directly.exists() or through.exists()


def remember_admins(organization: Organization) -> None:
    """Finds two Admins, so that admin_exists() of this very object asks nothing: for saying something about many
    members, where nothing is decided by it."""
    found = [key for links in _admins(organization) for key in links.values_list("membership_id", flat=True)[:2]]
    organization.loaded_admins = set(found)  # type: ignore[attr-defined]


def is_last_admin(member: Membership) -> bool:
    """R-8: an active Admin without whom the organization would have none."""
    role = admin_role_id(member.organization.scheme)
    if member.status != Status.ACTIVE or role not in {held.pk for held in all_roles_of(member)}:
        return False
    return not admin_exists(member.organization, besides=member)
