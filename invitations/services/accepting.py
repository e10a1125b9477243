"""Accepting: fifty presses make one member, and one of accept, revoke and expiry wins (J-3)."""

from enum import StrEnum

from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from accounts.models import User
from accounts.services import create_verified_user
from audit.services import record
from base.policies import require
from invitations.models import Invitation
from invitations.policies import can_accept, can_ask_for_new_link
from organizations.models import Membership, Status
from organizations.services import activate_member
from outbox.services import queue_email


class Outcome(StrEnum):
    """What became of a press on Accept."""

    JOINED = "joined"
    TOO_LATE = "too_late"
    USER_EXISTS = "user_exists"
    ALREADY_MEMBER = "already_member"
    WRONG_USER = "wrong_user"


def _claim(invitation: Invitation) -> Membership | None:
    """The pending member, if this press is the one that accepts for them; None where it is too late.

    The member's row is locked before the invitation's, as resending does: in another order two would wait for each
    other. Fifty presses queue up here, and the UPDATE finds nothing left to change for forty-nine of them.
    """
    locked = Membership.objects.select_for_update(of=("self",)).filter(invitations=invitation)
    member = locked.select_related("organization", "invited_by__organization").first()
    live = Invitation.objects.filter(pk=invitation.pk, version=invitation.version, accepted_at=None, revoked_at=None)
    return member if member and live.update(accepted_at=Now()) else None


def _join(invitation: Invitation, member: Membership, user: User) -> Outcome:
    require(can_accept(member))
    if not activate_member(member=member, user=user):
        transaction.set_rollback(True)
        return Outcome.TOO_LATE
    record(
        organization_id=invitation.organization_id,
        actor=member,
        action="invitation.accepted",
        target=member,
        data={"batch": str(invitation.batch_id)},
    )
    return Outcome.JOINED


def accept_as_new_user(*, invitation: Invitation, password: str) -> tuple[Outcome, User | None]:
    """Makes the user for the invited address, with this (already validated) password, and the member active.

    Nothing but the password comes from outside: address, names and roles are the membership's (CVE-2022-39306).
    Raises Refused where what was offered may not be given any more.
    """
    try:
        with transaction.atomic():
            member = _claim(invitation)
            if member is None:
                return Outcome.TOO_LATE, None
            user = create_verified_user(
                email=member.email_key, first_name=member.first_name, last_name=member.last_name, password=password
            )
            outcome = _join(invitation, member, user)
    except IntegrityError:
        return Outcome.USER_EXISTS, None
    return outcome, user if outcome == Outcome.JOINED else None


def accept_as_user(*, invitation: Invitation, user: User) -> Outcome:
    """Makes the pending member active for a signed-in user whose address is the invited one (J-2).

    Raises Refused where what was offered may not be given any more.
    """
    try:
        with transaction.atomic():
            member = _claim(invitation)
            if member is None:
                return Outcome.TOO_LATE
            if user.email != member.email_key:
                transaction.set_rollback(True)
                return Outcome.WRONG_USER
            return _join(invitation, member, user)
    except IntegrityError:
        return Outcome.ALREADY_MEMBER


@transaction.atomic
def ask_for_new_link(*, invitation: Invitation) -> bool:
    """Tells the inviter, once for each period, that an expired invitation is still wanted (I-7).

    False where they were told before, where the invitation has not expired or is over, or where nobody is left to tell.
    """
    member = invitation.membership
    if not member or not can_ask_for_new_link(invitation):
        return False
    expired = Invitation.objects.filter(
        pk=invitation.pk,
        new_link_asked_at=None,
        accepted_at=None,
        revoked_at=None,
        membership__status=Status.INVITED,
        membership__invite_expires_at__lte=Now(),
    )
    if not expired.update(new_link_asked_at=Now()):
        return False
    record(organization_id=member.organization_id, actor=None, action="invitation.link_requested", target=member)
    queue_email(
        kind="invitations.link_request",
        subject_id=invitation.pk,
        key=f"link_request:{invitation.pk}:{invitation.version}",
        organization_id=invitation.organization_id,
    )
    return True
