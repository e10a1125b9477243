"""Queries for roles: those an organization has, those a member has and where they come from, and its last Admin."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db.models import Q, QuerySet

from organizations.built_in_roles import BUILT_IN
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
from organizations.permissions import ADMINISTRATIVE, Permission, missing_admin_permissions
from organizations.roles import admin_role_id, permissions_of
from organizations.schemes import Scheme
from organizations.scopes import permissions_of_scopes

# A role, and the name of the group that gives it.
RoleViaGroup = tuple[Role, str]


def set_prefetched_roles(
    member: Membership, roles: Sequence[Role], via_group: Sequence[RoleViaGroup] | None = None
) -> None:
    """Store roles that are already loaded on the member, so that direct_roles_of() runs no query.

    With `via_group`, group_roles_of() runs no query either.
    """
    member.prefetched_roles = sorted(roles, key=lambda role: role.rank)  # type: ignore[attr-defined]
    if via_group is not None:
        member.prefetched_group_roles = list(via_group)  # type: ignore[attr-defined]


def direct_roles_of(member: Membership) -> list[Role]:
    """Return the roles that were given to the member directly, highest first. Runs one query per instance."""
    if not hasattr(member, "prefetched_roles"):
        set_prefetched_roles(member, list(Role.objects.filter(member_links__membership=member)))
    return member.prefetched_roles  # type: ignore[attr-defined]


def group_roles_of(member: Membership) -> list[RoleViaGroup]:
    """Return the roles that the member has through groups, with each group's name (G-4). One query per instance."""
    if not hasattr(member, "prefetched_group_roles"):
        links = GroupRole.objects.filter(group__member_links__membership=member).select_related("role", "group")
        links = links.order_by("group__sort_name", "group_id", "role__rank")
        via_group = [(link.role, link.group.name) for link in links]
        member.prefetched_group_roles = via_group  # type: ignore[attr-defined]
    return member.prefetched_group_roles  # type: ignore[attr-defined]


def all_roles_of(member: Membership) -> list[Role]:
    """Return the roles that the member has directly and through groups, without duplicates."""
    via_group = group_roles_of(member)
    if not via_group:
        return direct_roles_of(member)
    roles = [*direct_roles_of(member), *(role for role, _group in via_group)]
    return list({role.pk: role for role in roles}.values())


def permissions_of_member(member: Membership) -> frozenset[Permission]:
    """Return the permissions of all the member's roles, including those they have through groups (G-4).

    With an access key, those that its scopes allow; an organization's key has exactly these (A-6).
    """
    if key := member.access_key:
        allowed = permissions_of_scopes(key.scopes)
        return allowed & _permissions_of_roles(member) if key.membership_id else allowed
    return _permissions_of_roles(member)


def _permissions_of_roles(member: Membership) -> frozenset[Permission]:
    return frozenset().union(*(permissions_of(role) for role in all_roles_of(member)))


def roles_of_group(group: Group) -> list[Role]:
    """Return the group's roles, highest first."""
    return list(Role.objects.filter(group_links__group=group).order_by("rank", "name"))


def roles_of_groups(organization: Organization, group_ids: Iterable[UUID]) -> dict[UUID, list[Role]]:
    """Return the roles of each of these groups, by group id. Groups without roles are left out. Runs one query."""
    links = GroupRole.objects.filter(organization=organization, group__in=list(group_ids)).select_related("role")
    roles: dict[UUID, list[Role]] = {}
    for link in links.order_by("role__rank"):
        roles.setdefault(link.group_id, []).append(link.role)
    return roles


def roles_in(organization: Organization) -> list[Role]:
    """Return the organization's roles: the built-in ones of its scheme, then its custom ones (R-3)."""
    custom = Q(organization=organization)
    built_in = Q(organization=None, scheme=organization.scheme)
    return list(Role.objects.filter(custom | built_in).order_by("rank", "name"))


def provisioned_role(organization: Organization) -> Role:
    """Return the role of members whom an identity provider creates: an everyday one (R-6).

    It's the role of people who join by themselves, or the lowest built-in one that opens the workspace. No query.
    """
    role = organization.join_role
    if role and not permissions_of(role) & ADMINISTRATIVE:
        return role
    key = "read_only" if organization.scheme == Scheme.TASK else "operator"
    built_in = next(each for each in BUILT_IN if each.scheme == organization.scheme and each.key == key)
    return Role(id=built_in.id, scheme=built_in.scheme, key=key, rank=built_in.rank)


def group_has_member_with(group: Group, roles: Iterable[Role]) -> bool:
    """Return whether a member of the group has one of these roles, directly or through any group (R-7)."""
    keys = [role.pk for role in roles]
    links = GroupMembership.objects.filter(group=group)
    return bool(keys) and (
        links.filter(membership__role_links__role__in=keys).exists()
        or links.filter(membership__group_links__group__role_links__role__in=keys).exists()
    )


def roles_exceeding(organization: Organization, held: frozenset[Permission]) -> list[Role]:
    """Return the organization's roles with an administrative permission that is not in `held` (R-6, R-7)."""
    return [role for role in roles_in(organization) if missing_admin_permissions(permissions_of(role), held)]


def admin_links(organization: Organization) -> tuple[QuerySet[MembershipRole], QuerySet[GroupMembership]]:
    """Return the links that make active members who can sign in Admins: direct ones, and those through groups."""
    role = admin_role_id(organization.scheme)
    able = Q(organization=organization, membership__status=Status.ACTIVE, membership__user__is_active=True)
    direct = MembershipRole.objects.filter(able, role=role)
    return direct, GroupMembership.objects.filter(able, group__role_links__role=role)


def admin_exists(
    organization: Organization, *, besides: Membership | None = None, besides_group: Group | None = None
) -> bool:
    """Return whether the organization has an active Admin who can sign in, directly or through a group (R-8).

    Ignores the member `besides`, and the Admin roles that come from `besides_group`.
    """
    if besides_group is None and hasattr(organization, "prefetched_admins"):
        return bool(organization.prefetched_admins - {besides and besides.pk})
    direct, through_groups = admin_links(organization)
    if besides is not None:
        direct, through_groups = direct.exclude(membership=besides), through_groups.exclude(membership=besides)
    if besides_group is not None:
        through_groups = through_groups.exclude(group=besides_group)
    return direct.exists() or through_groups.exists()


def set_prefetched_admins(organization: Organization) -> None:
    """Look up two Admins, so that admin_exists() runs no query for this instance.

    Use it only to describe many members, never to decide whether a change is allowed.
    """
    found = [key for links in admin_links(organization) for key in links.values_list("membership_id", flat=True)[:2]]
    organization.prefetched_admins = set(found)  # type: ignore[attr-defined]


def is_last_admin(member: Membership) -> bool:
    """Return whether the member is the organization's only active Admin (R-8)."""
    role = admin_role_id(member.organization.scheme)
    # A member without a user can't sign in, so they don't count as an Admin yet.
    if (
        member.status != Status.ACTIVE
        or member.user_id is None
        or role not in {held.pk for held in all_roles_of(member)}
    ):
        return False
    return not admin_exists(member.organization, besides=member)
