"""A member's sessions in their organization: opening it, and ending them by its limits (S-6)."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import Session
from accounts.services import end_sessions_in, open_organization
from organizations.models import Membership, Status

# The shortest idle timeout that an organization can set. Shorter pauses need no look at the organizations.
SHORTEST_IDLE_MINUTES = 15


@transaction.atomic
def enter_organization(*, member: Membership, session: Session) -> None:
    """Save that the session opened the member's organization, and end the oldest ones beyond its limit (S-6).

    If this session is one of them, its `ended_organization_ids` say so.
    """
    organization = member.organization
    if organization.max_sessions:
        # Two sessions that open it at once wait for each other, so that each counts the other one.
        Membership.objects.select_for_update(no_key=True).filter(pk=member.pk).first()
    open_organization(session_key=session.pk, organization_id=organization.pk)
    if str(organization.pk) not in session.organization_ids:
        session.organization_ids = [*session.organization_ids, str(organization.pk)]
    if organization.max_sessions:
        _end_oldest(member, session)


def _end_oldest(member: Membership, session: Session) -> None:
    organization, key = member.organization, str(member.organization_id)
    rows = Session.objects.filter(user=member.user_id, expire_date__gt=timezone.now()).order_by("-signed_in_at")
    ended_at = max(member.sessions_ended_at, organization.sessions_ended_at)
    current = [
        row.pk
        for row in rows
        if key in row.organization_ids and key not in row.ended_organization_ids
        if row.signed_in_at and row.signed_in_at > ended_at
    ]
    if beyond := current[organization.max_sessions :]:
        end_sessions_in(organization_id=organization.pk, session_keys=beyond)
        if session.pk in beyond:
            session.ended_organization_ids = [*session.ended_organization_ids, key]


def end_idle_sessions(*, session: Session, now: datetime) -> None:
    """End a session in the organizations whose idle timeout passed before the request at `now` (S-6).

    Called before "last seen" is set to `now` (settings.SESSION_IDLE_RULE). Otherwise a visit to a page outside of the
    organization would open it again. One query after a pause of 15 minutes, none before.
    """
    assert session.last_seen_at is not None
    minutes = (now - session.last_seen_at) // timedelta(minutes=1)
    if minutes < SHORTEST_IDLE_MINUTES:
        return
    members = Membership.objects.filter(user=session.user_id, status=Status.ACTIVE)
    idle = members.filter(organization__idle_minutes__range=(1, minutes))
    for organization_id in idle.values_list("organization_id", flat=True):
        end_sessions_in(organization_id=organization_id, session_keys=[session.pk])
