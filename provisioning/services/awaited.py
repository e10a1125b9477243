"""Members whom an identity provider created, who ask for a new password although they have no account yet (J-6)."""

from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from accounts.queries import user_exists
from accounts.services import create_verified_user
from invitations.services import resend_after_reset
from organizations.models import Membership
from organizations.queries import awaited_members
from outbox.services import queue_email


def invite_after_reset(member_id: UUID) -> None:
    """Send what helps the person who asked for a reset: their invitations again, or a link to choose a first password.

    settings.RESEND_INVITATIONS, called by the worker. A member without a user gets an empty account: no one can use it
    before opening the link in the email, and the person then joins from the page of their organizations. Where single
    sign-on is enforced, nothing is sent.
    """
    resend_after_reset(member_id)
    member = awaited_members().filter(pk=member_id).first()
    if member:
        _offer_account(member)


def _offer_account(member: Membership) -> None:
    if user_exists(member.email_key):  # asked in the meantime; the next request finds the user
        return
    try:
        with transaction.atomic():
            names = {"first_name": member.first_name, "last_name": member.last_name}
            user = create_verified_user(email=member.email_key, password=None, **names)
            queue_email(kind="accounts.password_reset", subject_id=user.pk, key=f"password_reset:{uuid4()}")
    except IntegrityError:
        return
