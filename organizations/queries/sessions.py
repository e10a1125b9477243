"""The sessions that an organization's Admins see: those in which the member opened it."""

from accounts.queries import OpenSession, list_open_sessions
from organizations.models import Membership


def sessions_of_member(member: Membership) -> list[OpenSession]:
    """Return the member's current sessions in their organization, newest first (S-5, U-19). Two queries.

    Sessions in which they only opened other organizations are left out.
    """
    if member.user is None:
        return []
    key, ended_at = str(member.organization_id), max(member.sessions_ended_at, member.organization.sessions_ended_at)
    return [
        session
        for session in list_open_sessions(member.user)
        if key in session.organization_ids and key not in session.ended_organization_ids and session.started > ended_at
    ]
