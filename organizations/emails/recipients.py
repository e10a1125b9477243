"""The member whom an email is for."""

from accounts.policies import can_sign_in
from audit.models import Entry
from audit.queries import get_entry
from base.ids import parse_uuid
from organizations.models import Membership, Status
from organizations.policies import can_receive_reset_notice
from outbox.models import OutgoingEmail


def active_member(row: OutgoingEmail) -> Membership | None:
    """Return the member whom the email is for, or None if they are no longer active or may not sign in."""
    members = Membership.objects.filter(pk=row.subject_id, status=Status.ACTIVE).select_related("organization", "user")
    member = members.first()
    return member if member and member.user and can_sign_in(member.user) else None


def admin_and_entry(row: OutgoingEmail) -> tuple[Membership, Entry] | None:
    """Return the Admin whom the email is for, and the audit entry that it tells about, whose id is in the row's key.

    None if they are no longer an Admin.
    """
    admin, entry_id = active_member(row), parse_uuid(row.key.split(":")[1])
    entry = get_entry(entry_id) if entry_id else None
    if admin is None or entry is None or not can_receive_reset_notice(admin):
        return None
    return admin, entry
