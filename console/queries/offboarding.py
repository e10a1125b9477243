"""What goes when a member goes: said before somebody is deactivated or deleted (U-10, U-13)."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from accounts.queries import OpenSession, list_open_sessions
from base.counting import CAP, Count, capped_count
from organizations.models import GroupMembership, Membership, MembershipRole, ProjectGrant, Status
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
    everyday: Count
    administrative: int
    account: bool


def open_sessions(member: Membership) -> list[OpenSession]:
    """Where the member is signed in."""
    return list_open_sessions(member.user) if member.user else []


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


def _open_ones(member: Membership, path: str = "") -> dict[str, object]:
    """What members have whom `member` invited and who can still accept; `path` leads to them."""
    wanted = {"organization": member.organization, "status": Status.INVITED, "invited_by": member}
    return {f"{path}{name}": value for name, value in {**wanted, "invite_expires_at__gt": Now()}.items()}


def administrative_invitations(member: Membership) -> int:
    """How many open invitations of the member's give an administrative role: they need an inviter who is there."""
    roles = [role.pk for role in roles_in(member.organization) if permissions_of(role) & ADMINISTRATIVE]
    theirs = _open_ones(member, "membership__")
    given = MembershipRole.objects.filter(organization=member.organization, role__in=roles, **theirs)
    through = GroupMembership.objects.filter(group__role_links__role__in=roles, **theirs)
    return given.values("membership").order_by().union(through.values("membership").order_by()).count()


def _everyday(member: Membership, administrative: int) -> Count:
    sent = capped_count(Membership.objects.filter(**_open_ones(member)))
    return sent if sent.value > CAP else Count(sent.value - administrative)


def offboarding_of(member: Membership) -> Offboarding:
    """For a member who has joined: about nine queries."""
    user, administrative = member.user, administrative_invitations(member)
    return Offboarding(
        sessions=len(open_sessions(member)),
        alone=projects_alone(member),
        everyday=_everyday(member, administrative),
        administrative=administrative,
        account=user is not None and not user.is_staff and not user.memberships.exclude(pk=member.pk).exists(),
    )
