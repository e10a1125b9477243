"""What may be done to a member from a row of the Users page: menu, button and request ask the same (U-7)."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from base.policies import Decision, deny, not_applicable
from console.users.params import Tab
from invitations import policies as invitations
from invitations.limits import wait_for_mails
from organizations import policies as organizations
from organizations.models import Membership, Status


def can_resend(actor: Membership, member: Membership, tab: Tab) -> Decision:
    """I-2, I-3, I-4: whoever may invite; once an invitation expired, from the Pending tab only."""
    answer = invitations.can_resend(actor, member)
    if member.status != Status.INVITED:
        return not_applicable(answer.reason)
    if answer and member.is_expired and tab != Tab.PENDING:
        return not_applicable(_("This invitation has expired. Renew it from the Pending tab."))
    return answer


Rule = Callable[[Membership, Membership, Tab], Decision]


def _anywhere(rule: Callable[[Membership, Membership], Decision]) -> Rule:
    return lambda actor, member, tab: rule(actor, member)


# In the order of the menu.
ACTIONS: dict[str, Rule] = {
    "edit": _anywhere(organizations.can_edit_member),
    "resend": can_resend,
    "reset_two_factor": _anywhere(organizations.can_reset_two_factor),
    "log_out": _anywhere(organizations.can_end_sessions),
    "deactivate": _anywhere(organizations.can_deactivate_member),
    "reactivate": _anywhere(organizations.can_reactivate_member),
    "delete": _anywhere(organizations.can_delete_member),
}


def answers_on(actor: Membership, member: Membership, tab: Tab) -> dict[str, Decision]:
    """What ACTIONS say of `member` there, without those that do not apply. Some ask the database."""
    answers = {key: rule(actor, member, tab) for key, rule in ACTIONS.items()}
    # I-5: the request itself asks under the organization's lock, and answers that it is too soon.
    if answers["resend"] and (wait := wait_for_mails(actor, [member.email_key])):
        answers["resend"] = deny(wait.reason)
    return {key: answer for key, answer in answers.items() if answer or answer.applies}
