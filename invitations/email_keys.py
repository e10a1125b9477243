"""Outbox keys of invitation emails."""

from uuid import UUID

from invitations.models import Invitation

EMAIL_KIND = "invitations.invitation"


def email_key(invitation: Invitation) -> str:
    """Return the outbox key of the invitation's latest send; every resend has its own key."""
    return make_email_key(invitation.pk, invitation.sends)


def make_email_key(invitation_id: UUID, number: int) -> str:
    """Return the outbox key of the email with this number."""
    return f"invitation:{invitation_id}:{number}"


def read_email_key(key: str) -> tuple[UUID, int]:
    """Return the invitation's id and the number of the email in a key of email_key()."""
    _prefix, pk, number = key.split(":")
    return UUID(pk), int(number)
