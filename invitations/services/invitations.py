"""Resending and withdrawing invitations: rows, audit entry and email in one transaction."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.services import record
from base.policies import Decision, Refused, require
from invitations.models import Invitation
from invitations.policies import can_resend, can_withdraw
from invitations.queries import pending_invitation
from invitations.services.quota import consume_mail_quota
from invitations.services.sending import queue_next_email
from organizations.models import Membership
from organizations.policies import require_free_seats
from organizations.services import (
    delete_locked_pending_member,
    inviter_after,
    lock_actor_and_member,
    lock_pending_member,
)


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
    actor, member, invitation = lock_invitation(actor, member, can_resend)
    if sends is not None and invitation.sends != sends:
        raise AlreadyResent(_("%(name)s’s invitation was already resent.") % {"name": member.name})
    consume_mail_quota(actor=actor, keys=[member.email_key], resend=True)
    action = "invitation.renewed" if member.is_expired else "invitation.resent"
    by, action = (member, "invitation.requested") if asked_by_member else (actor, action)
    record(organization_id=member.organization_id, actor=by, action=action, target=member)
    send_again(actor, member, invitation, sent_by=by.name)
    return invitation


def lock_invitation(
    actor: Membership, member: Membership, check: Callable[[Membership, Membership], Decision]
) -> tuple[Membership, Membership, Invitation]:
    """Lock the pending member and their invitation, and return both and the actor as they are now.

    Raises Refused with the reason of `check`, or if there is no invitation.
    """
    actor, member = lock_actor_and_member(actor, member)
    require(check(actor, member))
    pending = pending_invitation(member)
    if pending is None:
        reason = _("There is no invitation to resend. Delete %(name)s and add them again.")
        raise Refused(reason % {"name": member.name})
    return actor, member, Invitation.objects.select_for_update(of=("self",)).get(pk=pending.pk)


def send_again(
    actor: Membership, member: Membership, invitation: Invitation, *, sent_by: str, new_link: bool = False
) -> None:
    """Email the invitation again, with a new period and link if it has expired. `actor` becomes the inviter.

    Saves the member. Raises Refused if the actor can't be the inviter, and NoFreeSeats.
    """
    expired = member.is_expired
    if expired:  # it uses no seat until now
        require_free_seats(actor.organization)
        invitation.new_link_asked_at = None
        member.invite_expires_at = new_expiry()
    invitation.sends += 1
    if expired or new_link:
        invitation.version += 1
        invitation.copies, invitation.copied_at, invitation.copied_by = 0, None, ""  # of the old link
    invitation.save()
    member.invited_by = inviter_after(actor, member)
    queue_next_email(invitation, member, sent_by=sent_by)


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
