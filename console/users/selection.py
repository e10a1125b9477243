"""Members selected on the Users page: ticked ones, or all that match a view. For bulk actions and the export."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from dataclasses import fields as dataclass_fields
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import BadRequest
from django.db.models import BooleanField, Case, Count, Exists, OuterRef, Q, QuerySet, Value, When

from base import counting
from base.ids import parse_uuid
from base.lists.keyset import merge_sorted
from console.users.details import load_details
from console.users.filters import UsersContext
from console.users.params import UserListParams
from console.users.queries import iterate_members, matching
from organizations.models import GroupMembership, Membership, MembershipRole, Organization, Status
from organizations.queries import REMIND_EVERY
from organizations.queries.deliveries import UNDELIVERED
from organizations.requests import MemberRequest

# A page has fewer check boxes. To select more, users select all that match.
MAX_IDS = 200
# An export reads so many members at a time.
CHUNK = 1000


@dataclass(frozen=True)
class Selection:
    """Members by id, or all that match a view if `everyone`.

    without: a member who is left out. before: members who were added later are left out. undelivered: only pending
    members whose invitation wasn't delivered.
    """

    params: UserListParams
    ids: tuple[UUID, ...] = ()
    everyone: bool = False
    without: UUID | None = None
    before: datetime | None = None
    undelivered: bool = False

    def __bool__(self) -> bool:
        return self.everyone or bool(self.ids)

    def excluding(self, member_id: UUID) -> "Selection":
        """Return the selection without that member."""
        return replace(self, without=member_id)

    def to_json(self, now: datetime) -> dict[str, Any]:
        """Return what BulkAction stores of a selection of everyone, besides its view. They match at the time `now`."""
        without = str(self.without) if self.without else None
        before = self.before.isoformat() if self.before else None
        return {"without": without, "before": before, "undelivered": self.undelivered, "at": now.isoformat()}

    @classmethod
    def from_json(cls, view: str, data: dict[str, Any], organization_id: UUID) -> tuple["Selection", datetime]:
        """Return the selection that to_json() stored, and its time."""
        params = UserListParams.from_url(view, organization_id=organization_id)
        without = UUID(data["without"]) if data["without"] else None
        before = datetime.fromisoformat(data["before"]) if data["before"] else None
        selection = cls(params, (), True, without, before, data.get("undelivered", False))
        return selection, datetime.fromisoformat(data["at"])

    @classmethod
    def from_request(cls, request: MemberRequest) -> "Selection":
        """Return the selection of a URL: view, member (any number of times) and all=1.

        Raises BadRequest for more than MAX_IDS members.
        """
        params = UserListParams.from_url(request.GET.get("view", ""), organization_id=request.organization.pk)
        values = request.GET.getlist("member")
        if len(values) > MAX_IDS:
            raise BadRequest("Too many members; use all=1 for all that match the view.")
        ids = tuple(dict.fromkeys(key for value in values if (key := parse_uuid(value))))
        everyone = request.GET.get("all") == "1"
        return cls(params, () if everyone else ids, everyone)


def selected(context: UsersContext, selection: Selection, now: datetime) -> QuerySet[Membership]:
    """Return the selected members, in no order. Ids of other organizations select no one."""
    if selection.everyone:
        members = matching(context, selection.params, now)
    else:
        members = Membership.objects.filter(organization=context.organization, pk__in=selection.ids)
    if selection.without:
        members = members.exclude(pk=selection.without)
    if selection.before and selection.everyone:
        members = members.filter(created_at__lte=selection.before)
    if selection.undelivered:
        members = members.filter(UNDELIVERED)
    return members


def count_matching(organization: Organization, params: UserListParams, now: datetime) -> counting.Count:
    """Return how many members match a view. Reads at most counting.CAP + 1 of them."""
    return counting.capped_count(matching(UsersContext.load(organization), params, now))


def load_selected(context: UsersContext, selection: Selection, now: datetime, *, limit: int) -> list[Membership]:
    """Return up to `limit` selected members by name, with their details. Two queries."""
    rows, params = selected(context, selection, now), selection.params
    slices = [rows]
    if selection.everyone and not (params.words or params.filters.keys() - {"status"}):
        # Each status is a range of the index by name. Otherwise PostgreSQL sorts everyone.
        slices = [rows.filter(status=status) for status in params.status.statuses]
    members = list(merge_sorted(slices, ("sort_name", "id"), limit))
    load_details(context.organization, members, context.roles)
    return members


def iterate_selected(organization: Organization, selection: Selection, now: datetime) -> Iterator[list[Membership]]:
    """Yield the selected members with their details in the view's order, CHUNK at a time.

    Each chunk is read when it is needed: a member who is renamed in the meantime may come twice, or not at all.
    """
    context, params = UsersContext.load(organization), selection.params.first_page()
    if not selection.everyone:
        members = list(selected(context, selection, now).order_by(*params.order))
        load_details(organization, members, context.roles)
        yield members
        return
    for members in iterate_members(context, params, now, CHUNK):
        load_details(organization, members, context.roles)
        yield members


@dataclass(frozen=True)
class MemberClass:
    """Members of a selection who are alike for the rules of bulk actions."""

    is_actor: bool
    status: str
    managed_by: str
    is_expired: bool
    is_above: bool
    two_factor: bool
    is_reminded: bool
    has_user: bool
    is_undelivered: bool


def count_classes(
    context: UsersContext, selection: Selection, now: datetime, *, actor: UUID, roles_above: Sequence[UUID]
) -> Counter[MemberClass]:
    """Return how many members there are of each class. One query that reads the selection once.

    roles_above: roles with administrative permissions that the actor lacks.
    """
    has_role = Exists(MembershipRole.objects.filter(membership=OuterRef("pk"), role__in=roles_above))
    has_group_role = Exists(
        GroupMembership.objects.filter(membership=OuterRef("pk"), group__role_links__role__in=roles_above)
    )
    fields = {
        "is_actor": _boolean(Q(pk=actor)),
        "is_expired": _boolean(Q(status=Status.INVITED, invite_expires_at__lte=now)),
        "is_above": _boolean(has_role | has_group_role) if roles_above else Value(False),
        "is_reminded": _boolean(Q(two_factor_reminded_at__gt=now - REMIND_EVERY)),
        "has_user": _boolean(Q(user__isnull=False)),
        "is_undelivered": _boolean(UNDELIVERED),
    }
    members = selected(context, selection, now).order_by().annotate(**fields)
    rows = members.values_list(*(each.name for each in dataclass_fields(MemberClass))).annotate(Count("pk"))
    return Counter({MemberClass(*row): count for *row, count in rows})


def _boolean(condition: Any) -> Any:
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())
