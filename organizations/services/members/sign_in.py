"""How members sign in: their second factors and sessions."""

from django.db import transaction
from django.db.models.functions import Now

from accounts.models import User
from accounts.queries import SecondFactors
from accounts.services import end_session, end_sessions, end_sessions_in, record_event, reset_two_factor
from audit.services import record
from base.policies import require
from organizations import policies
from organizations.models import Membership, TwoFactorMethod
from organizations.queries import sessions_of_member, shared_with_others
from organizations.services.locks import lock_actor_and_member
from organizations.services.members.two_factor import notify_admins_of_reset


def sync_two_factor(*, user: User, factors: SecondFactors) -> None:
    """Store on the user's memberships which second factors they have (settings.TWO_FACTOR_LISTENERS)."""
    method = ""
    if factors:
        method = TwoFactorMethod.BOTH if factors.app and factors.passkeys else _only_method(factors)
    Membership.objects.filter(user=user).update(two_factor=bool(factors), two_factor_method=method)


def _only_method(factors: SecondFactors) -> TwoFactorMethod:
    return TwoFactorMethod.APP if factors.app else TwoFactorMethod.PASSKEY


@transaction.atomic
def reset_member_two_factor(*, actor: Membership, member: Membership) -> Membership:
    """Remove the member's second factors, end their sessions and notify them and all Admins by email (U-9).

    Returns the member as they are now. Raises Refused and Membership.DoesNotExist.
    """
    actor, member = lock_actor_and_member(actor, member)
    require(policies.can_reset_two_factor(actor, member))
    if member.user:
        entry = reset_two_factor(actor=actor, user=member.user, organization=member.organization, target=member)
        notify_admins_of_reset(organization=member.organization, entry_id=entry.pk)
    member.refresh_from_db(fields=["two_factor", "two_factor_method"])
    return member


@transaction.atomic
def log_out_member(*, actor: Membership, member: Membership) -> Membership:
    """End the member's sessions in this organization (S-5). Same return value and errors as reset_member_two_factor().

    Users of no other organization are signed out completely. In their other organizations, users stay signed in.
    """
    actor, member = lock_actor_and_member(actor, member)
    require(policies.can_end_sessions(actor, member))
    end_sessions_of(member)
    record(organization_id=member.organization_id, actor=actor, action="sessions.ended", target=member)
    _notify(actor, member)
    return member


@transaction.atomic
def end_member_session(*, actor: Membership, member: Membership, session_key: str) -> bool:
    """End one session of the member in this organization (S-5). `session_key` is the stored one.

    Return False if it has ended already, or never opened the organization: what users do elsewhere is not its
    business. Sessions of users without another organization end completely. Raises Refused and Membership.DoesNotExist.
    """
    actor, member = lock_actor_and_member(actor, member)
    require(policies.can_end_sessions(actor, member))
    session = next((each for each in sessions_of_member(member) if each.key == session_key), None)
    if session is None or member.user is None:
        return False
    if shared_with_others(member):
        end_sessions_in(organization_id=member.organization_id, session_keys=[session_key])
    else:
        end_session(user=member.user, session_key=session_key)
    data = {"device": session.device}
    record(organization_id=member.organization_id, actor=actor, action="member.session_ended", target=member, data=data)
    _notify(actor, member)
    return True


def end_sessions_of(member: Membership) -> None:
    """End the sessions of a locked member in their organization, or completely if they have no other one."""
    Membership.objects.filter(pk=member.pk).update(sessions_ended_at=Now())
    member.refresh_from_db(fields=["sessions_ended_at"])
    if member.user and not shared_with_others(member):
        end_sessions(user=member.user)


def _notify(actor: Membership, member: Membership) -> None:
    """Tell the user by email that an Admin ended sessions (S-8), unless it was themselves."""
    if member.user and member.user_id != actor.user_id:
        data = {"organization": member.organization.name}
        record_event(user=member.user, action="sessions.ended_by_admin", actor=actor, data=data)
