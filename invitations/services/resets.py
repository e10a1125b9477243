"""Sending an invitation again because its address asked for a password reset (I-11)."""

from uuid import UUID

from base.policies import Refused
from invitations.queries import pending_invitation
from invitations.services.acceptance import request_new_link
from invitations.services.invitations import resend_invitation
from organizations.models import Membership, Status

# Organizations whose invitation is sent again at once.
MAX_INVITATIONS = 10


def resend_after_reset(member_id: UUID) -> None:
    """Send all open invitations to the address of this pending member again (settings.RESEND_INVITATIONS).

    The inviter must still be able to invite, and the limits on emails apply. Where the invitation has expired, the
    inviter is told once instead: a stranger must not renew it. An unknown `member_id` does nothing.
    """
    address = Membership.objects.filter(pk=member_id).values("email_key")
    pending = Membership.objects.filter(email_key__in=address, status=Status.INVITED, invited_by__isnull=False)
    for member in pending.select_related("invited_by__organization").order_by("-pk")[:MAX_INVITATIONS]:
        try:
            _resend(member)
        except (Refused, Membership.DoesNotExist):  # too many emails, joined in the meantime, or no longer allowed
            continue


def _resend(member: Membership) -> None:
    if not member.is_expired:
        assert member.invited_by
        resend_invitation(actor=member.invited_by, member=member, asked_by_member=True)
    elif invitation := pending_invitation(member):
        request_new_link(invitation=invitation)
