"""Bulk actions and their results."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, QuerySet

from console.bulk.choice import BulkChoice
from console.bulk.kinds import kind_of
from console.models import BulkAction, BulkItem, ItemState
from organizations.models import GroupMembership, Membership, MembershipRole, ProjectGrant, Role
from organizations.permissions import Permission
from organizations.policies import can
from organizations.queries.removals import Removal
from organizations.roles import permissions_of

PAGE_SIZE = 50


@dataclass(frozen=True)
class ItemCounts:
    """How many members of a bulk action are in each state."""

    todo: int = 0
    done: int = 0
    refused: int = 0


def item_counts(action: BulkAction) -> ItemCounts:
    """Count the items: always exact, also after a worker was killed."""
    counts = BulkItem.objects.filter(action=action).values_list("state").annotate(Count("member_id")).order_by()
    return ItemCounts(**{str(state): count for state, count in counts})


def results_of(action: BulkAction) -> dict[str, int]:
    """Return `done` and `refused` of an action that has ended. Those for whom nothing had to change aren't `done`."""
    counts, note = item_counts(action), str(kind_of(action).unchanged_note)
    items = BulkItem.objects.filter(action=action, state=ItemState.DONE)
    unchanged = items.filter(note=note).count() if note else 0
    return {"done": counts.done - unchanged, "refused": counts.refused}


def lacks_taken(action: BulkAction) -> bool:
    """Return whether a member was changed without storing what was taken: by a release that couldn't undo it."""
    note = str(kind_of(action).unchanged_note)
    changed = BulkItem.objects.filter(action=action, state=ItemState.DONE, taken__isnull=True)
    return (changed.exclude(note=note) if note else changed).exists()


def has_taken(action: BulkAction) -> bool:
    """Return whether what the action took is stored for any member."""
    return BulkItem.objects.filter(action=action, taken__isnull=False).exists()


def actions_visible_to(viewer: Membership) -> QuerySet[BulkAction]:
    """Return the viewer's own bulk actions, newest first; for people who can delete members, everyone's."""
    actions = BulkAction.objects.filter(organization=viewer.organization_id).order_by("-id")
    return actions if can(viewer, Permission.PEOPLE_ADMIN) else actions.filter(actor_id=viewer.pk)


def action_visible_to(viewer: Membership, action_id: UUID) -> BulkAction | None:
    """Return one of the actions that the viewer can see, otherwise None."""
    action = actions_visible_to(viewer).filter(pk=action_id).first()
    if action:
        action.organization = viewer.organization
    return action


def items_of(action: BulkAction, *, state: str = "", after: UUID | None = None) -> tuple[list[BulkItem], UUID | None]:
    """Return a page of the action's items, and the `after` of the next page if there is one.

    state: only items in this state. after: only items after the member with this id.
    """
    items = BulkItem.objects.filter(action=action).order_by("member_id")
    if state in ItemState.values:
        items = items.filter(state=state)
    if after:
        items = items.filter(member_id__gt=after)
    rows = list(items[: PAGE_SIZE + 1])
    return rows[:PAGE_SIZE], rows[PAGE_SIZE - 1].member_id if len(rows) > PAGE_SIZE else None


def current_links(removal: Removal) -> Removal:
    """Return the part of the removal that exists: members who aren't in the group can't lose it. Two queries."""
    groups, members = {group for group, _id in removal.links}, {member for _id, member in removal.links}
    links = GroupMembership.objects.filter(group__in=groups, membership__in=members)
    owners, projects = ({pair[side] for pair in removal.member_projects} for side in (0, 1))
    grants = ProjectGrant.objects.filter(membership__in=owners, project__in=projects)
    return Removal(
        links=removal.links & frozenset(links.values_list("group_id", "membership_id")),
        member_projects=removal.member_projects & frozenset(grants.values_list("membership_id", "project_id")),
    )


def replaced_roles(choice: BulkChoice, members: Sequence[Membership]) -> Removal:
    """Return the roles that these members lose if they get the chosen ones instead. Two queries.

    A role whose permissions the chosen ones all include isn't lost: a promotion takes nothing.
    """
    links = MembershipRole.objects.filter(membership__in=[member.pk for member in members])
    held = frozenset(links.values_list("membership_id", "role_id"))
    kept = frozenset().union(*(permissions_of(role) for role in choice.roles))
    roles = Role.objects.in_bulk({role for _member, role in held} - {role.pk for role in choice.roles})
    lost = {key for key, role in roles.items() if not permissions_of(role) <= kept}
    return Removal(member_roles=frozenset(pair for pair in held if pair[1] in lost))
