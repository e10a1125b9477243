"""Who may sign in, and how, as far as organizations decide. Used through settings.SIGN_IN_RULE."""

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.services.sign_in import SSO
from accounts.single_sign_on import SsoRequired
from base.policies import ALLOWED, Decision, deny
from organizations.models import Membership, Status
from organizations.queries import all_roles_of, has_open_invitation, statuses_of
from organizations.roles import admin_role_id


def can_sign_in(user: User, method: str = "") -> Decision:
    """U-10: users who are deactivated somewhere and active nowhere can't sign in.

    Unless they have an open invitation, because no organization may prevent another from inviting someone (A-5). Users
    without any organization may sign in, and find none. With a `method` other than single sign-on, O-4 applies as well.
    """
    statuses = statuses_of(user)
    if Status.DEACTIVATED in statuses and Status.ACTIVE not in statuses and not has_open_invitation(user):
        return deny(_("Your account is deactivated. Ask an Admin to reactivate it."))
    return ALLOWED if method in ("", SSO) else _can_sign_in_without_sso(user)


def _can_sign_in_without_sso(user: User) -> Decision:
    """O-4: not users whose organizations all require single sign-on. One that doesn't may still be opened this way.

    Break-glass Admins may, and platform staff, who need it for the backoffice. Users with an open invitation may, to
    accept it. Users of several organizations whom no provider has signed in yet may, to link their account (O-3). What
    the session then opens, check_session() decides for each organization.
    """
    members = list(Membership.objects.filter(user=user, status=Status.ACTIVE).select_related("organization"))
    closed = [each.organization for each in members if requires_sso(each)]
    if not closed or len(closed) < len(members) or user.is_staff:
        return ALLOWED
    if has_open_invitation(user, sso_enforced=False):
        return ALLOWED
    if len(members) > 1 and not user.external_identities.exists():
        return ALLOWED
    names = sorted(each.name for each in closed)
    text = ngettext("%(names)s requires single sign-on.", "%(names)s require single sign-on.", len(names))
    reason = text % {"names": get_text_list(names, _("and"))}
    return SsoRequired(False, reason, organization_ids=tuple(str(each.pk) for each in closed))


def requires_sso(member: Membership) -> bool:
    """Return whether only single sign-on opens the organization for this member: where it's enforced (O-4).

    Not for break-glass Admins, who need a second factor instead. They must still be Admins.
    """
    if not member.organization.sso_enforced:
        return False
    admin = admin_role_id(member.organization.scheme)
    is_break_glass = member.is_break_glass and member.two_factor
    return not (is_break_glass and admin in {role.pk for role in all_roles_of(member)})
