"""Queries for drafts, invitations and links."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Now, TruncWeek
from django.utils.translation import gettext as _

from invitations.links import read_token
from invitations.models import Batch, Invitation, InvitationEmail
from organizations.models import Group, Membership, Organization, Project, Role, Status
from organizations.queries import groups_in, projects_in, projects_through_groups, roles_in
from organizations.queries.deliveries import UNDELIVERED
from outbox.queries import current_outage

# The newest emails of an invitation. Resends are limited to ten a day (I-5).
MOST_EMAILS = 50


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


def invitation_emails(invitation: Invitation) -> list[InvitationEmail]:
    """Return the invitation's emails, newest first, at most MOST_EMAILS. One query."""
    return list(InvitationEmail.objects.filter(invitation=invitation).order_by("-number")[:MOST_EMAILS])


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
            key=lambda project: (project.sort_name, project.pk),
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


# Invitations that the queries below look at, the newest ones.
MOST_REQUESTS, MOST_BY_WEEK = 100, 5000


def undelivered_members(organization: Organization) -> QuerySet[Membership]:
    """Return the pending members whose latest email had a problem, as the Delivery filter of Pending finds them."""
    return Membership.objects.filter(UNDELIVERED, organization=organization).order_by("-invite_sent_at", "-pk")


def reason_to_wait() -> str:
    """Return why queued email isn't sent now, "" if nothing keeps it. One query."""
    return _("The mail server isn’t accepting our email right now. We’ll try again") if current_outage() else ""


def link_requests(organization: Organization) -> list[Invitation]:
    """Return invitations with an unanswered request for a new link, latest first. One query.

    At most MOST_REQUESTS.
    """
    asked = _live(organization).filter(new_link_asked_at__isnull=False).order_by("-new_link_asked_at")
    return list(asked[:MOST_REQUESTS])


def _live(organization: Organization) -> QuerySet[Invitation]:
    live = Invitation.objects.filter(organization=organization, accepted_at=None, revoked_at=None)
    return live.filter(membership__status=Status.INVITED).select_related("membership")


@dataclass(frozen=True)
class WeekOfInvitations:
    """Invitations sent in the week that starts on this Monday (UTC): accepted, pending and expired ones, as of now."""

    start: datetime
    accepted: int = 0
    pending: int = 0
    expired: int = 0

    @property
    def sent(self) -> int:
        return self.accepted + self.pending + self.expired


def invitations_by_week(
    organization: Organization, now: datetime, *, weeks: int
) -> tuple[list[WeekOfInvitations], bool]:
    """Return the last `weeks` weeks up to this one, oldest first, and whether older invitations are left out.

    Reads the newest invitations, MOST_BY_WEEK and those of the same moment, in two queries. Withdrawn ones don't count.
    """
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    this_week = today - timedelta(days=today.weekday())
    starts = [this_week - timedelta(weeks=number) for number in reversed(range(weeks))]
    invitations = Invitation.objects.filter(organization=organization, created_at__gte=starts[0])
    # A list of their ids would make PostgreSQL read the whole table.
    times = invitations.order_by("-created_at").values_list("created_at", flat=True)
    oldest = times[MOST_BY_WEEK - 1 : MOST_BY_WEEK].first()
    is_open = Q(accepted_at=None, revoked_at=None, membership__status=Status.INVITED)
    rows = (
        invitations.filter(created_at__gte=oldest or starts[0])
        .annotate(week=TruncWeek("created_at", tzinfo=UTC))
        .values("week")
        .annotate(
            accepted=Count("pk", filter=Q(accepted_at__isnull=False)),
            pending=Count("pk", filter=is_open & Q(membership__invite_expires_at__gt=now)),
            expired=Count("pk", filter=is_open & Q(membership__invite_expires_at__lte=now)),
        )
        .order_by("week")
    )
    found = {}
    for start, accepted, pending, expired in rows.values_list("week", "accepted", "pending", "expired"):
        found[start] = WeekOfInvitations(start, accepted, pending, expired)
    return [found.get(start) or WeekOfInvitations(start) for start in starts], oldest is not None
