"""A member's sessions in their organization: opening it, and ending them by its limits (S-6)."""

from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import Session
from accounts.services import end_sessions_in, open_organization
from organizations.models import Membership, Status
from organizations.queries import sessions_of_member

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
    organization = member.organization
    current = [each.key for each in sessions_of_member(member)]
    kept = current[: organization.max_sessions]
    if beyond := {*current, session.pk}.difference(kept):
        end_sessions_in(organization_id=organization.pk, session_keys=beyond)
    if session.pk in beyond:
        session.ended_organization_ids = [*session.ended_organization_ids, str(organization.pk)]


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
