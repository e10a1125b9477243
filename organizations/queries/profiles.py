"""What an editor of a member sees and may change (U-8)."""

from dataclasses import dataclass
from uuid import UUID

from organizations.models import GroupMembership, Membership, MembershipRole, ProjectGrant


@dataclass(frozen=True)
class Profile:
    """A member's name, and the ids of the roles and projects given directly and of the groups that they are in."""

    first_name: str
    last_name: str
    roles: frozenset[UUID]
    groups: frozenset[UUID]
    projects: frozenset[UUID]

    @property
    def name(self) -> tuple[str, str]:
        return self.first_name, self.last_name


def profile_of(member: Membership) -> Profile:
    """The member's profile as the database has it now, but for the name, which `member` carries: three queries."""
    return Profile(
        first_name=member.first_name,
        last_name=member.last_name,
        roles=frozenset(MembershipRole.objects.filter(membership=member).values_list("role", flat=True)),
        groups=frozenset(GroupMembership.objects.filter(membership=member).values_list("group", flat=True)),
        projects=frozenset(ProjectGrant.objects.filter(membership=member).values_list("project", flat=True)),
    )
