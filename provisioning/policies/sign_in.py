"""Rules for signing in through an identity provider."""

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.queries import has_passkey
from base.policies import ALLOWED, Decision, deny
from organizations.models import Membership, Organization
from provisioning.models import IdentityProvider
from provisioning.queries.domains import owns_address


def can_sign_in_through(identity_provider: IdentityProvider) -> Decision:
    """Return whether the provider signs anyone in: it is enabled, and its organization isn't suspended."""
    organization = identity_provider.organization
    if not organization.is_active:
        text = _("%(organization)s is suspended. Ask your platform’s operator.")
        return deny(text % {"organization": organization.name})
    if not identity_provider.is_enabled:
        text = _("%(organization)s doesn’t use single sign-on at the moment. Sign in with your password.")
        return deny(text % {"organization": capfirst(organization.name)})
    return ALLOWED


def needs_own_sign_in(organization: Organization, user: User, member: Membership | None) -> bool:
    """Return whether the user must sign in to their account once before this organization's provider may (O-3).

    Not if the account is this organization's alone: its member, at its own domain, in no other organization. And not if
    no one has ever used it. Everyone else may have access elsewhere, which an organization's provider must not decide
    about (CVE-2025-22146).
    """
    elsewhere = Membership.objects.filter(user=user).exclude(organization=organization)
    if user.is_staff or not owns_address(organization, user.email) or elsewhere.exists():
        return True
    is_member = member is not None and member.user_id == user.pk
    return not is_member and not _is_unused(user)


def _is_unused(user: User) -> bool:
    """Return whether the account was created for a member who then asked for a password, and didn't choose one."""
    return user.last_login is None and not user.has_usable_password() and not has_passkey(user)
