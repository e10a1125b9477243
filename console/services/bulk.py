"""Beginning, stopping and taking up actions on many members."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, UUIDField, Value
from django.db.models.functions import Coalesce, Concat, Left, NullIf, Trim
from django.utils import timezone

from base import context
from base.counting import CAP
from base.policies import require
from console.bulk.kinds import Choice, Kind
from console.models import ON_ITS_WAY, BulkAction, BulkItem, BulkState, ItemState
from console.queries.bulk import counts_of
from console.users.selection import Selection, count_matching, selected
from organizations.models import Membership
from organizations.services import without_statement_timeout
from outbox.services import publish, publish_after_commit

# Up to so many are done while the request waits; more by a worker, with a progress bar.
AT_ONCE = 200
# A running action that nobody has touched for so long was left by a worker that died, or lost its wake-up.
LEASE = timedelta(seconds=60)
TASK = "console.tasks.work_off_bulk"
# The statement that lists a million members takes longer than a page's may.
LISTING_SECONDS = 180


@transaction.atomic
def start_bulk(
    *, actor: Membership, kind: Kind, choice: Choice, selection: Selection, view: str, key: UUID, now: datetime
) -> tuple[BulkAction, bool]:
    """Writes down the action and its members, as they match at this moment, and has a worker begin where they are more
    than AT_ONCE; fewer are the caller's to work off. Past CAP the worker lists them too, those who match when it does
    and were there already.

    Gives (action, True), or (action, False) where `key` was begun before: a second press begins nothing. Raises Refused
    where the actor may not do such a thing to anybody, BulkAction.DoesNotExist where the key is somebody else's.
    """
    require(kind.offered(actor))
    where = context.current()
    fields = {
        "organization_id": actor.organization_id,
        "actor_id": actor.pk,
        "actor_name": actor.name[:300],
        "kind": kind.key,
        "choice": choice.ids(),
        "view": view[:4000],
        "ip": where.ip,
        "request_id": where.request_id,
    }
    action, begun = BulkAction.objects.get_or_create(pk=key, defaults=fields)
    if not begun:
        return BulkAction.objects.get(pk=key, organization=actor.organization_id, actor_id=actor.pk), False
    action.organization = actor.organization
    if selection.everyone and int(count_matching(actor.organization, selection.params, now)) > CAP:
        action.state, action.total = BulkState.LISTING, CAP
        action.whom = selection.to_json(min(selection.before or now, now))
    else:
        action.total = insert_items(action, selection, now)
    action.save(update_fields=["state", "total", "whom"])
    if action.total > AT_ONCE:
        publish_after_commit(TASK, str(action.pk))
    return action, True


def insert_items(action: BulkAction, selection: Selection, now: datetime) -> int:
    """One INSERT ... SELECT: what matched is worked on, whoever comes or changes later; none passes through Python."""
    full_name = Trim(Concat("first_name", Value(" "), "last_name"))
    name = Left(Coalesce(NullIf(full_name, Value("")), "email"), 254)
    values = [Value(action.pk, UUIDField()), F("pk"), name, F("email"), Value(ItemState.TODO.value), Value("")]
    members = selected(action.organization, selection, now).order_by("pk").values_list(*values)
    rows, params = members.query.sql_with_params()
    columns = "action_id, member_id, name, email, state, note"
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {BulkItem._meta.db_table} ({columns}) {rows}", params)
        return cursor.rowcount


@transaction.atomic
def list_members(action: BulkAction) -> bool:
    """Writes down the members of a LISTING action, all or none; False where it was stopped or another did it."""
    selection, now = Selection.from_json(action.view, action.whom, action.organization_id)
    # The row's lock has a second worker wait, and then find the action running.
    mine = BulkAction.objects.select_for_update().filter(pk=action.pk, state=BulkState.LISTING)
    if not mine.exists():
        return False
    without_statement_timeout(LISTING_SECONDS)
    total = insert_items(action, selection, now)
    return bool(mine.update(state=BulkState.RUNNING, total=total))


@transaction.atomic
def cancel_bulk(*, actor: Membership, action: BulkAction) -> bool:
    """Stops the action after the member in hand; what was done stays done. False where it had ended."""
    stopped = BulkAction.objects.filter(pk=action.pk, state__in=ON_ITS_WAY).update(
        state=BulkState.CANCELLED, finished_at=timezone.now()
    )
    if stopped:
        counts = counts_of(action)
        BulkAction.objects.filter(pk=action.pk).update(done=counts.done, refused=counts.refused)
    return bool(stopped)


def take_up_bulk() -> int:
    """Has workers go on with actions that nobody has touched for LEASE; returns how many. Any number may do so: a
    member is worked on once."""
    left = BulkAction.objects.filter(state__in=ON_ITS_WAY, touched_at__lt=timezone.now() - LEASE)
    return sum(publish(TASK, str(key)) for key in left.values_list("pk", flat=True)[:100])


def purge_bulk(*, limit: int = 10_000) -> int:
    """Deletes up to `limit` items of actions that ended BULK_KEEP_DAYS ago, and such actions without items; they name
    people, some of whom were deleted. Returns how many items."""
    days = getattr(settings, "BULK_KEEP_DAYS", 30)
    old = BulkAction.objects.filter(finished_at__lt=timezone.now() - timedelta(days=days))
    keys = list(BulkItem.objects.filter(action__in=old).values_list("pk", flat=True)[:limit])
    if keys:
        return BulkItem.objects.filter(pk__in=keys).delete()[0]
    old.delete()
    return 0
