"""Reading actions on many members and what became of each."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, QuerySet

from console.models import BulkAction, BulkItem, ItemState
from organizations.models import Membership
from organizations.permissions import Permission
from organizations.policies import can

PAGE = 50


@dataclass(frozen=True)
class Counts:
    """Members of an action by what became of them."""

    todo: int = 0
    done: int = 0
    refused: int = 0


def counts_of(action: BulkAction) -> Counts:
    """Counted from the items: exact at every moment, whoever was killed."""
    found = BulkItem.objects.filter(action=action).values_list("state").annotate(Count("member_id")).order_by()
    return Counts(**{str(state): count for state, count in found})


def actions_seen_by(viewer: Membership) -> QuerySet[BulkAction]:
    """One's own actions in the organization, newest first; everybody's for those who may delete people."""
    actions = BulkAction.objects.filter(organization=viewer.organization_id).order_by("-id")
    return actions if can(viewer, Permission.PEOPLE_ADMIN) else actions.filter(actor_id=viewer.pk)


def action_seen_by(viewer: Membership, action_id: UUID) -> BulkAction | None:
    """One of them, None for others."""
    action = actions_seen_by(viewer).filter(pk=action_id).first()
    if action:
        action.organization = viewer.organization
    return action


def items_of(action: BulkAction, *, state: str = "", after: UUID | None = None) -> tuple[list[BulkItem], UUID | None]:
    """A page of the action's members, of one state or of all, behind the member of that id; and the id that the next
    page begins behind, if there is one."""
    items = BulkItem.objects.filter(action=action).order_by("member_id")
    if state in ItemState.values:
        items = items.filter(state=state)
    if after:
        items = items.filter(member_id__gt=after)
    found = list(items[: PAGE + 1])
    return found[:PAGE], found[PAGE - 1].member_id if len(found) > PAGE else None
