"""The members and groups that have a role: counted, searched and paged without loading all of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import IntegerField, QuerySet, Subquery
from django.db.models.expressions import OuterRef

from base.counting import CAP, Count
from organizations.models import Group, GroupMembership, GroupRole, Membership, MembershipRole, Organization, Role
from organizations.permissions import Permission
from organizations.queries.roles import roles_exceeding, roles_in


class CappedCount(Subquery):
    """The number of rows of a (sliced) queryset, as an expression in another query."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


@dataclass(frozen=True)
class RoleUse:
    """The number of members with a role given directly, and the number of groups with it."""

    members: Count = Count(0)
    groups: Count = Count(0)

    def __bool__(self) -> bool:
        return bool(self.members or self.groups)


def _capped(links: QuerySet, order: str) -> CappedCount:
    # Ordered, so that the database walks the index. Without it, a role that no one has is searched for in the whole
    # table (2 s).
    return CappedCount(links.filter(role=OuterRef("pk")).order_by(order).values("pk")[: CAP + 1])


def role_uses(organization: Organization, roles: Iterable[Role]) -> dict[UUID, RoleUse]:
    """Return the use of each of these roles in the organization, by role id. Runs one query.

    The use of a role that no longer exists is zero.
    """
    unused = {role.pk: RoleUse() for role in roles}
    members = _capped(MembershipRole.objects.filter(organization=organization), "membership")
    groups = _capped(GroupRole.objects.filter(organization=organization), "group")
    rows = Role.objects.filter(pk__in=unused).order_by().annotate(member_count=members, group_count=groups)
    counts = rows.values_list("pk", "member_count", "group_count")
    return unused | {role_id: RoleUse(Count(members), Count(groups)) for role_id, members, groups in counts}


def role_in(organization: Organization, role_id: UUID) -> Role | None:
    """Return one of the organization's roles, built-in or custom, or None if it has no role with this id."""
    return next((role for role in roles_in(organization) if role.pk == role_id), None)


def members_with_role(organization: Organization, role: Role) -> QuerySet[Membership]:
    """Return the members with the role given directly, including pending members.

    Page them by "pk", latest first. Any other order reads all of them.
    """
    # The organization is in both conditions so that the links' index is used.
    links = {"role_links__role": role, "role_links__organization": organization}
    return Membership.objects.filter(organization=organization, **links)


def groups_with_role(organization: Organization, role: Role) -> QuerySet[Group]:
    """Return the groups with the role, ordered by name (G-4)."""
    links = {"role_links__role": role, "role_links__organization": organization}
    return Group.objects.filter(organization=organization, **links).order_by("sort_name", "id")


def find_stronger_holder(
    organization: Organization, role: Role, permissions: frozenset[Permission]
) -> Membership | None:
    """Find a member with the role whose other roles include an administrative permission not in `permissions` (R-7).

    Considers roles given directly and through groups. Runs at most eight queries.
    """
    stronger = [other.pk for other in roles_exceeding(organization, permissions)]
    if not stronger:
        return None
    # One query per combination, starting from the few members with a stronger role: one query for all would read
    # every member.
    for stronger_links in _links_to(organization, stronger):
        for role_links in _links_to(organization, [role.pk]):
            both = stronger_links.filter(membership__in=role_links.values("membership"))
            if link := both.select_related("membership").order_by().first():
                return link.membership
    return None


def _links_to(organization: Organization, role_ids: list[UUID]) -> list[QuerySet]:
    """Return querysets of the links that give members these roles: direct ones, and those of groups if any has one."""
    links: list[QuerySet] = [MembershipRole.objects.filter(organization=organization, role__in=role_ids)]
    group_roles = GroupRole.objects.filter(organization=organization, role__in=role_ids)
    if group_roles.exists():
        links.append(GroupMembership.objects.filter(organization=organization, group__in=group_roles.values("group")))
    return links
