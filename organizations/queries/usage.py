"""Who and what has a role: counted, found and paged without loading a role's holders."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import IntegerField, QuerySet, Subquery
from django.db.models.expressions import OuterRef

from base.counting import CAP, Count
from organizations.models import Group, GroupMembership, GroupRole, Membership, MembershipRole, Organization, Role
from organizations.permissions import Permission
from organizations.queries.roles import roles_beyond, roles_in


class CappedCount(Subquery):
    """How many rows a (sliced) queryset has, in the query around it."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


@dataclass(frozen=True)
class RoleUse:
    """How many members were given a role directly, and how many groups carry it."""

    members: Count = Count(0)
    groups: Count = Count(0)

    def __bool__(self) -> bool:
        return bool(self.members or self.groups)


def _capped(links: QuerySet, order: str) -> CappedCount:
    # By `order`, so that the index is walked: without, a role that nobody has is looked for in the whole table (2 s).
    return CappedCount(links.filter(role=OuterRef("pk")).order_by(order).values("pk")[: CAP + 1])


def role_uses(organization: Organization, roles: Iterable[Role]) -> dict[UUID, RoleUse]:
    """The use of each of these roles in the organization: one query. None of one that is gone by now."""
    found = {role.pk: RoleUse() for role in roles}
    members = _capped(MembershipRole.objects.filter(organization=organization), "membership")
    groups = _capped(GroupRole.objects.filter(organization=organization), "group")
    rows = Role.objects.filter(pk__in=found).order_by()
    counted = rows.annotate(members=members, in_groups=groups).values_list("pk", "members", "in_groups")
    return found | {key: RoleUse(Count(people), Count(carriers)) for key, people, carriers in counted}


def role_in(organization: Organization, role_id: UUID) -> Role | None:
    """One of the roles that the organization offers, None for any other."""
    return next((role for role in roles_in(organization) if role.pk == role_id), None)


def holders_of(organization: Organization, role: Role) -> QuerySet[Membership]:
    """The members who were given the role directly, pending ones too. Page them by "pk", latest first: any other order
    reads all of them."""
    links = {"role_links__role": role, "role_links__organization": organization}  # said twice for their index
    return Membership.objects.filter(organization=organization, **links)


def groups_with(organization: Organization, role: Role) -> QuerySet[Group]:
    """The groups that carry the role, by name (G-4)."""
    links = {"role_links__role": role, "role_links__organization": organization}
    return Group.objects.filter(organization=organization, **links).order_by("name_key", "id")


def holder_above(organization: Organization, role: Role, permissions: frozenset[Permission]) -> Membership | None:
    """Somebody who holds the role and, by another one, an administrative permission that is not among these (R-7);
    each directly or through a group. Eight queries at most."""
    above = [other.pk for other in roles_beyond(organization, permissions)]
    if not above:
        return None
    # Each way by itself, from the few who hold more: one query for all of them would read every member.
    for more in _ways(organization, above):
        for links in _ways(organization, [role.pk]):
            found = more.filter(membership__in=links.values("membership")).select_related("membership")
            if link := found.order_by().first():
                return link.membership
    return None


def _ways(organization: Organization, role_ids: list[UUID]) -> list[QuerySet]:
    """The links by which members hold these roles; through groups only where a group carries one."""
    ways: list[QuerySet] = [MembershipRole.objects.filter(organization=organization, role__in=role_ids)]
    carried = GroupRole.objects.filter(organization=organization, role__in=role_ids)
    if carried.exists():
        ways.append(GroupMembership.objects.filter(organization=organization, group__in=carried.values("group")))
    return ways
