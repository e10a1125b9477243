"""Whether a session may open an organization: its security policies (S-3, S-5, S-6).

They bind members in this organization only. Everything they compare is read anyway: the session, the organization and
the membership.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from django.utils.translation import gettext as _

from accounts.models import Session
from accounts.services.sign_in import REMEMBERED, SignIns
from base.networks import in_ranges
from base.policies import ALLOWED, Decision, deny
from base.times import days_until
from organizations.models import Membership, Organization, TwoFactorRule
from organizations.permissions import ADMINISTRATIVE
from organizations.policies.sign_in import requires_sso
from organizations.queries import permissions_of_member


class Outcome(Enum):
    """What a session may do. SIGN_IN: sign in again. DENIED: nothing helps."""

    OPEN = "open"
    DENIED = "denied"
    SIGN_IN = "sign_in"
    SECOND_FACTOR = "second_factor"
    SET_UP_TWO_FACTOR = "set_up_two_factor"
    SINGLE_SIGN_ON = "single_sign_on"


@dataclass(frozen=True)
class SessionCheck:
    """The outcome, and the reason unless it is OPEN: a sentence for the user."""

    outcome: Outcome
    reason: str = ""


OPEN = SessionCheck(Outcome.OPEN)


def check_session(
    member: Membership, session: Session, *, sign_ins: SignIns, second_factor: str, ip: str | None, now: datetime
) -> SessionCheck:
    """Return whether the member may open their organization in this session.

    `session.last_seen_at` is the time of its last request before this one. `second_factor` is the one that was used in
    the session, or "".
    """
    organization = member.organization
    if not organization.is_active:
        text = _("%(organization)s is suspended. Ask your platform’s operator.")
        return SessionCheck(Outcome.DENIED, text % {"organization": organization.name})
    if not ip_allowed(organization.allowed_ip_ranges, ip):
        text = _("%(organization)s can’t be opened from your network (%(ip)s). Ask an Admin.")
        return SessionCheck(Outcome.DENIED, text % {"organization": organization.name, "ip": ip or "–"})
    if reason := _ended_reason(member, session, now):
        return SessionCheck(Outcome.SIGN_IN, reason)
    if check := _sign_in_check(member, sign_ins, second_factor):
        return check
    # A user who removed the second factor sets up another one, also in a session in which the old one was used.
    sso = sign_ins.sso.get(str(organization.pk))
    used_factor = (second_factor and member.two_factor) or (sso and sso.mfa)
    if requires_two_factor(member, now) and not used_factor:
        text = _("%(organization)s requires two-factor authentication.") % {"organization": organization.name}
        return SessionCheck(Outcome.SECOND_FACTOR if member.two_factor else Outcome.SET_UP_TWO_FACTOR, text)
    return OPEN


def members_to_name(members: Sequence[Membership], sign_ins: SignIns) -> list[Membership]:
    """Return the memberships that a session may list (O-3, A-5).

    One that only identity providers opened doesn't learn which other organizations the user belongs to.
    """
    return [each for each in members if sign_ins.own or str(each.organization_id) in sign_ins.sso]


def _sign_in_check(member: Membership, sign_ins: SignIns, second_factor: str) -> SessionCheck | None:
    """Return what is missing if the session wasn't signed in in a way that opens this organization (O-3, O-4).

    Another organization's identity provider doesn't open it. Where single sign-on is enforced, only its own does, and
    for a break-glass Admin their own sign-in with a second factor.
    """
    organization, name = member.organization, {"organization": member.organization.name}
    if str(organization.pk) in sign_ins.sso:
        return None
    if requires_sso(member) or (organization.sso_enforced and not sign_ins.own):
        return SessionCheck(Outcome.SINGLE_SIGN_ON, _("%(organization)s requires single sign-on.") % name)
    if not sign_ins.own:
        return SessionCheck(Outcome.SIGN_IN, _("Sign in to open %(organization)s.") % name)
    if organization.sso_enforced and second_factor in ("", REMEMBERED):
        text = _("To open %(organization)s without single sign-on, use your second factor.") % name
        return SessionCheck(Outcome.SECOND_FACTOR, text)
    return None


def _ended_reason(member: Membership, session: Session, now: datetime) -> str:
    """Return why the session has ended in the member's organization, or "" if it has not."""
    organization, name = member.organization, {"organization": member.organization.name}
    started, seen = session.signed_in_at, session.last_seen_at
    if started is None or seen is None:
        return _("Sign in to open %(organization)s.") % name
    ended_at = max(member.sessions_ended_at, organization.sessions_ended_at)
    if started <= ended_at or str(organization.pk) in session.ended_organization_ids:
        return _("You were signed out of %(organization)s. Sign in again.") % name
    hours = organization.sign_in_again_hours
    if hours and now - started >= timedelta(hours=hours):
        return _("%(organization)s requires you to sign in again.") % name
    if organization.idle_minutes and now - seen >= timedelta(minutes=organization.idle_minutes):
        return _("You were signed out of %(organization)s because you were inactive. Sign in again.") % name
    return ""


def ip_allowed(ranges: Sequence[str], ip: str | None) -> bool:
    """Return whether the address is in one of the ranges ("192.0.2.0/24", "2001:db8::/32"). No ranges allow all."""
    return not ranges or (ip is not None and in_ranges(ip, ranges))


def keeps_own_address(ranges: Sequence[str], ip: str | None) -> Decision:
    """S-6: users can't set ranges that lock themselves out. `ip` is their address, None if it is unknown."""
    if ip_allowed(ranges, ip):
        return ALLOWED
    if ip is None:
        return deny(_("We can’t determine your IP address, so these ranges would lock you out."))
    return deny(_("Your address %(ip)s isn’t in these ranges. Add it, or you’ll be locked out.") % {"ip": ip})


def two_factor_applies(member: Membership) -> bool:
    """Return whether the organization's rule for second factors covers this member, now or from its date on."""
    rule = member.organization.require_two_factor
    if rule == TwoFactorRule.ADMINS:
        return bool(permissions_of_member(member) & ADMINISTRATIVE)
    return rule == TwoFactorRule.EVERYONE


def is_in_force(organization: Organization, now: datetime) -> bool:
    """Return whether the date from which the organization requires second factors has come (S-11)."""
    start = organization.two_factor_required_from
    return organization.require_two_factor != TwoFactorRule.NO_ONE and (start is None or start <= now)


def requires_two_factor(member: Membership, now: datetime) -> bool:
    """Return whether this member must use a second factor now (S-3)."""
    return is_in_force(member.organization, now) and two_factor_applies(member)


@dataclass(frozen=True)
class Deadline:
    """When an organization will require a second factor, and the days until then: 1 means tomorrow."""

    at: datetime
    days_left: int


def two_factor_deadline(member: Membership, now: datetime) -> Deadline | None:
    """Return when the organization will require a second factor that the member doesn't have yet (S-11).

    None if it requires none of them, or already does so.
    """
    start = member.organization.two_factor_required_from
    if start is None or start <= now or member.two_factor or not two_factor_applies(member):
        return None
    return Deadline(start, days_until(start, now))
