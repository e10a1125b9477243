"""How a member joined, for their page (U-19)."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from console.users.columns import two_factor_text
from organizations.models import ManagedBy, Membership


@dataclass(frozen=True)
class MembershipFacts:
    """Facts about a member that aren't in their profile."""

    member: Membership

    @property
    def invited_by(self) -> str:
        """Return who invited the member, or how they joined otherwise."""
        if self.member.invited_by:
            return self.member.invited_by.name
        return _("Your identity provider") if self.member.managed_by == ManagedBy.SCIM else "–"

    @property
    def two_factor(self) -> str:
        """Return "Off", "On" or "On (Passkey)"."""
        return two_factor_text(self.member)
