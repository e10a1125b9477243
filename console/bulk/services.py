"""Starting, cancelling, undoing and resuming bulk actions."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Case, F, QuerySet, UUIDField, Value, When
from django.db.models.functions import Coalesce, Concat, Left, NullIf, Trim
from django.utils import timezone
from django.utils.translation import gettext as _

from base import context
from base.counting import CAP
from base.names import EAST_ASIAN
from base.policies import Refused, require
from console.bulk.choice import BulkChoice
from console.bulk.kinds import UNDO, Kind
from console.bulk.policies import can_undo
from console.bulk.queries import lacks_taken, results_of
from console.bulk.texts import result_of
from console.models import UNFINISHED, BulkAction, BulkItem, BulkState, ItemState
from console.users.filters import UsersContext
from console.users.selection import Selection, count_matching, selected
from organizations.models import Membership
from organizations.services import without_statement_timeout
from outbox.services import publish, publish_after_commit

# Up to this many members are processed during the request; more by a worker, with a progress bar.
IMMEDIATE_LIMIT = 200
# An unfinished action untouched for this long lost its worker, or the worker's wake-up.
STALLED_AFTER = timedelta(seconds=60)
TASK = "console.tasks.process_bulk"
# More than the workers that process one action at the same time.
MAX_WORKERS = 100
# Inserting a million items takes longer than a page's statements may take.
PREPARE_SECONDS = 180


@transaction.atomic
def start_bulk(
    *, actor: Membership, kind: Kind, choice: BulkChoice, selection: Selection, view: str, key: UUID, now: datetime
) -> tuple[BulkAction, bool]:
    """Store the action and the members that match at this moment, and wake a worker for more than IMMEDIATE_LIMIT.

    The caller processes fewer. Beyond CAP, the worker inserts the items too: members who match then and were
    already there.

    key: the action's id. Returns (action, True), or (action, False) if it was already started: a second click starts
    nothing. Raises Refused if the actor can't use this kind of action at all, and BulkAction.DoesNotExist if the key
    belongs to someone else.
    """
    require(kind.is_available(actor))
    fields = _origin(actor) | {"kind": kind.key, "choice": choice.to_json(), "view": view[:4000]}
    action, created = BulkAction.objects.get_or_create(pk=key, defaults=fields)
    if not created:
        return BulkAction.objects.get(pk=key, organization=actor.organization_id, actor_id=actor.pk), False
    action.organization = actor.organization
    if selection.everyone and int(count_matching(actor.organization, selection.params, now)) > CAP:
        action.state, action.total = BulkState.PREPARING, CAP
        action.selection = selection.to_json(min(selection.before or now, now))
    else:
        action.total = insert_items(action, selection, now)
    action.save(update_fields=["state", "total", "selection"])
    if action.total > IMMEDIATE_LIMIT:
        publish_after_commit(TASK, str(action.pk))
    return action, True


def _origin(actor: Membership) -> dict[str, Any]:
    """Return who starts an action, and from where."""
    origin = context.current()
    return {
        "organization_id": actor.organization_id,
        "actor_id": actor.pk,
        "actor_name": actor.name[:300],
        "ip": origin.ip,
        "request_id": origin.request_id,
    }


@transaction.atomic
def start_undo(*, actor: Membership, action: BulkAction, now: datetime) -> tuple[BulkAction, bool]:
    """Start a bulk action that gives back what this one took, for those whom it changed.

    The caller processes up to IMMEDIATE_LIMIT members. Returns (the undoing action, True), or (that one, False) if it
    was already started; it's the action itself if that was undone in another way. Raises Refused.
    """
    require(can_undo(actor, action, now))
    action = BulkAction.objects.select_for_update().get(pk=action.pk, organization=actor.organization)
    if action.is_undone:
        return BulkAction.objects.filter(pk=action.choice["undone_by"]).first() or action, False
    _wait_for_workers(action)
    if lacks_taken(action):
        raise Refused(_("This action ran before Undo was available."))
    choice = {"tab": action.choice["tab"], "undo_of": str(action.pk), "name": result_of(action)}
    undo = BulkAction.objects.create(**_origin(actor), kind=UNDO.key, choice=choice, view=action.view)
    if action.done > CAP:
        undo.state, undo.total = BulkState.PREPARING, CAP
    else:
        undo.total = _insert_changed(undo)
    undo.save(update_fields=["state", "total"])
    mark_undone(action, by=undo)
    if undo.total > IMMEDIATE_LIMIT:
        publish_after_commit(TASK, str(undo.pk))
    return undo, True


def _wait_for_workers(action: BulkAction) -> None:
    """Wait for those who were being processed when the action was stopped: workers lock the first that are left."""
    left = BulkItem.objects.filter(action=action, state=ItemState.TODO).order_by("member_id")
    list(left.select_for_update()[:MAX_WORKERS])


@transaction.atomic(savepoint=False)
def mark_undone(action: BulkAction, *, by: BulkAction | None = None) -> None:
    """Note that the action was undone: by another action, or by the Undo of its message. The first one counts."""
    action = BulkAction.objects.select_for_update().get(pk=action.pk)
    if not action.is_undone:
        action.choice["undone_by"] = str(by.pk) if by else None
        action.save(update_fields=["choice"])


def _insert_changed(undo: BulkAction) -> int:
    """Insert an item for every member whom the action that is undone has changed, and return how many."""
    changed = BulkItem.objects.filter(action=undo.choice["undo_of"], taken__isnull=False).order_by("member_id")
    return _insert(undo, changed, [F("member_id"), F("name"), F("email")])


def insert_items(action: BulkAction, selection: Selection, now: datetime) -> int:
    """Insert an item for every selected member, and return how many.

    One INSERT ... SELECT: later changes don't affect the selection, and no row passes through Python.
    """
    is_family_first = {"first_name__regex": EAST_ASIAN, "last_name__regex": EAST_ASIAN}  # as base.names.full_name
    western = Trim(Concat("first_name", Value(" "), "last_name"))
    full_name = Case(When(**is_family_first, then=Concat("last_name", "first_name")), default=western)
    name = Left(Coalesce(NullIf(full_name, Value("")), "email"), 254)
    members = selected(UsersContext.load(action.organization), selection, now).order_by("pk")
    return _insert(action, members, [F("pk"), name, F("email")])


def _insert(action: BulkAction, source: QuerySet, person: list[Any]) -> int:
    values = [Value(action.pk, UUIDField()), *person, Value(ItemState.TODO.value), Value("")]
    rows, params = source.values_list(*values).query.sql_with_params()
    columns = "action_id, member_id, name, email, state, note"
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {BulkItem._meta.db_table} ({columns}) {rows}", params)
        return cursor.rowcount


@transaction.atomic
def prepare_items(action: BulkAction) -> bool:
    """Insert the items of a PREPARING action, all or none. Returns False if it was cancelled or already prepared."""
    # With the row locked, a second worker waits and then finds the action running.
    locked = BulkAction.objects.select_for_update().filter(pk=action.pk, state=BulkState.PREPARING)
    if not locked.exists():
        return False
    without_statement_timeout(PREPARE_SECONDS)
    if action.kind == UNDO.key:
        total = _insert_changed(action)
    else:
        selection, now = Selection.from_json(action.view, action.selection, action.organization_id)
        total = insert_items(action, selection, now)
    return bool(locked.update(state=BulkState.RUNNING, total=total))


@transaction.atomic
def cancel_bulk(*, actor: Membership, action: BulkAction) -> bool:
    """Stop the action after the current member; completed changes are kept. Returns False if it had finished."""
    cancelled = BulkAction.objects.filter(pk=action.pk, state__in=UNFINISHED).update(
        state=BulkState.CANCELLED, finished_at=timezone.now()
    )
    if cancelled:
        BulkAction.objects.filter(pk=action.pk).update(**results_of(action))
    return bool(cancelled)


def resume_stalled() -> int:
    """Wake workers for actions untouched for STALLED_AFTER, and return how many. Safe to call any number of times."""
    stalled = BulkAction.objects.filter(state__in=UNFINISHED, touched_at__lt=timezone.now() - STALLED_AFTER)
    return sum(publish(TASK, str(key)) for key in stalled.values_list("pk", flat=True)[:100])


def purge_bulk(*, limit: int = 10_000) -> int:
    """Delete up to `limit` items of actions that finished BULK_KEEP_DAYS ago, then the actions. Returns how many items.

    Items contain the names of people, some of whom were deleted.
    """
    days = getattr(settings, "BULK_KEEP_DAYS", 30)
    old = BulkAction.objects.filter(finished_at__lt=timezone.now() - timedelta(days=days))
    keys = list(BulkItem.objects.filter(action__in=old).values_list("pk", flat=True)[:limit])
    if keys:
        return BulkItem.objects.filter(pk__in=keys).delete()[0]
    old.delete()
    return 0
