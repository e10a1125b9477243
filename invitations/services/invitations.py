"""Resending and withdrawing invitations: rows, audit entry and email in one transaction."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.services import record
from base.policies import Refused, require
from invitations.email_keys import EMAIL_KIND, email_key
from invitations.models import Invitation
from invitations.policies import can_resend, can_withdraw
from invitations.queries import pending_invitation
from invitations.services.quota import consume_mail_quota
from organizations.models import Membership
from organizations.policies import require_free_seats
from organizations.services import (
    delete_locked_pending_member,
    inviter_after,
    lock_actor_and_member,
    lock_pending_member,
)
from outbox.services import queue_email


class AlreadyResent(Refused):
    """The invitation was sent again after the page was rendered. Nothing was sent now."""


def new_expiry() -> datetime:
    """Return when an invitation that is sent now expires (I-1)."""
    return timezone.now() + timedelta(days=settings.INVITATION_DAYS)


@transaction.atomic
def resend_invitation(
    *, actor: Membership, member: Membership, sends: int | None = None, asked_by_member: bool = False
) -> Invitation:
    """Send a pending member's email again and make `actor` the inviter (I-4), unless it's an organization's key.

    The expiry stays the same (I-2). Resending an expired invitation starts a new period and invalidates the old
    link (I-3). With `asked_by_member`, the audit log says that the member asked for it (I-11); `actor` is then the
    inviter.

    `sends` is the number of emails that the page with the button was rendered with. If there are more by now, the
    button was pressed twice, or someone else was faster: AlreadyResent is raised, and nothing changes.

    Raises Refused with the reason, NoFreeSeats for an expired one (A-9), RateLimited if a limit on emails is reached
    (I-5).
    """
    actor, member = lock_actor_and_member(actor, member)
    require(can_resend(actor, member))
    pending = pending_invitation(member)
    if pending is None:
        reason = _("There is no invitation to resend. Delete %(name)s and add them again.")
        raise Refused(reason % {"name": member.name})
    invitation = Invitation.objects.select_for_update(of=("self",)).get(pk=pending.pk)
    if sends is not None and invitation.sends != sends:
        raise AlreadyResent(_("%(name)s’s invitation was already resent.") % {"name": member.name})
    expired = member.is_expired
    if expired:  # it uses no seat until now
        require_free_seats(actor.organization)
    consume_mail_quota(actor=actor, keys=[member.email_key], resend=True)
    invitation.sends += 1
    if expired:
        invitation.version += 1
        invitation.new_link_asked_at = None
        member.invite_expires_at = new_expiry()
    invitation.save(update_fields=["sends", "version", "new_link_asked_at"])
    member.invited_by = inviter_after(actor, member)
    member.save(update_fields=["invited_by", "invite_expires_at"])
    action = "invitation.renewed" if expired else "invitation.resent"
    if asked_by_member:
        record(organization_id=member.organization_id, actor=member, action="invitation.requested", target=member)
    else:
        record(organization_id=member.organization_id, actor=actor, action=action, target=member)
    queue_email(
        kind=EMAIL_KIND,
        subject_id=invitation.pk,
        key=email_key(invitation),
        organization_id=member.organization_id,
    )
    return invitation


@transaction.atomic
def withdraw_invitation(*, actor: Membership, member: Membership) -> bool:
    """Delete a pending member and revoke the invitation (U-14). False if they have joined or are already deleted.

    Raises Refused with the reason. A conditional UPDATE decides between this and accepting, so only one of them wins.
    """
    locked = lock_pending_member(actor, member)
    if locked is None:
        return False
    actor, member = locked
    require(can_withdraw(actor, member))
    revoked = Invitation.objects.filter(membership=member, accepted_at=None, revoked_at=None).update(revoked_at=Now())
    if not revoked:
        return False
    record(organization_id=member.organization_id, actor=actor, action="invitation.revoked", target=member)
    delete_locked_pending_member(actor, member)
    return True
