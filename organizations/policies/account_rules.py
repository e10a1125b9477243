"""What a user's organizations ask of the account itself: the strictest rule counts (settings.ACCOUNT_RULES)."""

from collections.abc import Sequence

from django.utils import timezone

from accounts.models import User
from accounts.queries import AccountRules
from organizations.models import Membership
from organizations.policies.sessions import requires_two_factor
from organizations.queries import all_memberships_of


def account_rules(user: User) -> AccountRules:
    """Return the strictest rules of the user's active memberships (S-1, S-6). One query."""
    return strictest_rules(all_memberships_of(user))


def strictest_rules(members: Sequence[Membership]) -> AccountRules:
    """Return the strictest rules of these memberships, for example of a pending one whose password is being chosen."""
    now, organizations = timezone.now(), [member.organization for member in members]
    return AccountRules(
        password_min_length=max((each.password_min_length for each in organizations), default=0),
        password_history=max((each.password_history for each in organizations), default=0),
        lockout_attempts=min((each.lockout_attempts for each in organizations if each.lockout_attempts), default=0),
        all_require_two_factor=bool(members) and all(requires_two_factor(member, now) for member in members),
        organization_names=tuple(each.name for each in organizations),
    )
