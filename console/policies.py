"""What may be done to a member from a row of the Users page: menu, button and request ask the same (U-7)."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from base.policies import Decision, refuse
from console.listing import Tab
from invitations import policies as invitations
from organizations.models import Membership, Status


def can_resend(actor: Membership, member: Membership, tab: Tab) -> Decision:
    """I-2, I-3, I-4: whoever may invite; once an invitation expired, from the Pending tab only."""
    answer = invitations.can_resend(actor, member)
    if answer and member.is_expired and tab != Tab.PENDING:
        return refuse(_("This invitation has expired. Renew it from the Pending tab."))
    return answer


def can_delete(actor: Membership, member: Membership, tab: Tab) -> Decision:
    """For members who have not accepted: their invitation is withdrawn, from either tab."""
    return invitations.can_withdraw(actor, member)


@dataclass(frozen=True)
class Action:
    """Something in a member's menu: for members of these statuses, where the rule allows it."""

    statuses: frozenset[str]
    rule: Callable[[Membership, Membership, Tab], Decision]


ACTIONS: dict[str, Action] = {
    "resend": Action(frozenset({Status.INVITED}), can_resend),
    "delete": Action(frozenset({Status.INVITED}), can_delete),
}


def actions_on(actor: Membership, member: Membership, tab: Tab) -> list[str]:
    """The keys of ACTIONS that `actor` may take on `member` there, in the order of the menu. No query where the
    members' roles are loaded."""
    return [
        key for key, action in ACTIONS.items() if member.status in action.statuses and action.rule(actor, member, tab)
    ]
