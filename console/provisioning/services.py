"""Deleting a connection together with its members (C-6)."""

from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from base import context
from base.policies import require
from console.bulk.choice import BulkChoice
from console.bulk.kinds import KINDS
from console.bulk.services import IMMEDIATE_LIMIT, TASK, insert_items
from console.models import BulkAction
from console.users.params import UserListParams
from console.users.selection import Selection
from organizations.models import Membership
from organizations.services import lock_actor, without_statement_timeout
from outbox.services import publish_after_commit
from provisioning.models import ScimConnection
from provisioning.services.disconnecting import Disconnected, disconnect

KIND = KINDS["deletion"]


@transaction.atomic
def disconnect_and_remove(*, actor: Membership, connection: ScimConnection) -> tuple[Disconnected, BulkAction]:
    """Delete the connection, and start a bulk action that removes its members with the usual rules.

    The members are manual from now on. Those who can't be removed stay: the last Admin, the actor, and members above
    them. Same errors as disconnect().
    """
    actor = lock_actor(actor)
    require(KIND.is_available(actor))
    without_statement_timeout()
    now, origin = timezone.now(), context.current()
    params = UserListParams.from_url("?status=everyone&managed_by=scim", organization_id=actor.organization_id)
    action = BulkAction.objects.create(
        pk=uuid4(),
        organization=actor.organization,
        actor_id=actor.pk,
        actor_name=actor.name[:300],
        kind=KIND.key,
        choice=BulkChoice().to_json(),
        view="?status=everyone",
        ip=origin.ip,
        request_id=origin.request_id,
    )
    action.total = insert_items(action, Selection(params, everyone=True), now)
    action.save(update_fields=["total"])
    result = disconnect(actor=actor, connection=connection)
    if action.total > IMMEDIATE_LIMIT:
        publish_after_commit(TASK, str(action.pk))
    return result, action
