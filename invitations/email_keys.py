"""Outbox keys of invitation emails."""

from invitations.models import Invitation

EMAIL_KIND = "invitations.invitation"


def email_key(invitation: Invitation) -> str:
    """Return the outbox key of the invitation's latest send; every resend has its own key."""
    return f"invitation:{invitation.pk}:{invitation.sends}"
