"""How members sign in: their second factors and sessions."""

from django.db import transaction

from accounts.models import User
from accounts.services import end_sessions, reset_two_factor
from audit.services import record
from base.policies import require
from organizations import policies
from organizations.models import Membership
from organizations.services.locks import lock_actor_and_member


def sync_two_factor(*, user: User, on: bool) -> None:
    """Store on the user's memberships whether they have a second factor (settings.TWO_FACTOR_LISTENERS)."""
    Membership.objects.filter(user=user).update(two_factor=on)


@transaction.atomic
def reset_member_two_factor(*, actor: Membership, member: Membership) -> Membership:
    """Remove the member's second factors, end their sessions and notify them by email (U-9).

    Returns the member as they are now. Raises Refused and Membership.DoesNotExist.
    """
    actor, member = lock_actor_and_member(actor, member)
    require(policies.can_reset_two_factor(actor, member))
    if member.user:
        reset_two_factor(actor=actor, user=member.user, organization=member.organization, target=member)
    member.refresh_from_db(fields=["two_factor"])
    return member


@transaction.atomic
def log_out_member(*, actor: Membership, member: Membership) -> Membership:
    """End all sessions of the member's user (S-5). Same return value and errors as reset_member_two_factor()."""
    actor, member = lock_actor_and_member(actor, member)
    require(policies.can_end_sessions(actor, member))
    if member.user:
        end_sessions(user=member.user)
    record(organization_id=member.organization_id, actor=actor, action="sessions.ended", target=member)
    return member
