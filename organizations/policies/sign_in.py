"""Who may sign in at all, as far as organizations have a say: settings.SIGN_IN_RULE."""

from django.utils.translation import gettext as _

from accounts.models import User
from base.policies import ALLOWED, Decision, deny
from organizations.models import Status
from organizations.queries import is_awaited, statuses_of


def can_sign_in(user: User) -> Decision:
    """U-10: not who was deactivated and is active nowhere. An invitation that waits for them opens the door again:
    no organization may keep another from inviting somebody (A-5). Who is in none may sign in, and finds nothing."""
    statuses = statuses_of(user)
    if Status.DEACTIVATED not in statuses or Status.ACTIVE in statuses or is_awaited(user):
        return ALLOWED
    return deny(_("This account is switched off. Ask an Admin of your organization."))
