"""A member's profile, as an editor sees and changes it (U-8)."""

from dataclasses import dataclass
from uuid import UUID

from organizations.models import GroupMembership, Membership, MembershipRole, ProjectGrant


@dataclass(frozen=True)
class Profile:
    """A member's name, and the ids of their direct roles, their groups and their direct projects."""

    first_name: str
    last_name: str
    roles: frozenset[UUID]
    groups: frozenset[UUID]
    projects: frozenset[UUID]

    @property
    def name(self) -> tuple[str, str]:
        return self.first_name, self.last_name


def profile_of(member: Membership) -> Profile:
    """Return the member's current profile. The name is that of `member`. Runs three queries."""
    return Profile(
        first_name=member.first_name,
        last_name=member.last_name,
        roles=frozenset(MembershipRole.objects.filter(membership=member).values_list("role", flat=True)),
        groups=frozenset(GroupMembership.objects.filter(membership=member).values_list("group", flat=True)),
        projects=frozenset(ProjectGrant.objects.filter(membership=member).values_list("project", flat=True)),
    )
