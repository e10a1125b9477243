"""What a member sees of the workspace: groups, people and counts."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from base.counting import Count, capped_count
from organizations.models import Group, Membership, Organization, Role, Status
from organizations.permissions import Permission
from organizations.queries import group_sizes, member_counts
from organizations.roles import permissions_of

EXPIRES_SOON = timedelta(days=7)


def groups_of(member: Membership, *, limit: int = 20) -> list[Group]:
    """Return the member's groups by name, at most `limit`."""
    return list(Group.objects.filter(member_links__membership=member).order_by("sort_name", "id")[:limit])


@dataclass(frozen=True)
class OwnGroup:
    """A group of the member, with its numbers of members and projects."""

    group: Group
    members: Count
    projects: Count


def groups_with_sizes(member: Membership, *, limit: int = 20) -> list[OwnGroup]:
    """Return the member's groups by name, at most `limit`. Two queries, one if there are none."""
    groups = groups_of(member, limit=limit)
    sizes = group_sizes(groups) if groups else {}
    return [OwnGroup(group, *sizes[group.pk]) for group in groups]


@dataclass(frozen=True)
class PeopleCounts:
    """Members who accepted, pending invitations, and pending invitations that expire within a week."""

    members: Count
    pending: Count
    expiring: Count


def people_counts(organization: Organization) -> PeopleCounts:
    """Count people in three queries, however many there are.

    A trigger keeps the number of members. Which invitations have expired depends on the clock, so those are counted.
    """
    now, counts = timezone.now(), member_counts(organization)
    joined = counts[Status.ACTIVE] + counts[Status.DEACTIVATED]
    invited = Membership.objects.filter(organization=organization, status=Status.INVITED, invite_expires_at__gt=now)
    return PeopleCounts(
        members=Count(joined, joined),
        pending=capped_count(invited),
        expiring=capped_count(invited.filter(invite_expires_at__lte=now + EXPIRES_SOON)),
    )


def people_admins(organization: Organization, roles: list[Role], *, limit: int = 5) -> list[Membership]:
    """Return the active members with one of `roles` that can manage people, by name, at most `limit`."""
    admin_roles = [role for role in roles if Permission.PEOPLE_ADMIN in permissions_of(role)]
    members = Membership.objects.filter(
        organization=organization,
        status=Status.ACTIVE,
        role_links__organization=organization,
        role_links__role__in=admin_roles,
    )
    return list(members.distinct().order_by("sort_name", "pk")[:limit])
