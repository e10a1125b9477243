"""Who changes the settings of identity providers: members who manage security, and setup links (O-6)."""

from typing import TypeVar

from django.utils import timezone
from django.utils.translation import gettext as _

from base.policies import Refused, require
from organizations.models import Membership, Organization
from organizations.permissions import Permission
from organizations.policies import can
from organizations.services import lock_organization, reload_actor
from provisioning.models import SetupIntent, SetupLink
from provisioning.policies.setup_links import can_use_setup_link

Manager = TypeVar("Manager", Membership, SetupLink)


def lock_manager(actor: Manager, organization: Organization, intent: SetupIntent) -> Manager:
    """Lock the organization, and return `actor` as they are now, with their `organization`. Call it in a transaction.

    Raises Refused unless they may change the settings of this intent: a member with the permission to manage security,
    or a setup link of this organization and intent that works now.
    """
    locked = lock_organization(organization.pk)
    if isinstance(actor, SetupLink):
        return _reload_link(actor, locked, intent)
    member = reload_actor(actor, locked)
    require(can(member, Permission.SECURITY_MANAGE))
    return member


def _reload_link(link: SetupLink, organization: Organization, intent: SetupIntent) -> SetupLink:
    links = SetupLink.objects.select_related("created_by__organization", "organization")
    current = links.filter(pk=link.pk, organization=organization, intent=intent).first()
    if current is None:
        raise Refused(_("This link no longer works. Ask the person who sent it for a new one."))
    require(can_use_setup_link(current, timezone.now()))
    return current
