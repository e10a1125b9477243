"""A member's sessions: opening the organization in one, and ending one."""

from django.db import transaction
from django.utils import timezone

from accounts.devices import describe_device
from accounts.models import Session
from accounts.services import end_session, end_sessions_in, open_organization
from audit.services import record
from base.policies import require
from organizations import policies
from organizations.models import Membership, Organization
from organizations.queries import shared_with_others
from organizations.services.locks import lock_actor_and_member


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
        if key in row.organization_ids and key not in row.ended_organization_ids and row.signed_in_at > ended_at
    ]
    if len(current) > organization.max_sessions:
        end_sessions_in(organization_id=organization.pk, session_keys=current[organization.max_sessions :])


@transaction.atomic
def end_member_session(*, actor: Membership, member: Membership, session_key: str) -> bool:
    """End one of the member's sessions in this organization (S-5). `session_key` is the stored one.

    Users of no other organization are signed out completely. In their other organizations, users stay signed in.
    Returns False if the member has no such session here. Raises Refused and Membership.DoesNotExist.
    """
    actor, member = lock_actor_and_member(actor, member)
    require(policies.can_end_sessions(actor, member))
    key, user = str(member.organization_id), member.user
    session = Session.objects.filter(user=user, pk=session_key).first() if user else None
    if user is None or session is None or key not in session.organization_ids or key in session.ended_organization_ids:
        return False
    if shared_with_others(member):
        ended = bool(end_sessions_in(organization_id=member.organization_id, session_keys=[session.pk]))
    else:
        ended = end_session(user=user, session_key=session.pk)
    if ended:
        data = {"device": describe_device(session.user_agent)}
        record(organization_id=member.organization_id, actor=actor, action="session.ended", target=member, data=data)
    return ended
