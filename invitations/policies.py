"""Who may resend or withdraw an invitation, and whether an invitation still stands."""

from django.utils.translation import gettext as _

from base.policies import ALLOWED, Decision, deny
from invitations.models import Invitation
from organizations.models import Membership, Status
from organizations.permissions import ADMINISTRATIVE
from organizations.policies import can_add_users, can_delete_member, can_give_roles, domain_allowed
from organizations.queries import all_roles_of, permissions_of_member


def can_resend(actor: Membership, member: Membership) -> Decision:
    """I-2, I-3, I-4: whoever may invite, for a member who has not accepted, if they may give the member's roles."""
    if member.status != Status.INVITED:
        return deny(_("%(name)s has joined already.") % {"name": member.name})
    if not (answer := can_add_users(actor)):
        return answer
    if not (answer := domain_allowed(actor.organization, member.email)):
        return answer
    return can_give_roles(actor, all_roles_of(member))


def can_withdraw(actor: Membership, member: Membership) -> Decision:
    """U-14, R-4, R-7: only those who may delete people, for a member who has not accepted."""
    if member.status != Status.INVITED:
        return deny(_("%(name)s has joined already.") % {"name": member.name})
    return can_delete_member(actor, member)


def can_accept(member: Membership) -> Decision:
    """Whether what was offered may still be given: asked when the button is pressed, not when the mail went.

    An administrative role needs an inviter who could give it today: a role prepared by somebody who was
    since demoted or removed must not outlive them (CVE-2026-56247).
    """
    organization = member.organization
    if organization.sso_enforced:
        return deny(
            _("%(organization)s now requires single sign-on. Sign in there with your work account.")
            % {"organization": organization.name}
        )
    if not (answer := domain_allowed(organization, member.email)):
        return answer
    inviter = member.invited_by
    if permissions_of_member(member) & ADMINISTRATIVE and not (
        inviter and inviter.status == Status.ACTIVE and can_give_roles(inviter, all_roles_of(member))
    ):
        return deny(_("The person who invited you can no longer give this role. Ask for the invitation to be resent."))
    return ALLOWED


def can_ask_for_new_link(invitation: Invitation) -> Decision:
    """I-7: for a member whose invitation has expired and whose inviter is still there; once for each period."""
    member = invitation.membership
    inviter = member.invited_by if member and member.status == Status.INVITED else None
    if not inviter or inviter.status != Status.ACTIVE:
        return deny(
            _("The person who invited you is no longer there. Ask an Admin of %(organization)s for a new invitation.")
            % {"organization": invitation.organization.name}
        )
    if invitation.new_link_asked_at:
        return deny(_("%(name)s was told that you would like a new link.") % {"name": inviter.name})
    return ALLOWED
