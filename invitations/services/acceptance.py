"""Accepting invitations: fifty presses create one member, and one of accept, revoke and expiry wins (J-3)."""

from enum import StrEnum

from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import create_unverified_user, create_verified_user, verify_address
from audit.services import record
from base.policies import Refused, require
from invitations.models import Invitation
from invitations.policies import can_accept, can_request_new_link
from organizations.models import Membership, Status
from organizations.services import activate_member
from outbox.services import queue_email


class Outcome(StrEnum):
    """Result of pressing Accept."""

    JOINED = "joined"
    TOO_LATE = "too_late"
    USER_EXISTS = "user_exists"
    ALREADY_MEMBER = "already_member"
    WRONG_USER = "wrong_user"


def _claim(invitation: Invitation) -> Membership | None:
    """Mark the invitation as accepted. Return its pending member, or None if it is too late.

    Locks the member's row before the invitation's, as resending does; the opposite order could deadlock. Fifty
    concurrent presses wait here, and for 49 of them the UPDATE changes no row.
    """
    locked = Membership.objects.select_for_update(of=("self",)).filter(invitations=invitation)
    member = locked.select_related("organization", "invited_by__organization").first()
    pending = Invitation.objects.filter(pk=invitation.pk, version=invitation.version, accepted_at=None, revoked_at=None)
    return member if member and pending.update(accepted_at=Now()) else None


def _was_copied(invitation: Invitation) -> bool:
    """Return whether others may have the link (I-10). Then it doesn't prove that the person has the mailbox."""
    return Invitation.objects.filter(pk=invitation.pk, copies__gt=0).exists()


def _join(invitation: Invitation, member: Membership, user: User) -> Outcome:
    require(can_accept(member))
    return _activate(invitation, member, user)


def _activate(invitation: Invitation, member: Membership, user: User) -> Outcome:
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
    """Create a user for the invited address with this password (already validated), and activate the member.

    Only the password comes from the request: address, names and roles are the membership's (CVE-2022-39306).
    Return the user only if they joined. Raises Refused if the invitation can no longer be accepted.
    """
    try:
        with transaction.atomic():
            member = _claim(invitation)
            if member is None:
                return Outcome.TOO_LATE, None
            create = create_unverified_user if _was_copied(invitation) else create_verified_user
            user = create(
                email=member.email_key, first_name=member.first_name, last_name=member.last_name, password=password
            )
            outcome = _join(invitation, member, user)
    except IntegrityError:
        return Outcome.USER_EXISTS, None
    return outcome, user if outcome == Outcome.JOINED else None


def accept_as_user(*, invitation: Invitation, user: User) -> Outcome:
    """Activate the pending member for a signed-in user whose address is the invited one (J-2).

    Raises Refused if the invitation can no longer be accepted.
    """
    try:
        with transaction.atomic():
            member = _claim(invitation)
            if member is None:
                return Outcome.TOO_LATE
            if user.email != member.email_key:
                transaction.set_rollback(True)
                return Outcome.WRONG_USER
            if not _was_copied(invitation):
                verify_address(user=user)
            return _join(invitation, member, user)
    except IntegrityError:
        return Outcome.ALREADY_MEMBER


@transaction.atomic
def accept_by_single_sign_on(*, invitation: Invitation, user: User) -> None:
    """Activate a pending member whose address the organization's identity provider has proven, instead of the link.

    The caller has checked the address, and that `user` is theirs (J-7). Raises Refused if the invitation may not be
    accepted any more, and IntegrityError if the user is already a member.
    """
    member = _claim(invitation)
    if member is None:
        raise Refused(_("This invitation is no longer valid."))
    require(can_accept(member, single_sign_on=True))
    if _activate(invitation, member, user) != Outcome.JOINED:
        raise Refused(_("This invitation has expired."))


@transaction.atomic
def request_new_link(*, invitation: Invitation) -> bool:
    """Email the inviter of an expired invitation that the person asked for a new link, once per period (I-7).

    False if the inviter was already told or is no longer active, or if the invitation has ended or not expired yet.
    """
    member = invitation.membership
    if not member or not can_request_new_link(invitation):
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
