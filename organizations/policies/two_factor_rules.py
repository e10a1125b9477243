"""What a user's organizations say about second factors (settings.TWO_FACTOR_RULES, settings.SSO_SET_UP_RULE)."""

from datetime import datetime

from django.utils import timezone

from accounts.models import User
from accounts.queries import Announcement, TwoFactorRules
from accounts.services.sign_in import SignIns
from organizations.models import Membership, Status
from organizations.policies.sessions import requires_two_factor, two_factor_applies
from organizations.queries import all_memberships_of


def two_factor_rules(user: User) -> TwoFactorRules:
    """Return which of the user's organizations require a second factor of them now (S-3) or later (S-11). One query."""
    now, members = timezone.now(), all_memberships_of(user)
    covered = [member.organization for member in members if two_factor_applies(member)]
    later = [
        Announcement(each.name, each.two_factor_required_from)
        for each in covered
        if each.two_factor_required_from and each.two_factor_required_from > now
    ]
    return TwoFactorRules(
        required_by=tuple(each.organization.name for each in members if _is_required(each, now)),
        announced=min(later, key=lambda each: each.start, default=None),
        organizations=tuple(member.organization.name for member in members),
    )


def _is_required(member: Membership, now: datetime) -> bool:
    """Break-glass Admins need a second factor as well: it's what they sign in with (O-4)."""
    return requires_two_factor(member, now) or (member.is_break_glass and member.organization.sso_enforced)


def can_set_up_with_sso(user: User, sign_ins: SignIns) -> bool:
    """Return whether a session that only an identity provider opened may set up the user's first second factor.

    Its organization requires one of this user, who belongs to no other one, and the provider hasn't checked one. Such a
    provider decides about everything that the user can open, so the new factor opens nothing else (O-3).
    """
    members = list(Membership.objects.filter(user=user)[:2])
    if len(members) != 1 or members[0].two_factor:
        return False
    member = all_memberships_of(user)[0] if members[0].status == Status.ACTIVE else None
    sso = sign_ins.sso.get(str(members[0].organization_id))
    return member is not None and sso is not None and not sso.mfa and requires_two_factor(member, timezone.now())
