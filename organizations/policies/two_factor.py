"""Who may remind members to set up two-factor authentication, and when (S-11)."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from base.policies import ALLOWED, Decision, deny, not_applicable
from base.times import RelativeTime
from organizations.models import Membership, Status
from organizations.permissions import Permission
from organizations.policies.role_grants import can
from organizations.queries import REMIND_EVERY


def can_send_two_factor_reminders(actor: Membership) -> Decision:
    """Whether the actor may remind anyone."""
    return can(actor, Permission.PEOPLE_ADMIN)


def can_remind_two_factor(actor: Membership, member: Membership, now: datetime | None = None) -> Decision:
    """Whether the actor can remind this member now: active members without a second factor, once a week each."""
    if not (decision := can_send_two_factor_reminders(actor)):
        return decision
    if member.status != Status.ACTIVE:
        return not_applicable(_("%(name)s isn’t active.") % {"name": member.name})
    if member.user_id is None:
        return not_applicable(_("%(name)s hasn’t signed in yet.") % {"name": member.name})
    if member.two_factor:
        return not_applicable(_("%(name)s already has 2FA.") % {"name": member.name})
    now = now or timezone.now()
    next_at = member.two_factor_reminded_at + REMIND_EVERY
    if next_at > now:
        day = RelativeTime(now).day(timezone.localdate(next_at))
        return deny(
            _("%(name)s was reminded within the last week. Try again on %(day)s.") % {"name": member.name, "day": day}
        )
    return ALLOWED


def can_receive_reset_notice(member: Membership) -> Decision:
    """Whether the member is told about resets of other members' second factors (U-9): people who can reset them."""
    return can(member, Permission.PEOPLE_ADMIN)
