"""A member's sessions: opening the organization in one."""

from django.db import transaction
from django.utils import timezone

from accounts.models import Session
from accounts.services import end_sessions_in, open_organization
from organizations.models import Membership, Organization


@transaction.atomic
def enter_organization(*, member: Membership, session: Session) -> None:
    """Save that the session opened the member's organization, and end the oldest ones beyond its limit (S-6)."""
    organization = member.organization
    open_organization(session_key=session.pk, organization_id=organization.pk)
    session.organization_ids = [*session.organization_ids, str(organization.pk)]
    if organization.max_sessions:
        _end_oldest(member, organization)


def _end_oldest(member: Membership, organization: Organization) -> None:
    key = str(organization.pk)
    rows = Session.objects.filter(user=member.user_id, expire_date__gt=timezone.now()).order_by("-signed_in_at")
    ended_at = max(member.sessions_ended_at, organization.sessions_ended_at)
    current = [
        row.pk
        for row in rows
        if key in row.organization_ids
        and key not in row.ended_organization_ids
        and (row.signed_in_at or ended_at) > ended_at
    ]
    if len(current) > organization.max_sessions:
        end_sessions_in(organization_id=organization.pk, session_keys=current[organization.max_sessions :])
