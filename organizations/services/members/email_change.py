"""Memberships that follow when their user changes their email address (settings.EMAIL_LISTENERS)."""

from django.db import IntegrityError, transaction

from accounts.models import User
from audit.services import record
from organizations.models import ManagedBy, Membership


def follow_email(*, user: User, email: str) -> None:
    """Give the user's memberships the new address where they have the old one.

    An organization that lists another address keeps it, as does one with another member at the new address, and one
    whose identity provider owns it. Called before the user is locked: locks on members come first.
    """
    members = Membership.objects.select_for_update().filter(user=user).order_by("pk")
    for member in members:
        if member.managed_by == ManagedBy.MANUAL and member.email_key == user.email:
            _set_email(member, email)


def _set_email(member: Membership, email: str) -> None:
    old, member.email = member.email, email
    try:
        with transaction.atomic():
            member.save(update_fields=["email"])
    except IntegrityError:
        return
    record(
        organization_id=member.organization_id,
        actor=member,
        action="member.email_changed",
        target=member,
        data={"from": old, "to": email},
    )
