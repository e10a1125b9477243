"""Members as resources."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from api.schemas.members import Member, MemberState, MemberSummary
from api.schemas.references import MemberReference, Reference, RoleThroughGroup
from base.times import NEVER
from organizations import models
from organizations.models import Group, GroupMembership, Membership, MembershipRole, Organization, ProjectGrant, Role
from organizations.queries import roles_of_groups


def refer(item: Role | Group | models.Project) -> Reference:
    """Return the short form of a role, group or project."""
    return Reference(id=item.pk, name=item.label if isinstance(item, Role) else item.name)


def refer_to_member(member: Membership) -> MemberReference:
    """Return the short form of a member."""
    return MemberReference(
        id=member.pk, name=member.name, email=member.email, status=member.status, managed_by=member.managed_by
    )


def known_time(value: datetime) -> datetime | None:
    """Return the time, None for one that the database stores as unknown."""
    return None if value == NEVER else value


class Links:
    """The roles and groups of some members. Three queries, or two where none of them is in a group."""

    def __init__(self, organization: Organization, members: Sequence[Membership]) -> None:
        self.roles: dict[UUID, list[Role]] = defaultdict(list)
        self.groups: dict[UUID, list[Group]] = defaultdict(list)
        keys = [member.pk for member in members]
        direct = MembershipRole.objects.filter(membership__in=keys).select_related("role")
        for role_link in direct.order_by("role__rank", "role__name"):
            self.roles[role_link.membership_id].append(role_link.role)
        links = GroupMembership.objects.filter(membership__in=keys).select_related("group")
        for link in links.order_by("group__sort_name", "group_id"):
            self.groups[link.membership_id].append(link.group)
        ids = {group.pk for groups in self.groups.values() for group in groups}
        self.group_roles = roles_of_groups(organization, ids) if ids else {}

    def fields(self, member: Membership) -> dict:
        """Return the fields of a member's resource."""
        groups = self.groups[member.pk]
        return {
            "id": member.pk,
            "first_name": member.first_name,
            "last_name": member.last_name,
            "email": member.email,
            "status": MemberState(member.state),
            "managed_by": member.managed_by,
            "roles": [refer(role) for role in self.roles[member.pk]],
            "groups": [refer(group) for group in groups],
            "roles_through_groups": [
                RoleThroughGroup(role=refer(role), group=refer(group))
                for group in groups
                for role in self.group_roles.get(group.pk, ())
            ],
            "two_factor": member.two_factor,
            "invited_by": member.invited_by_id,
            "invite_expires_at": member.invite_expires_at if member.status == models.Status.INVITED else None,
            "joined_at": known_time(member.joined_at),
            "last_active_at": known_time(member.last_active_at),
            "created_at": member.created_at,
        }


def summarize_members(organization: Organization, members: Sequence[Membership]) -> list[MemberSummary]:
    """Return the resources of a page. At most three queries."""
    links = Links(organization, members)
    return [MemberSummary(**links.fields(member)) for member in members]


def describe_member(organization: Organization, member: Membership) -> Member:
    """Return the resource of one member. At most four queries."""
    grants = ProjectGrant.objects.filter(membership=member, project__archived_at=None).select_related("project")
    projects = [refer(grant.project) for grant in grants.order_by("project__sort_name", "project_id")]
    return Member(**Links(organization, [member]).fields(member), projects=projects)


def version_of(member: Member) -> BaseModel:
    """Return the fields of a member that its ETag covers: all except the last activity."""
    return member.model_copy(update={"last_active_at": None})


def references(items: Iterable[Role | Group | models.Project]) -> list[Reference]:
    """Return the short forms."""
    return [refer(item) for item in items]
