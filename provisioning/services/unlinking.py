"""Ending that an identity provider signs someone in, because the owner of the account says it wasn't them (S-8)."""

from uuid import UUID

from django.db import transaction

from accounts.models import User
from audit.models import Entry
from audit.services import record
from provisioning.models import ExternalIdentity


@transaction.atomic
def unlink_rejected(*, user: User, entry: Entry) -> None:
    """Remove the link that the rejected event is about, if it is about one (settings.EVENT_REJECTION_LISTENERS)."""
    if entry.action != "sso.linked":
        return
    try:
        key = UUID(entry.data.get("identity", ""))
    except ValueError:
        return
    identity = ExternalIdentity.objects.filter(pk=key, user=user).first()
    if identity is None:
        return
    data = {"provider": entry.data.get("provider", "")}
    record(organization_id=identity.organization_id, actor=user, action="sso.unlinked", target=user, data=data)
    identity.delete()
