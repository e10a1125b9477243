"""Bulk actions without a request, in tests."""

from datetime import timedelta
from uuid import uuid4

from django.utils import timezone

from console.bulk import services, worker
from console.bulk.choice import BulkChoice
from console.bulk.kinds import KINDS
from console.models import BulkAction, BulkItem
from console.users.filters import Tab
from console.users.params import UserListParams
from console.users.selection import Selection
from organizations.models import Membership


def begin(actor: Membership, members: list[Membership], kind: str = "deactivation", **choice) -> BulkAction:
    chosen = Selection(UserListParams.default(Tab.ALL), ids=tuple(member.pk for member in members))
    fields = {"kind": KINDS[kind], "choice": BulkChoice(**choice), "selection": chosen, "now": timezone.now()}
    action, started = services.start_bulk(actor=actor, view="", key=uuid4(), **fields)
    assert started
    return action


def states(action: BulkAction) -> dict[str, int]:
    found = list(BulkItem.objects.filter(action=action).values_list("state", flat=True))
    return {state: found.count(state) for state in set(found)}


def notes(action: BulkAction) -> set[str]:
    return set(BulkItem.objects.filter(action=action, state="refused").values_list("note", flat=True))


def make_stalled(action: BulkAction) -> None:
    BulkAction.objects.filter(pk=action.pk).update(touched_at=timezone.now() - timedelta(minutes=2))


def run(actor: Membership, members: list[Membership], kind: str = "deactivation", **choice) -> BulkAction:
    """Run an action to its end."""
    return finish(begin(actor, members, kind, **choice))


def finish(action: BulkAction) -> BulkAction:
    """Process the action, and return it as it is then."""
    assert worker.process(action.pk, limit=1000, seconds=60) is False
    return BulkAction.objects.get(pk=action.pk)


def start_undo(action: BulkAction, actor: Membership) -> BulkAction:
    undo, started = services.start_undo(actor=actor, action=action, now=timezone.now())
    assert started
    return undo


def undo(action: BulkAction, actor: Membership) -> BulkAction:
    return finish(start_undo(action, actor))
