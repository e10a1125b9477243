"""The member whom an email is for."""

from accounts.policies import can_sign_in
from organizations.models import Membership, Status
from outbox.models import OutgoingEmail


def active_member(row: OutgoingEmail) -> Membership | None:
    """Return the member whom the email is for, or None if they are no longer active or may not sign in."""
    members = Membership.objects.filter(pk=row.subject_id, status=Status.ACTIVE).select_related("organization", "user")
    member = members.first()
    return member if member and member.user and can_sign_in(member.user) else None
