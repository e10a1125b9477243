"""Whether a setup link still works (O-6)."""

from datetime import datetime

from django.utils.translation import gettext as _

from base.policies import ALLOWED, Decision, deny
from organizations.models import Membership
from organizations.permissions import Permission
from organizations.policies import can
from provisioning.models import SetupLink


def can_use_setup_link(link: SetupLink, now: datetime) -> Decision:
    """A link works for its time, and only while the person who made it could do the same themselves."""
    if link.revoked_at is not None:
        return deny(_("This link was revoked. Ask the person who sent it for a new one."))
    if link.expires_at <= now:
        return deny(_("This link has expired. Ask the person who sent it for a new one."))
    if not link.organization.is_active or not can(link.created_by, Permission.SECURITY_MANAGE):
        return deny(_("This link no longer works. Ask the person who sent it for a new one."))
    return ALLOWED


def can_manage(actor: Membership | SetupLink, now: datetime) -> Decision:
    """Members who manage security, and setup links that work. Services also compare organization and intent."""
    if isinstance(actor, SetupLink):
        return can_use_setup_link(actor, now)
    return can(actor, Permission.SECURITY_MANAGE)
