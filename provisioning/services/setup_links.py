"""Setup links for IT administrators without an account (O-6)."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.services import record
from base.hashing import hash_token
from base.policies import Refused, require
from organizations.models import Membership
from organizations.permissions import Permission
from organizations.policies import can
from organizations.services import lock_actor
from provisioning.models import SetupIntent, SetupLink
from provisioning.queries.setup_links import open_links

MAX_LINKS = 10
# The last use is written at most this often per link.
TOUCH_INTERVAL = timedelta(minutes=1)


@transaction.atomic
def create_setup_link(*, actor: Membership, intent: str) -> tuple[SetupLink, str]:
    """Create a link for one intent, and return it with its token, which is stored nowhere. Raises Refused."""
    actor = lock_actor(actor)
    organization = actor.organization
    require(can(actor, Permission.SECURITY_MANAGE))
    if open_links(organization).count() >= MAX_LINKS:
        raise Refused(_("An organization can have %(count)s setup links. Revoke one first.") % {"count": MAX_LINKS})
    token = secrets.token_urlsafe(32)
    link = SetupLink.objects.create(
        organization=organization,
        intent=SetupIntent(intent),
        digest=hash_token(token),
        created_by=actor,
        expires_at=timezone.now() + timedelta(days=settings.SETUP_LINK_DAYS),
    )
    data = {"intent": str(SetupIntent(intent).label)}
    record(organization_id=organization.pk, actor=actor, action="setup_link.created", target=link, data=data)
    return link, token


@transaction.atomic
def revoke_setup_link(*, actor: Membership, link: SetupLink) -> bool:
    """End the link, also in pages that are open. Return False if it has already ended. Raises Refused."""
    actor = lock_actor(actor, link.organization_id)
    require(can(actor, Permission.SECURITY_MANAGE))
    if not open_links(actor.organization).filter(pk=link.pk).update(revoked_at=timezone.now()):
        return False
    data = {"intent": str(SetupIntent(link.intent).label)}
    record(organization_id=actor.organization_id, actor=actor, action="setup_link.revoked", target=link, data=data)
    return True


def touch_setup_link(*, link: SetupLink) -> None:
    """Note that the link is used now."""
    now = timezone.now()
    if link.last_used_at is None or now - link.last_used_at > TOUCH_INTERVAL:
        SetupLink.objects.filter(pk=link.pk).update(last_used_at=now)
