"""Whom an action on many is about: ticked members, or all that match a view."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import BadRequest

from base.ids import read_uuid
from console.users.columns import OPTIONAL
from console.users.params import UserListParams
from organizations.requests import MemberRequest

# More than a page holds; who ticks more asks for all that match.
MOST = 200


@dataclass(frozen=True)
class Selection:
    """Members by id, or with `everyone` all of the params; `without` leaves out one, `before` who was added later."""

    params: UserListParams
    ids: tuple[UUID, ...] = ()
    everyone: bool = False
    without: UUID | None = None
    before: datetime | None = None

    def __bool__(self) -> bool:
        return self.everyone or bool(self.ids)

    def others(self, member_id: UUID) -> "Selection":
        """The same without that member."""
        return replace(self, without=member_id)

    def kept(self, now: datetime) -> dict[str, Any]:
        """All who match, as BulkAction.whom keeps it beside the view: `at` is the moment they match at."""
        without = str(self.without) if self.without else None
        before = self.before.isoformat() if self.before else None
        return {"without": without, "before": before, "at": now.isoformat()}


def selection_kept(view: str, whom: dict[str, Any], organization_id: UUID) -> tuple[Selection, datetime]:
    """What Selection.kept() gave, and the moment."""
    params = UserListParams.from_url(view, organization_id=organization_id, columns=OPTIONAL)
    without, before = whom["without"], whom["before"]
    selection = Selection(params, everyone=True, without=UUID(without) if without else None)
    selection = replace(selection, before=datetime.fromisoformat(before)) if before else selection
    return selection, datetime.fromisoformat(whom["at"])


def selection_of(request: MemberRequest) -> Selection:
    """What the address says: view, member (any number) and all. Raises BadRequest where more than MOST are named."""
    params = UserListParams.from_url(
        request.GET.get("view", ""), organization_id=request.organization.pk, columns=OPTIONAL
    )
    named = request.GET.getlist("member")
    if len(named) > MOST:
        raise BadRequest("Too many members named; all=1 means all that match the view.")
    ids = tuple(dict.fromkeys(key for value in named if (key := read_uuid(value))))
    everyone = request.GET.get("all") == "1"
    return Selection(params, () if everyone else ids, everyone)
