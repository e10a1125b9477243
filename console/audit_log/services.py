"""Changes to an organization's streams, by members who can export the audit log."""

from collections.abc import Callable
from typing import Any

from django.db import transaction

from base.policies import require
from organizations.models import Membership
from organizations.permissions import Permission
from organizations.policies import can
from organizations.services import lock_actor


@transaction.atomic
def change_streams(service: Callable[..., Any], *, actor: Membership, **values: Any) -> Any:
    """Call a service of audit.services.streams, and return what it returns. Raises Refused, and what it raises.

    It runs under the organization's lock, so that parallel requests keep the limit of streams, and someone who has just
    lost the permission changes nothing.
    """
    actor = lock_actor(actor)
    require(can(actor, Permission.AUDIT_EXPORT))
    return service(actor=actor, **values)
