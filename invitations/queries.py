"""Queries for drafts, invitations and links."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from invitations.links import read_token
from invitations.models import Batch, Invitation
from organizations.models import Group, Membership, Organization, Project, Role, Status
from organizations.queries import groups_in, projects_in, projects_through_groups, roles_in


class LinkState(StrEnum):
    """State of an invitation link. Each state that can't be accepted has its own page (I-7)."""

    OPEN = "open"
    UNKNOWN = "unknown"
    USED = "used"
    REVOKED = "revoked"
    REPLACED = "replaced"
    EXPIRED = "expired"


@dataclass(frozen=True)
class Link:
    """State of a link and its invitation, which is None for an unknown link."""

    state: LinkState
    invitation: Invitation | None = None


def _link_state(invitation: Invitation, version: int, expired: bool) -> LinkState:
    member = invitation.membership
    if invitation.accepted_at:
        return LinkState.USED
    if invitation.revoked_at or member is None or member.status != Status.INVITED:
        return LinkState.REVOKED
    if version != invitation.version:
        return LinkState.REPLACED
    return LinkState.EXPIRED if expired else LinkState.OPEN


def find_link(token: str) -> Link:
    """Return the state of a token's link now, in one query. Uses the database's clock, as accepting does."""
    token_data = read_token(token)
    if token_data is None:
        return Link(LinkState.UNKNOWN)
    invitation_id, version = token_data
    related = "membership__organization", "membership__invited_by__organization", "batch__created_by", "organization"
    invitation = (
        Invitation.objects.filter(pk=invitation_id)
        .select_related(*related)
        .annotate(expired=Q(membership__invite_expires_at__lte=Now()))
        .first()
    )
    if invitation is None:
        return Link(LinkState.UNKNOWN)
    return Link(_link_state(invitation, version, bool(invitation.expired)), invitation)


def pending_invitation(member: Membership) -> Invitation | None:
    """Return the member's invitation that is neither accepted nor revoked. It may have expired."""
    invitations = Invitation.objects.filter(membership=member, accepted_at=None, revoked_at=None)
    return invitations.select_related("batch", "organization").first()


def accepted_invitation(member: Membership) -> Invitation | None:
    """Return the invitation that the member joined by, with its batch; None for provisioned members."""
    invitations = Invitation.objects.filter(membership=member, accepted_at__isnull=False)
    return invitations.select_related("batch__created_by").order_by("-accepted_at").first()


def find_own_batch(actor: Membership, batch_id: UUID) -> Batch | None:
    """Return the actor's own batch, draft or sent; None for another member's."""
    return Batch.objects.filter(pk=batch_id, organization=actor.organization, created_by=actor).first()


def latest_draft(actor: Membership) -> Batch | None:
    """Return the draft that the actor edited last (W-12)."""
    drafts = Batch.objects.filter(organization=actor.organization, created_by=actor, sent_at=None)
    return drafts.order_by("-updated_at").first()


def drafts_with_role(organization: Organization, role: Role) -> QuerySet[Batch]:
    """Return the drafts of all members that include this role."""
    return Batch.objects.filter(organization=organization, sent_at=None, role_ids__icontains=str(role.pk))


@dataclass(frozen=True)
class BatchAccess:
    """Roles, groups and projects that a batch gives. Ids that no longer exist in the organization are left out.

    `group_projects` maps each project that comes with the groups to those groups.
    """

    roles: list[Role]
    groups: list[Group]
    projects: list[Project]
    group_projects: dict[Project, list[Group]]

    @property
    def all_projects(self) -> list[Project]:
        """Direct projects and those that come with the groups, each once, by name (W-6, M-4)."""
        return sorted(
            {*self.projects, *self.group_projects},
            key=lambda project: (project.name_key, project.pk),
        )


def batch_access(batch: Batch) -> BatchAccess:
    """Return what the batch gives, in four queries."""
    organization = batch.organization
    role_ids = set(batch.role_ids)
    groups = list(groups_in(organization, batch.group_ids))
    return BatchAccess(
        roles=[role for role in roles_in(organization) if str(role.pk) in role_ids],
        groups=groups,
        projects=list(projects_in(organization, batch.project_ids)),
        group_projects=projects_through_groups(organization, [group.pk for group in groups]),
    )
