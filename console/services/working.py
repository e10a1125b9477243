"""Working off an action on many members: one short transaction for each, so that nobody waits for the whole.

A member's item is locked, their change made and the item marked in that one transaction. So any number of workers may
work on one action, and one that is killed leaves no member half done or done twice.
"""

import logging
import time
from uuid import UUID

from django.db import OperationalError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from base import context
from base.policies import Refused
from console.bulk.kinds import KINDS, Kind, chosen
from console.models import ON_ITS_WAY, BulkAction, BulkItem, BulkState, ItemState
from console.queries.bulk import counts_of
from console.services.bulk import TASK, list_members
from organizations.models import Group, Membership, Organization
from organizations.queries import member_in
from organizations.services import reload_actor
from outbox.services import publish, stopping

logger = logging.getLogger(__name__)

# A task ends after so many members or seconds and asks for the next: mails in the same queue get their turn.
SLICE, SECONDS = 200, 20.0
TRIES = 3


def work_off(action_id: UUID, *, limit: int = SLICE, seconds: float = SECONDS) -> bool:
    """Works on the action for a while; True where something is left, for which a worker was then asked."""
    action = BulkAction.objects.filter(pk=action_id, state__in=ON_ITS_WAY).select_related("organization").first()
    if action is None:
        return False
    BulkAction.objects.filter(pk=action.pk).update(touched_at=timezone.now())
    if action.state == BulkState.LISTING:
        list_members(action)
    token = context.set_current(context.RequestContext(action.request_id, action.ip))
    try:
        left = _work(action, limit, time.monotonic() + seconds)
    finally:
        context.reset(token)
    if left and not stopping.is_set():
        publish(TASK, str(action.pk))
    return left


def _work(action: BulkAction, limit: int, deadline: float) -> bool:
    kind = KINDS[action.kind]
    for _number in range(limit):
        if time.monotonic() > deadline or stopping.is_set():
            return True
        if not _next(action, kind):
            return _finish(action)
    return True


@transaction.atomic
def _next(action: BulkAction, kind: Kind) -> bool:
    """Does one member who waits and whom no other worker has in hand; False where there is none."""
    item = _waiting(action)
    if item is None:
        return False
    state, note = _tried(action, kind, item)
    mine = BulkItem.objects.filter(action=action, member_id=item.member_id, state=ItemState.TODO)
    if not mine.update(state=state, note=note[:500]):  # without row locks another one was quicker
        transaction.set_rollback(True)
    return True


def _waiting(action: BulkAction) -> BulkItem | None:
    """One member's item, locked. The actor's own comes when all others are through: who changes their own role may not
    be able to change the others' afterwards."""
    items = BulkItem.objects.filter(action=action, state=ItemState.TODO, action__state=BulkState.RUNNING)
    skip = connection.features.has_select_for_update_skip_locked
    locked = items.order_by("member_id").select_for_update(of=("self",), skip_locked=skip)
    others = locked.exclude(member_id=action.actor_id).first()
    if others or items.exclude(member_id=action.actor_id).exists():
        return others
    return locked.first()


def _tried(action: BulkAction, kind: Kind, item: BulkItem) -> tuple[ItemState, str]:
    """What became of it. A lock that was not to be had is tried again; a fault of ours is logged and told."""
    for _attempt in range(TRIES):
        try:
            with transaction.atomic():
                return _done(action, kind, item)
        except Refused as refusal:
            return ItemState.REFUSED, str(refusal)
        except (Membership.DoesNotExist, Group.DoesNotExist):
            return ItemState.REFUSED, _("No longer there.")
        except OperationalError:
            logger.warning("Bulk action %s waits for %s", action.pk, item.member_id, exc_info=True)
        except Exception:
            logger.exception("Bulk action %s failed for %s", action.pk, item.member_id)
            break
    return ItemState.REFUSED, _("Something went wrong, and nothing was changed. Try again.")


def _done(action: BulkAction, kind: Kind, item: BulkItem) -> tuple[ItemState, str]:
    """The same change as one by one. Everything is read anew: the actor may have been demoted since."""
    organization = Organization.objects.get(pk=action.organization_id)
    actor = reload_actor(Membership(pk=action.actor_id), organization)
    choice = chosen(organization, action.choice)
    member = member_in(organization, item.member_id)
    if member is None:
        return ItemState.REFUSED, _("No longer there.")
    member.organization = organization
    changed = kind.work(actor, member, choice)
    return ItemState.DONE, "" if changed else str(kind.same)


def _finish(action: BulkAction) -> bool:
    """Marks it done where nobody waits any more; True where others have the last in hand. Where it was stopped, those
    are counted who were in hand just then."""
    counts, own = counts_of(action), BulkAction.objects.filter(pk=action.pk)
    told = {"done": counts.done, "refused": counts.refused}
    own.filter(state=BulkState.CANCELLED).update(**told)
    if counts.todo:
        return own.filter(state=BulkState.RUNNING).exists()
    own.filter(state=BulkState.RUNNING).update(state=BulkState.DONE, finished_at=timezone.now(), **told)
    return False
