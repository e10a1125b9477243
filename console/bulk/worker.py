"""Processing a bulk action: one short transaction per member, so that nothing waits for the whole action.

One transaction locks the member's item, makes the change and marks the item. So any number of workers can process one
action, and a killed worker leaves no member half processed or processed twice.
"""

import logging
import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import OperationalError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from base import context
from base.policies import Refused
from console.bulk.access import REMOVING
from console.bulk.choice import choice_from_json
from console.bulk.kinds import Kind, kind_of
from console.bulk.queries import item_counts, results_of
from console.bulk.services import IMMEDIATE_LIMIT, TASK, prepare_items
from console.bulk.taken import taken_by
from console.models import UNFINISHED, BulkAction, BulkItem, BulkState, ItemState
from organizations.models import Group, Membership, Organization
from organizations.queries import member_in
from organizations.queries.removals import Removal, effect_of
from organizations.removal_texts import describe_effect
from organizations.services import reload_actor
from outbox.services import publish, stopping

logger = logging.getLogger(__name__)

# A task ends after this many members or seconds and requests the next one: emails in the same queue get their turn.
BATCH_SIZE, BATCH_SECONDS = 200, 20.0
ATTEMPTS = 3


@dataclass(frozen=True)
class Outcome:
    """What became of one member: the item's state, note and what Undo gives back, and what they lost."""

    state: ItemState
    note: str = ""
    taken: dict[str, Any] | None = None
    removal: Removal = Removal()


def process(
    action_id: UUID,
    *,
    limit: int = BATCH_SIZE,
    seconds: float = BATCH_SECONDS,
    removals: list[Removal] | None = None,
) -> bool:
    """Process up to `limit` members for up to `seconds`. Adds what each of them lost to `removals`.

    Returns True if members are left, after requesting another worker for them.
    """
    action = BulkAction.objects.filter(pk=action_id, state__in=UNFINISHED).select_related("organization").first()
    if action is None:
        return False
    BulkAction.objects.filter(pk=action.pk).update(touched_at=timezone.now())
    if action.state == BulkState.PREPARING:
        prepare_items(action)
    token = context.set_current(context.RequestContext(action.request_id, action.ip))
    try:
        has_more = _process_items(action, limit, time.monotonic() + seconds, [] if removals is None else removals)
    finally:
        context.reset(token)
    if has_more and not stopping.is_set():
        publish(TASK, str(action.pk))
    return has_more


def _process_items(action: BulkAction, limit: int, deadline: float, removals: list[Removal]) -> bool:
    kind = kind_of(action)
    for _number in range(limit):
        if time.monotonic() > deadline or stopping.is_set():
            return True
        removal = _process_next(action, kind)
        if removal is None:
            return _finish(action)
        removals.append(removal)
    return True


@transaction.atomic
def _process_next(action: BulkAction, kind: Kind) -> Removal | None:
    """Process one waiting member whom no other worker has locked. Returns what they lost, None if there is none."""
    item = _lock_next_item(action)
    if item is None:
        return None
    outcome = _attempt(action, kind, item)
    waiting = BulkItem.objects.filter(action=action, member_id=item.member_id, state=ItemState.TODO)
    if waiting.update(state=outcome.state, note=outcome.note[:500], taken=outcome.taken):
        return outcome.removal
    transaction.set_rollback(True)  # without row locks, another worker was faster
    return Removal()


def _lock_next_item(action: BulkAction) -> BulkItem | None:
    """Lock and return one waiting item. The actor's own comes last: it may end their permission for the others."""
    items = BulkItem.objects.filter(action=action, state=ItemState.TODO, action__state=BulkState.RUNNING)
    skip = connection.features.has_select_for_update_skip_locked
    lockable = items.order_by("member_id").select_for_update(of=("self",), skip_locked=skip)
    item = lockable.exclude(member_id=action.actor_id).first()
    if item or items.exclude(member_id=action.actor_id).exists():
        return item
    return lockable.first()


def _attempt(action: BulkAction, kind: Kind, item: BulkItem) -> Outcome:
    """Apply the action to the item's member. Lock failures are retried, other errors logged."""
    for _number in range(ATTEMPTS):
        try:
            with transaction.atomic():
                return _apply(action, kind, item)
        except Refused as refusal:
            return Outcome(ItemState.REFUSED, str(refusal))
        except (Membership.DoesNotExist, Group.DoesNotExist):
            return Outcome(ItemState.REFUSED, _("No longer exists."))
        except OperationalError:
            logger.warning("Bulk action %s waits for %s", action.pk, item.member_id, exc_info=True)
        except Exception:
            logger.exception("Bulk action %s failed for %s", action.pk, item.member_id)
            break
    return Outcome(ItemState.REFUSED, _("Something went wrong. No changes were made; try again."))


def _apply(action: BulkAction, kind: Kind, item: BulkItem) -> Outcome:
    """Make the change of the action on one member. Everything is reloaded: the actor may have been demoted.

    In small actions that remove access, the note says what they lost (U-22), which takes about ten queries.
    """
    organization = Organization.objects.get(pk=action.organization_id)
    actor = reload_actor(Membership(pk=action.actor_id), organization)
    choice = choice_from_json(organization, action.choice)
    member = member_in(organization, item.member_id)
    if member is None:
        return Outcome(ItemState.REFUSED, _("No longer exists."))
    member.organization = organization
    changed = kind.apply(actor, member, choice)
    taken = taken_by(kind.key, changed)
    if not isinstance(changed, Removal):
        return Outcome(ItemState.DONE, "" if changed else str(kind.unchanged_note), taken)
    has_note = kind.key in REMOVING and action.total <= IMMEDIATE_LIMIT
    note = describe_effect(effect_of(organization, changed)) if has_note else ""
    return Outcome(ItemState.DONE, note, taken, changed)


def _finish(action: BulkAction) -> bool:
    """Mark the action done if no item is waiting. Returns True if other workers still have the last ones.

    For a cancelled action, this counts the members who were being processed at that moment.
    """
    counts, results, rows = item_counts(action), results_of(action), BulkAction.objects.filter(pk=action.pk)
    rows.filter(state=BulkState.CANCELLED).update(**results)
    if counts.todo:
        return rows.filter(state=BulkState.RUNNING).exists()
    rows.filter(state=BulkState.RUNNING).update(state=BulkState.DONE, finished_at=timezone.now(), **results)
    return False
