"""Who may set up single sign-on, and what is needed before it can be tested or turned on (O-1, O-6)."""

from django.utils import timezone
from django.utils.translation import gettext as _

from base.policies import ALLOWED, Decision, deny, not_applicable
from organizations.models import Membership, Organization
from organizations.permissions import Permission
from organizations.policies import can
from provisioning.models import IdentityProvider, SetupIntent, SetupLink
from provisioning.models.sso import Protocol
from provisioning.policies.setup_links import can_use_setup_link


def can_manage_sso(actor: Membership | SetupLink, organization: Organization) -> Decision:
    """Members who can manage security, and setup links for single sign-on of this organization (O-6)."""
    if actor.organization_id != organization.pk:
        return not_applicable(_("You no longer have access to this organization."))
    if isinstance(actor, Membership):
        return can(actor, Permission.SECURITY_MANAGE)
    if actor.intent != SetupIntent.SSO:
        return deny(_("This setup link is for something else."))
    return can_use_setup_link(actor, timezone.now())


def can_change_provider(
    actor: Membership | SetupLink, organization: Organization, identity_provider: IdentityProvider | None
) -> Decision:
    """Those who can set it up. While it is turned on, a setup link can't change it: that would open every account."""
    if not (decision := can_manage_sso(actor, organization)):
        return decision
    if isinstance(actor, SetupLink) and identity_provider is not None and identity_provider.is_enabled:
        return deny(_("Single sign-on is turned on. Ask the person who sent this link to turn it off first."))
    return ALLOWED


def is_complete(identity_provider: IdentityProvider | None) -> Decision:
    """A provider can be tested and turned on once its connection is filled in."""
    if identity_provider is None:
        return deny(_("Choose your provider first."))
    if identity_provider.protocol == Protocol.SAML:
        needed: list[object] = [identity_provider.sso_url, identity_provider.certificates]
    else:
        needed = [identity_provider.metadata, identity_provider.client_id, identity_provider.client_secret]
    if not identity_provider.issuer or not all(needed):
        return deny(_("First fill in what your provider shows."))
    return ALLOWED


def can_disable_provider(identity_provider: IdentityProvider) -> Decision:
    """While single sign-on is enforced, its provider can't be turned off or deleted (O-4)."""
    if identity_provider.organization.sso_enforced:
        return deny(_("Single sign-on is enforced, so members have no other way to sign in. Stop enforcing it first."))
    return ALLOWED
