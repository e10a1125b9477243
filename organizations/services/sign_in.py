"""What an organization does to how its members sign in: second factors and sessions."""

from django.db import transaction

from accounts.models import User
from accounts.services import end_sessions, reset_two_factor
from audit.services import record
from base.policies import require
from organizations import policies
from organizations.models import Membership
from organizations.services.locking import lock_both


def note_two_factor(*, user: User, on: bool) -> None:
    """Keeps on each of the user's memberships whether they have a second factor: settings.TWO_FACTOR_LISTENERS."""
    Membership.objects.filter(user=user).update(two_factor=on)


@transaction.atomic
def reset_member_two_factor(*, actor: Membership, member: Membership) -> Membership:
    """Clears the member's second factors, ends their sessions and tells them by mail (U-9).

    Returns the member as they are now. Raises Refused, or Membership.DoesNotExist where they are gone.
    """
    actor, member = lock_both(actor, member)
    require(policies.can_reset_two_factor(actor, member))
    if member.user:
        reset_two_factor(actor=actor, user=member.user, organization=member.organization, target=member)
    member.refresh_from_db(fields=["two_factor"])
    return member


@transaction.atomic
def log_out_member(*, actor: Membership, member: Membership) -> Membership:
    """Ends every session of the member's user (S-5); errors and return as above."""
    actor, member = lock_both(actor, member)
    require(policies.can_end_sessions(actor, member))
    if member.user:
        end_sessions(user=member.user)
    record(organization_id=member.organization_id, actor=actor, action="sessions.ended", target=member)
    return member
