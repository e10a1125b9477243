"""The members that a bulk action is about: chosen by id, or everyone who matches a list's filters."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import BadRequest

from base.ids import read_uuid
from console.users.columns import OPTIONAL
from console.users.params import UserListParams
from organizations.requests import MemberRequest

# More than fit on one page. A larger selection is "all that match".
MAX_IDS = 200


@dataclass(frozen=True)
class Selection:
    """Members by id, or with `everyone` all that match `params`.

    without: a member to leave out. before: leaves out members who were added later.
    """

    params: UserListParams
    ids: tuple[UUID, ...] = ()
    everyone: bool = False
    without: UUID | None = None
    before: datetime | None = None

    def __bool__(self) -> bool:
        return self.everyone or bool(self.ids)

    def excluding(self, member_id: UUID) -> "Selection":
        """Return the selection without that member."""
        return replace(self, without=member_id)

    def to_json(self, now: datetime) -> dict[str, Any]:
        """Return an `everyone` selection as BulkAction.selection stores it, next to BulkAction.view.

        `at` is the moment at which members must match.
        """
        without = str(self.without) if self.without else None
        before = self.before.isoformat() if self.before else None
        return {"without": without, "before": before, "at": now.isoformat()}


def selection_from_json(view: str, data: dict[str, Any], organization_id: UUID) -> tuple[Selection, datetime]:
    """Return the selection that to_json() stored, and its moment."""
    params = UserListParams.from_url(view, organization_id=organization_id, columns=OPTIONAL)
    without, before = data["without"], data["before"]
    selection = Selection(params, everyone=True, without=UUID(without) if without else None)
    selection = replace(selection, before=datetime.fromisoformat(before)) if before else selection
    return selection, datetime.fromisoformat(data["at"])


def selection_of(request: MemberRequest) -> Selection:
    """Read the query parameters view, member (any number) and all. Raises BadRequest for more than MAX_IDS members."""
    params = UserListParams.from_url(
        request.GET.get("view", ""), organization_id=request.organization.pk, columns=OPTIONAL
    )
    values = request.GET.getlist("member")
    if len(values) > MAX_IDS:
        raise BadRequest("Too many members. Use all=1 to select everyone who matches the view.")
    ids = tuple(dict.fromkeys(member_id for value in values if (member_id := read_uuid(value))))
    everyone = request.GET.get("all") == "1"
    return Selection(params, () if everyone else ids, everyone)
