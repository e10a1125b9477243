"""What a user's organizations say about second factors (settings.TWO_FACTOR_RULES)."""

from django.utils import timezone

from accounts.models import User
from accounts.queries import Announcement, TwoFactorRules
from organizations.policies.sessions import is_in_force, two_factor_applies
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
        required_by=tuple(each.name for each in covered if is_in_force(each, now)),
        announced=min(later, key=lambda each: each.start, default=None),
        organizations=tuple(member.organization.name for member in members),
    )
