"""Correcting the email address of a pending invitation (I-11)."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from audit.services import record
from base.policies import Refused
from base.text import strip_hidden
from invitations.models import Invitation
from invitations.pasted_people import find_address
from invitations.policies import can_correct_address
from invitations.services.invitations import lock_invitation, send_again
from invitations.services.quota import consume_mail_quota
from invitations.validation import validate_address
from organizations.models import Membership


class AlreadyCorrected(Refused):
    """The invitation already goes to this address. Nothing was sent."""


@transaction.atomic
def correct_address(*, actor: Membership, member: Membership, email: str) -> Invitation:
    """Give a pending member another email address, and send the invitation there.

    The old link stops working. The expiry stays the same, but an expired invitation starts a new period, as a resend
    does (I-3). `actor` becomes the inviter.

    Raises Refused with the reason, also if the actor couldn't give the roles (R-6), ValidationError with a message for
    the field, AlreadyCorrected if the member has this address (the button was pressed twice), NoFreeSeats for an
    expired invitation, RateLimited if a limit on emails is reached (I-5), and Membership.DoesNotExist.
    """
    actor, member, invitation = lock_invitation(actor, member, can_correct_address)
    email = find_address(email) or email
    key = validate_address(actor.organization, email, member)
    if key == member.email_key:
        raise AlreadyCorrected(
            _("The invitation was already sent to %(email)s. Enter a different address.") % {"email": member.email}
        )
    consume_mail_quota(actor=actor, keys=[key])
    old, member.email = member.email, strip_hidden(email)
    record(
        organization_id=member.organization_id,
        actor=actor,
        action="invitation.address_corrected",
        target=member,
        data={"from": old, "to": member.email},
    )
    try:
        with transaction.atomic():
            send_again(actor, member, invitation, sent_by=actor.name, new_link=True)
    except IntegrityError:  # another request without the organization's lock was faster
        raise ValidationError(_("This address already belongs to a member.")) from None
    return invitation
