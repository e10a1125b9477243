"""Recent changes to a member's roles, groups and projects (A-1)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from audit.lines import AuditLine, describe
from audit.queries import entries_with_actions
from organizations.models import Membership

# Changes of a member's own access. Each has the member as its target.
ACTIONS = (
    "member.roles_changed",
    "member.projects_given",
    "member.projects_taken",
    "group.member_added",
    "group.member_removed",
    "member.reactivated",
)
SHOWN, SINCE = 5, timedelta(days=90)


def changes_for(member: Membership, now: datetime) -> Sequence[AuditLine]:
    """Return the latest changes of the member's access, newest first. One query."""
    entries = entries_with_actions(member.organization_id, member.pk, ACTIONS, limit=SHOWN)
    return [describe(entry) for entry in entries if entry.at > now - SINCE]
