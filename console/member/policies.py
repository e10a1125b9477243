"""Rules for the actions on one member. The menu, the buttons and the requests all ask these (U-7)."""

from collections.abc import Callable, Collection

from django.utils.translation import gettext as _

from base.policies import Decision, deny, not_applicable
from console.users.params import Tab
from invitations import policies as invitations
from invitations.limits import check_mail_quota
from organizations import policies as organizations
from organizations.models import Membership, Status


def can_resend(actor: Membership, member: Membership, tab: Tab) -> Decision:
    """Whether the actor can resend the invitation (I-2, I-3, I-4). An expired one: from the Pending tab only."""
    decision = invitations.can_resend(actor, member)
    if member.status != Status.INVITED:
        return not_applicable(decision.reason)
    if decision and member.is_expired and tab != Tab.PENDING:
        return not_applicable(_("This invitation has expired. Resend it from the Pending tab."))
    return decision


def can_reactivate(actor: Membership, member: Membership) -> Decision:
    """U-10, A-9: a member who is active again uses a seat."""
    return organizations.can_reactivate_member(actor, member) and organizations.has_free_seats(member.organization)


Rule = Callable[[Membership, Membership, Tab], Decision]


def _for_any_tab(rule: Callable[[Membership, Membership], Decision]) -> Rule:
    return lambda actor, member, tab: rule(actor, member)


def _for_pending(rule: Callable[[Membership, Membership], Decision]) -> Rule:
    """Return the rule, which doesn't apply to members who have joined."""

    def decide(actor: Membership, member: Membership, tab: Tab) -> Decision:
        decision = rule(actor, member)
        return decision if member.status == Status.INVITED else not_applicable(decision.reason)

    return decide


# In menu order.
ACTIONS: dict[str, Rule] = {
    "edit": _for_any_tab(organizations.can_edit_member),
    "resend": can_resend,
    "copy_link": _for_pending(invitations.can_copy_link),
    "correct_address": _for_pending(invitations.can_correct_address),
    "reset_two_factor": _for_any_tab(organizations.can_reset_two_factor),
    "log_out": _for_any_tab(organizations.can_end_sessions),
    "deactivate": _for_any_tab(organizations.can_deactivate_member),
    "reactivate": _for_any_tab(can_reactivate),
    "delete": _for_any_tab(organizations.can_delete_member),
}


def applicable_decisions(
    actor: Membership, member: Membership, tab: Tab, keys: Collection[str] = tuple(ACTIONS)
) -> dict[str, Decision]:
    """Return the decision for each of these ACTIONS that applies to `member` on that tab. Some query the database."""
    decisions = {key: ACTIONS[key](actor, member, tab) for key in keys}
    if "resend" in decisions:
        decisions["resend"] = _within_limits(actor, member, decisions["resend"])
    return {key: decision for key, decision in decisions.items() if decision or decision.applies}


def _within_limits(actor: Membership, member: Membership, decision: Decision) -> Decision:
    # I-5: checked again on the request itself, under the organization's lock.
    if decision and (wait := check_mail_quota(actor, [member.email_key])):
        return deny(wait.reason)
    if decision and member.is_expired:  # a new period uses a seat. The service checks again.
        return organizations.has_free_seats(actor.organization)
    return decision
