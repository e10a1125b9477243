"""Sub-accounts (A-2). These functions return only the name, creator and position in the tree.

Everything else is for members only: see member_numbers().
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, Sum

from organizations.models import MemberCount, Membership, Organization, Status

# Levels of a tree: an organization, its sub-accounts, and their sub-accounts.
MAX_LEVELS = 3


@dataclass(frozen=True)
class SubAccount:
    """A sub-account, as the organizations above can see it. `level` is 2 for direct ones, 3 for those below."""

    id: UUID
    name: str
    slug: str
    created_by: str
    parent_id: UUID
    level: int


@dataclass(frozen=True)
class Place:
    """An organization's position in its tree. `level` is 1 at the top, 2 for its sub-accounts, and so on.

    `number` is how many organizations the tree has below the top.
    """

    level: int
    number: int


def place_of(organization: Organization) -> Place:
    """Return the organization's place. One query, and one for each level above."""
    level, top_id, parent_id = 1, organization.pk, organization.parent_id
    while parent_id is not None:
        level, top_id = level + 1, parent_id
        parent_id = Organization.objects.filter(pk=parent_id).values_list("parent_id", flat=True).first()
    below = Organization.objects.filter(Q(parent=top_id) | Q(parent__parent=top_id))
    return Place(level, below.count())


def sub_account_in(organization: Organization, child_id: UUID) -> Organization | None:
    """Return the direct sub-account with this id, or None."""
    return Organization.objects.filter(parent=organization, pk=child_id).first()


def sub_accounts_of(organization: Organization) -> list[SubAccount]:
    """Return the organizations under this one, each after the one above it, by name. A query for each level."""
    children: dict[UUID, list[SubAccount]] = defaultdict(list)
    parents = [organization.pk]
    for level in range(2, MAX_LEVELS + 1):
        rows = Organization.objects.filter(parent__in=parents).order_by("name", "pk") if parents else []
        found = [SubAccount(row.pk, row.name, row.slug, row.created_by, row.parent_id, level) for row in rows]  # type: ignore[arg-type]
        for each in found:
            children[each.parent_id].append(each)
        parents = [each.id for each in found]

    def walk(parent_id: UUID) -> list[SubAccount]:
        return [each for child in children[parent_id] for each in (child, *walk(child.id))]

    return walk(organization.pk)


@dataclass(frozen=True)
class MemberNumbers:
    """Members who have joined, and the seats in use."""

    members: int = 0
    seats: int = 0


def member_numbers(organization_ids: Iterable[UUID], now: datetime) -> dict[UUID, MemberNumbers]:
    """Return the numbers of these organizations, for their members only. Two queries."""
    ids = list(organization_ids)
    rows = MemberCount.objects.filter(organization__in=ids).values("organization_id")
    sums = rows.annotate(active=Sum("active"), off=Sum("deactivated"))
    counts = {row["organization_id"]: (row["active"], row["off"]) for row in sums}
    open_rows = Membership.objects.filter(organization__in=ids, status=Status.INVITED, invite_expires_at__gt=now)
    pending = dict(open_rows.values("organization_id").annotate(n=Count("pk")).values_list("organization_id", "n"))
    found = {key: (*counts.get(key, (0, 0)), pending.get(key, 0)) for key in ids}
    return {key: MemberNumbers(active + off, active + waiting) for key, (active, off, waiting) in found.items()}
