"""Who may sign in, as far as organizations decide. Used through settings.SIGN_IN_RULE."""

from django.utils.translation import gettext as _

from accounts.models import User
from base.policies import ALLOWED, Decision, deny
from organizations.models import Status
from organizations.queries import has_open_invitation, statuses_of


def can_sign_in(user: User) -> Decision:
    """U-10: users who are deactivated somewhere and active nowhere can't sign in.

    Unless they have an open invitation, because no organization may prevent another from inviting someone (A-5). Users
    without any organization may sign in, and find none.
    """
    statuses = statuses_of(user)
    if Status.DEACTIVATED not in statuses or Status.ACTIVE in statuses or has_open_invitation(user):
        return ALLOWED
    return deny(_("Your account is deactivated. Ask an Admin to reactivate it."))
