"""Reading drafts and invitations."""

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
    """What an invitation's link leads to (I-7)."""

    OPEN = "open"
    UNKNOWN = "unknown"
    USED = "used"
    REVOKED = "revoked"
    REPLACED = "replaced"
    EXPIRED = "expired"


@dataclass(frozen=True)
class Link:
    """A link that somebody followed: its state and, unless unknown, its invitation."""

    state: LinkState
    invitation: Invitation | None = None


def _state(invitation: Invitation, version: int, late: bool) -> LinkState:
    member = invitation.membership
    if invitation.accepted_at:
        return LinkState.USED
    if invitation.revoked_at or member is None or member.status != Status.INVITED:
        return LinkState.REVOKED
    if version != invitation.version:
        return LinkState.REPLACED
    return LinkState.EXPIRED if late else LinkState.OPEN


def link_of(token: str) -> Link:
    """What a token stands for now, by the database's clock, as accepting asks it: one query."""
    read = read_token(token)
    related = "membership__organization", "membership__invited_by__organization", "batch__created_by", "organization"
    found = read and (
        Invitation.objects.filter(pk=read[0])
        .select_related(*related)
        .annotate(late=Q(membership__invite_expires_at__lte=Now()))
        .first()
    )
    if not read or not found:
        return Link(LinkState.UNKNOWN)
    return Link(_state(found, read[1], bool(found.late)), found)


def live_invitation(member: Membership) -> Invitation | None:
    """The member's invitation that is neither accepted nor revoked (it may have expired)."""
    found = Invitation.objects.filter(membership=member, accepted_at=None, revoked_at=None)
    return found.select_related("batch", "organization").first()


def draft_of(actor: Membership, batch_id: UUID) -> Batch | None:
    """The actor's own batch, draft or sent; None for anybody else's."""
    return Batch.objects.filter(pk=batch_id, organization=actor.organization, created_by=actor).first()


def latest_draft(actor: Membership) -> Batch | None:
    """The draft that the actor worked on last (W-12)."""
    drafts = Batch.objects.filter(organization=actor.organization, created_by=actor, sent_at=None)
    return drafts.order_by("-updated_at").first()


def drafts_with_role(organization: Organization, role: Role) -> QuerySet[Batch]:
    """The drafts, of whoever, that would give this role."""
    return Batch.objects.filter(organization=organization, sent_at=None, role_ids__icontains=str(role.pk))


@dataclass(frozen=True)
class Choices:
    """What a batch gives, as rows of its organization: ids that are not there any more are left out."""

    roles: list[Role]
    groups: list[Group]
    projects: list[Project]
    group_projects: dict[Project, list[Group]]

    @property
    def all_projects(self) -> list[Project]:
        """Direct and through groups, each once, by name (W-6, M-4)."""
        found = {*self.projects, *self.group_projects}
        return sorted(found, key=lambda project: (project.name_key, project.pk))


def choices_of(batch: Batch) -> Choices:
    """The batch's roles, groups, projects, and the projects that its groups bring: four queries."""
    organization = batch.organization
    wanted = set(batch.role_ids)
    groups = list(groups_in(organization, batch.group_ids))
    return Choices(
        roles=[role for role in roles_in(organization) if str(role.pk) in wanted],
        groups=groups,
        projects=list(projects_in(organization, batch.project_ids)),
        group_projects=projects_through_groups(organization, [group.pk for group in groups]),
    )


def accepted_invitation(member: Membership) -> Invitation | None:
    """The invitation by which the member joined, with its batch; None for who was provisioned."""
    taken = Invitation.objects.filter(membership=member, accepted_at__isnull=False)
    return taken.select_related("batch__created_by").order_by("-accepted_at").first()
