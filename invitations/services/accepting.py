"""Accepting: fifty presses make one member, and one of accept, revoke and expiry wins (J-3)."""

from enum import StrEnum

from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from accounts.models import User
from accounts.services import create_invited_user
from audit.services import record
from base.policies import require
from invitations.models import Invitation
from invitations.policies import can_accept
from organizations.models import Membership, Status
from organizations.services import activate_member
from outbox.services import queue_email


class Outcome(StrEnum):
    """What became of a press on Accept."""

    JOINED = "joined"
    TOO_LATE = "too_late"
    USER_EXISTS = "user_exists"
    WRONG_USER = "wrong_user"


def _claim(invitation: Invitation) -> bool:
    # The row lock of this UPDATE makes fifty presses wait for the first; the others change nothing.
    return bool(
        Invitation.objects.filter(
            pk=invitation.pk, version=invitation.version, accepted_at=None, revoked_at=None
        ).update(accepted_at=Now())
    )


def _join(invitation: Invitation, user: User) -> Outcome:
    pending = Membership.objects.select_related("organization", "invited_by")
    member = pending.filter(invitations=invitation).first()
    if member is None:
        transaction.set_rollback(True)
        return Outcome.TOO_LATE
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
    member = invitation.membership
    if member is None:
        return Outcome.TOO_LATE, None
    try:
        with transaction.atomic():
            if not _claim(invitation):
                return Outcome.TOO_LATE, None
            user = create_invited_user(
                email=member.email_key, first_name=member.first_name, last_name=member.last_name, password=password
            )
            outcome = _join(invitation, user)
    except IntegrityError:
        return Outcome.USER_EXISTS, None
    return outcome, user if outcome == Outcome.JOINED else None


def accept_as_user(*, invitation: Invitation, user: User) -> Outcome:
    """Makes the pending member active for a signed-in user whose address is the invited one (J-2).

    Raises Refused where what was offered may not be given any more.
    """
    member = invitation.membership
    if member is None:
        return Outcome.TOO_LATE
    if user.email != member.email_key:
        return Outcome.WRONG_USER
    try:
        with transaction.atomic():
            return _join(invitation, user) if _claim(invitation) else Outcome.TOO_LATE
    except IntegrityError:
        return Outcome.TOO_LATE


@transaction.atomic
def ask_for_new_link(*, invitation: Invitation) -> bool:
    """Tells the inviter, once for each period, that an expired invitation is still wanted (I-7).

    False where they were told before, where the invitation is not a pending one, or where nobody is left to tell.
    """
    member = invitation.membership
    inviter = member.invited_by if member and member.status == Status.INVITED else None
    if not (member and inviter and inviter.status == Status.ACTIVE and member.is_expired):
        return False
    asked = Invitation.objects.filter(
        pk=invitation.pk, new_link_asked_at=None, accepted_at=None, revoked_at=None
    ).update(new_link_asked_at=Now())
    if not asked:
        return False
    record(organization_id=member.organization_id, actor=None, action="invitation.link_requested", target=member)
    queue_email(
        kind="invitations.link_request",
        subject_id=invitation.pk,
        key=f"link_request:{invitation.pk}:{invitation.version}",
        organization_id=invitation.organization_id,
    )
    return True
