"""Set what became of an invitation's emails, in the tests of the Users page."""

from datetime import datetime, timedelta

from django.utils import timezone

from invitations.models import Invitation, InvitationEmail
from organizations.models import Delivery, Membership


def deliver(
    invitation: Invitation, delivery: Delivery, *, at: datetime | None = None, reason: str = "", answer: str = ""
) -> Membership:
    """Give the invitation's latest email this state, and return the member."""
    at = at or timezone.now() - timedelta(minutes=1)
    member = invitation.membership
    InvitationEmail.objects.update_or_create(
        invitation=invitation,
        number=invitation.sends,
        defaults={
            "email": member.email, "sent_by": member.invited_by.name, "created_at": at, "delivery": delivery,
            "delivery_at": at, "reason": reason, "answer": answer,
        },
    )  # fmt: skip
    Membership.objects.filter(pk=member.pk).update(invite_delivery=delivery, invite_sent_at=at)
    member.refresh_from_db()
    return member


def send_again(invitation: Invitation, delivery: Delivery, **options) -> Membership:
    """Add another email with this state, as if the invitation had been resent."""
    invitation.sends += 1
    invitation.save(update_fields=["sends"])
    return deliver(invitation, delivery, **options)


def ask_for_link(invitation: Invitation) -> Membership:
    """Let the invitation expire and its recipient ask for a new link."""
    now = timezone.now()
    Invitation.objects.filter(pk=invitation.pk).update(new_link_asked_at=now)
    Membership.objects.filter(pk=invitation.membership_id).update(invite_expires_at=now - timedelta(days=1))
    return Membership.objects.get(pk=invitation.membership_id)
