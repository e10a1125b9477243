"""How a member signs in: second factors, sessions and sign-in activity, for their page (U-19)."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import BackupCode, KnownBrowser
from accounts.queries import NO_FACTORS, SecondFactors, get_second_factors
from audit.lines import AuditLine, describe
from audit.queries import entries_with_actions
from organizations.models import Membership

# What the page lists as sign-in activity: the security events that accounts.services.record_event() writes.
SIGN_IN_ACTIONS = (
    "sign_in.succeeded", "sign_in.new_device", "sign_in.failed", "sign_out", "password.changed", "password.reset",
    "email.changed", "two_factor.enabled", "two_factor.disabled", "two_factor.reset", "two_factor.reminded",
    "passkey.added", "passkey.renamed", "passkey.removed", "backup_code.used", "backup_codes.generated",
    "browser.remembered", "browsers.forgotten", "session.ended", "sessions.ended", "sessions.ended_by_user",
    "sessions.ended_by_admin",
)  # fmt: skip
BACKUP_CODES = 10


@dataclass(frozen=True)
class TwoFactorFacts:
    """A member's second factors. `codes_left` of BACKUP_CODES, and devices that aren't asked for one now."""

    factors: SecondFactors = NO_FACTORS
    codes_left: int = 0
    remembered: int = 0

    @property
    def method(self) -> str:
        """Return "Authenticator app, 2 passkeys"."""
        count = self.factors.passkeys
        passkeys = ngettext("%(count)s passkey", "%(count)s passkeys", count) % {"count": count}
        return ", ".join([_("Authenticator app")] * self.factors.app + [passkeys] * bool(count))

    @property
    def codes(self) -> int:
        return BACKUP_CODES


def two_factor_facts(member: Membership) -> TwoFactorFacts:
    """Return the facts about the member's user. Four queries, none for a member without a second factor."""
    user = member.user
    if user is None or not member.two_factor:
        return TwoFactorFacts()
    remembered = KnownBrowser.objects.filter(user=user, remembered_until__gt=timezone.now())
    return TwoFactorFacts(
        factors=get_second_factors(user),
        codes_left=BackupCode.objects.filter(user=user, used_at=None).count(),
        remembered=remembered.count(),
    )


def sign_in_activity(member: Membership, *, limit: int) -> list[AuditLine]:
    """Return the member's latest sign-in events in the organization's log, newest first."""
    entries = entries_with_actions(member.organization_id, member.pk, SIGN_IN_ACTIONS, limit=limit)
    return [describe(entry) for entry in entries]
