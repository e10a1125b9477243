"""Whether users may change the email address they sign in with. Used through settings.EMAIL_CHANGE_RULE."""

from django.utils.translation import gettext as _

from accounts.models import User
from base.policies import ALLOWED, Decision, deny
from organizations.models import ManagedBy, Membership, Status
from organizations.policies.role_grants import domain_allowed


def can_change_email(user: User, email: str = "") -> Decision:
    """Return whether the user may change their address, to `email` (canonical) if given. One query.

    Not where an identity provider owns it, and not to a domain that one of their organizations doesn't allow (S-6).
    """
    members = list(Membership.objects.filter(user=user).select_related("organization").order_by("pk"))
    if owner := next((each for each in members if each.managed_by == ManagedBy.SCIM), None):
        reason = _("Your email address comes from the identity provider of %(organization)s. Change it there.")
        return deny(reason % {"organization": owner.organization.name})
    for member in members if email else ():
        if member.status == Status.ACTIVE and not domain_allowed(member.organization, email):
            names = {"organization": member.organization.name}
            names["domains"] = ", ".join(member.organization.allowed_email_domains)
            return deny(_("%(organization)s only allows addresses at %(domains)s.") % names)
    return ALLOWED
