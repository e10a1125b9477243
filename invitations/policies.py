"""Rules for resending, withdrawing and accepting invitations."""

from django.utils.translation import gettext as _

from base.policies import ALLOWED, Decision, deny, not_applicable
from invitations.models import Invitation
from organizations.models import ManagedBy, Membership, Status
from organizations.permissions import ADMINISTRATIVE, Permission
from organizations.policies import can, can_add_users, can_delete_member, can_give_roles, domain_allowed
from organizations.queries import all_roles_of, permissions_of_member


def can_resend(actor: Membership, member: Membership) -> Decision:
    """I-2, I-3, I-4: resend a pending member's invitation. The actor must be able to invite and to give the roles."""
    if member.status != Status.INVITED:
        return deny(_("%(name)s has already joined.") % {"name": member.name})
    # Also where single sign-on is enforced (O-4): pending invitations stay valid, and are accepted through it.
    if not (decision := can(actor, Permission.PEOPLE_INVITE)):
        return decision
    if not (decision := domain_allowed(actor.organization, member.email)):
        return decision
    return can_give_roles(actor, all_roles_of(member))


def can_copy_link(actor: Membership, member: Membership) -> Decision:
    """I-10: members who may resend the invitation may copy its link while it can be accepted."""
    if not (decision := can_resend(actor, member)):
        return decision
    if member.is_expired:
        return deny(_("This invitation has expired. Resend it first."))
    if not can_accept(member, single_sign_on=True):  # the inviter can no longer give the role
        return deny(_("This link no longer works. Resend the invitation first."))
    return ALLOWED


def can_correct_address(actor: Membership, member: Membership) -> Decision:
    """I-11: members who may invite people with these roles may correct the address of a pending invitation.

    Unlike resending, not where single sign-on is enforced (O-4): the new address may be another person's.
    """
    if member.status != Status.INVITED:
        return not_applicable(_("%(name)s has already joined.") % {"name": member.name})
    if member.managed_by == ManagedBy.SCIM:
        return deny(_("The email address comes from your identity provider. Change it there."))
    if not (decision := can_add_users(actor)):
        return decision
    return can_give_roles(actor, all_roles_of(member))


def can_withdraw(actor: Membership, member: Membership) -> Decision:
    """U-14, R-4, R-7: withdraw a pending member's invitation. The actor must be allowed to delete the member."""
    if member.status != Status.INVITED:
        return deny(_("%(name)s has already joined.") % {"name": member.name})
    return can_delete_member(actor, member)


def can_accept(member: Membership, *, single_sign_on: bool = False) -> Decision:
    """Whether the invitation may still be accepted. Checked when the button is pressed, not when the email is sent.

    `single_sign_on` tells that the organization's identity provider signed the member in. Where it's enforced, nothing
    else is enough (O-4).

    An administrative role needs an inviter who could give it today: if the inviter has been demoted or removed
    since, the role they prepared must not be given (CVE-2026-56247).
    """
    organization = member.organization
    if not organization.is_active:
        return deny(_("%(organization)s is suspended.") % {"organization": organization.name})
    if organization.sso_enforced and not single_sign_on:
        return deny(
            _("%(organization)s now requires single sign-on. Sign in with your work account.")
            % {"organization": organization.name}
        )
    if not (decision := domain_allowed(organization, member.email)):
        return decision
    inviter = member.invited_by
    if permissions_of_member(member) & ADMINISTRATIVE and not (
        inviter and inviter.status == Status.ACTIVE and can_give_roles(inviter, all_roles_of(member))
    ):
        return deny(
            _("The person who invited you can no longer give this role. Ask an Admin to resend the invitation.")
        )
    return ALLOWED


def can_request_new_link(invitation: Invitation) -> Decision:
    """I-7: ask an active inviter for a new link, once per period. The caller checks that the invitation has expired."""
    member = invitation.membership
    inviter = member.invited_by if member and member.status == Status.INVITED else None
    if not inviter:  # an organization's key invited them, or the person is gone
        text = _("Ask an Admin of %(organization)s for a new invitation.")
        return deny(text % {"organization": invitation.organization.name})
    if inviter.status != Status.ACTIVE:
        return deny(
            _("The person who invited you is no longer active. Ask an Admin of %(organization)s for a new invitation.")
            % {"organization": invitation.organization.name}
        )
    if invitation.new_link_asked_at:
        return deny(_("We’ve told %(name)s that you’d like a new link.") % {"name": inviter.name})
    return ALLOWED
