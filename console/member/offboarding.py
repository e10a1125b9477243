"""The consequences of deactivating or deleting a member, shown in the confirmation (U-10, U-13)."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from accounts.queries import OpenSession
from base.counting import CAP, Count, capped_count
from organizations.models import GroupMembership, Membership, MembershipRole, ProjectGrant, Status
from organizations.ownership import owned_by
from organizations.permissions import ADMINISTRATIVE
from organizations.queries import roles_in, sessions_of_member
from organizations.queries.key_lists import keys_of_member, organization_keys_known_to
from organizations.roles import permissions_of

# Members who can work in a project, now or once they accept.
STATUSES_WITH_ACCESS = (Status.ACTIVE, Status.INVITED)


@dataclass(frozen=True)
class MemberKeys:
    """The number of a member's personal access keys, and names of organization keys whose secret they know."""

    personal: int
    shared: list[str]


def keys_of(member: Membership) -> MemberKeys:
    """Return the access keys to mention before a member leaves. Two queries."""
    shared = [key.name for key in organization_keys_known_to(member)]
    return MemberKeys(keys_of_member(member).count(), shared)


@dataclass(frozen=True)
class Offboarding:
    """The consequences of deleting a member.

    sole_projects: names of projects that no one else was given.
    valid_invitations, invalid_invitations: open invitations from the member that can or can't be accepted afterwards.
    deletes_account: whether their user is deleted too. owned: what loses its owner ("3 datasets").
    """

    sessions: int
    sole_projects: list[str]
    valid_invitations: Count
    invalid_invitations: int
    deletes_account: bool
    keys: MemberKeys
    owned: list[str]


def open_sessions(member: Membership) -> list[OpenSession]:
    """Return the sessions in which the member opened their organization."""
    return sessions_of_member(member)


def sole_projects_of(member: Membership) -> list[str]:
    """Return the names of projects given directly to the member and, also through groups, to no one else with access.

    People whose role gives access to all projects still have access.
    """
    others = ProjectGrant.objects.filter(project=OuterRef("project"), membership__status__in=STATUSES_WITH_ACCESS)
    through_groups = GroupMembership.objects.filter(
        group__project_links__project=OuterRef("project"), membership__status__in=STATUSES_WITH_ACCESS
    )
    direct = ProjectGrant.objects.filter(membership=member, project__archived_at=None)
    sole = direct.filter(~Exists(others.exclude(membership=member)), ~Exists(through_groups.exclude(membership=member)))
    return list(sole.order_by("project__sort_name").values_list("project__name", flat=True))


def _open_invitations(member: Membership, path: str = "") -> dict[str, object]:
    """Return filters for the members that `member` invited and who can still accept; `path` is a lookup prefix."""
    filters = {"organization": member.organization, "status": Status.INVITED, "invited_by": member}
    return {f"{path}{name}": value for name, value in {**filters, "invite_expires_at__gt": Now()}.items()}


def administrative_invitations(member: Membership) -> int:
    """Count the member's open invitations to administrative roles. They require an active inviter."""
    roles = [role.pk for role in roles_in(member.organization) if permissions_of(role) & ADMINISTRATIVE]
    invited = _open_invitations(member, "membership__")
    direct = MembershipRole.objects.filter(organization=member.organization, role__in=roles, **invited)
    through_groups = GroupMembership.objects.filter(group__role_links__role__in=roles, **invited)
    return direct.values("membership").order_by().union(through_groups.values("membership").order_by()).count()


def _other_invitations(member: Membership, administrative: int) -> Count:
    sent = capped_count(Membership.objects.filter(**_open_invitations(member)))
    return sent if sent.value > CAP else Count(sent.value - administrative)


def offboarding_of(member: Membership) -> Offboarding:
    """Return the consequences of deleting a member who has joined: about fifteen queries."""
    user, administrative = member.user, administrative_invitations(member)
    return Offboarding(
        sessions=len(open_sessions(member)),
        sole_projects=sole_projects_of(member),
        valid_invitations=_other_invitations(member, administrative),
        invalid_invitations=administrative,
        deletes_account=user is not None and not user.is_staff and not user.memberships.exclude(pk=member.pk).exists(),
        keys=keys_of(member),
        owned=owned_by(member),
    )
