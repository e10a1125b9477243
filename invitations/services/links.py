"""Copying an invitation's link, to send it another way (I-10)."""

from django.db import transaction
from django.utils import timezone

from audit.services import record
from invitations.links import accept_url
from invitations.policies import can_copy_link
from invitations.services.invitations import lock_invitation
from organizations.models import Membership


@transaction.atomic
def copy_link(*, actor: Membership, member: Membership) -> str:
    """Return the link of a pending member's invitation, the same as in the email. Count and audit that.

    The link is a secret: anyone who has it can join. Don't store, log or cache it. Once copied, it no longer verifies
    an address (accounts.services.create_unverified_user).

    Raises Refused with the reason, and Membership.DoesNotExist.
    """
    actor, member, invitation = lock_invitation(actor, member, can_copy_link)
    invitation.copies += 1
    invitation.copied_at, invitation.copied_by = timezone.now(), actor.name
    invitation.save(update_fields=["copies", "copied_at", "copied_by"])
    record(organization_id=member.organization_id, actor=actor, action="invitation.link_copied", target=member)
    return accept_url(invitation)
