"""What goes when a member goes: said before somebody is deactivated or deleted (U-10, U-13)."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from accounts.queries import OpenSession, sessions_of
from organizations.models import GroupMembership, Membership, ProjectGrant, Status
from organizations.permissions import ADMINISTRATIVE
from organizations.queries import roles_in
from organizations.roles import permissions_of

# Who can work in a project, or will when they have accepted.
REACHING = (Status.ACTIVE, Status.INVITED)


@dataclass(frozen=True)
class Offboarding:
    """`alone`: names of projects that nobody else was given; of the open invitations that the member sent, the
    `everyday` ones stay good and the `administrative` ones do not; `account`: their user goes too."""

    sessions: int
    alone: list[str]
    everyday: int
    administrative: int
    account: bool


def open_sessions(member: Membership) -> list[OpenSession]:
    """Where the member is signed in."""
    return sessions_of(member.user) if member.user else []


def projects_alone(member: Membership) -> list[str]:
    """The names of projects given to the member directly and to nobody else who can reach them, not through a group
    either. Those whose role opens every project still do."""
    others = ProjectGrant.objects.filter(project=OuterRef("project"), membership__status__in=REACHING)
    grouped = GroupMembership.objects.filter(
        group__project_links__project=OuterRef("project"), membership__status__in=REACHING
    )
    given = ProjectGrant.objects.filter(membership=member, project__archived_at=None)
    alone = given.filter(~Exists(others.exclude(membership=member)), ~Exists(grouped.exclude(membership=member)))
    return list(alone.order_by("project__name_key").values_list("project__name", flat=True))


def _sent(member: Membership) -> QuerySet[Membership]:
    waiting = Membership.objects.filter(organization=member.organization, invited_by=member, status=Status.INVITED)
    return waiting.filter(invite_expires_at__gt=Now())


def administrative_invitations(member: Membership) -> int:
    """How many open invitations of the member's give an administrative role: they need an inviter who is there."""
    roles = [role.pk for role in roles_in(member.organization) if permissions_of(role) & ADMINISTRATIVE]
    given, through = Q(role_links__role__in=roles), Q(group_links__group__role_links__role__in=roles)
    return _sent(member).filter(given | through).distinct().count()


def offboarding_of(member: Membership) -> Offboarding:
    """For a member who has joined: about nine queries."""
    user, administrative = member.user, administrative_invitations(member)
    return Offboarding(
        sessions=len(open_sessions(member)),
        alone=projects_alone(member),
        everyday=_sent(member).count() - administrative,
        administrative=administrative,
        account=user is not None and not user.is_staff and not user.memberships.exclude(pk=member.pk).exists(),
    )
