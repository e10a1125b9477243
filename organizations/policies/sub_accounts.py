"""Rules for sub-accounts: organizations under another one (A-2)."""

from django.utils.translation import gettext as _

from base.policies import ALLOWED, Decision, deny, not_applicable
from organizations.models import Membership, Organization
from organizations.permissions import Permission
from organizations.policies.role_grants import can
from organizations.queries.sub_accounts import MAX_LEVELS, Place

# In one tree. More would not fit on the page, and would suggest misuse.
MAX_SUB_ACCOUNTS = 100
# The maximum number of characters of the parent's slug in its sub-accounts' slugs.
MAX_PREFIX = 40


def can_create_sub_account(actor: Membership, place: Place) -> Decision:
    """Whether the actor can create a sub-account of their organization, which is at this place in its tree.

    The actor becomes the sub-account's first Admin (R-8), so they need a user, and an
    access key has none.
    """
    if not (decision := can(actor, Permission.SUB_ACCOUNTS_MANAGE)):
        return decision
    if actor.access_key or actor.user_id is None:
        return deny(_("Only a person can create a sub-account, because they become its first Admin."))
    if place.level >= MAX_LEVELS:
        text = _("%(organization)s can’t have sub-accounts. The limit is %(number)s levels.")
        return deny(text % {"organization": actor.organization.name, "number": MAX_LEVELS})
    if place.number >= MAX_SUB_ACCOUNTS:  # also those that the actor doesn't know of
        return deny(_("No more sub-accounts can be created here. Ask your platform’s operator."))
    return ALLOWED


def opens_new_organizations(*, own_sign_in: bool) -> Decision:
    """O-3: a session opened only by identity providers couldn't open the new organization."""
    if own_sign_in:
        return ALLOWED
    return deny(_("Single sign-on only opens this organization. Sign in with your password to create another one."))


def slug_prefix(parent: Organization) -> str:
    """Return the prefix of the slugs of an organization's sub-accounts."""
    return f"{parent.slug[:MAX_PREFIX]}-"


def slug_allowed(parent: Organization, slug: str) -> Decision:
    """A sub-account's slug starts with its parent's, so that no one can take or probe other names."""
    prefix = slug_prefix(parent)
    if slug.startswith(prefix) and slug != prefix:
        return ALLOWED
    return deny(_("Start with %(prefix)s and add at least one letter or number.") % {"prefix": prefix})


def can_rename_sub_account(actor: Membership, child: Organization) -> Decision:
    """Whether the actor can rename an organization: only direct sub-accounts."""
    if child.parent_id != actor.organization_id:
        return not_applicable(
            _("Only the organization directly above %(organization)s can rename it.") % {"organization": child.name}
        )
    return can(actor, Permission.SUB_ACCOUNTS_MANAGE)
