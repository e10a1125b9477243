"""A step of a test, and what the steps of all providers have in common."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

Body = dict[str, Any]


@dataclass
class Ids:
    """What the steps know of the run: the test person, the group's name, and the ids that the endpoint gave."""

    user_name: str
    group_name: str
    mark: str
    user: str = ""
    group: str = ""
    # A fake id that the endpoint can't know.
    unknown: str = "00000000-0000-7000-8000-00000000cafe"


@dataclass(frozen=True)
class Step:
    """One request. `check` returns what is wrong with a response that has one of the statuses `expects`, "" if nothing.

    needs: "user" or "group", whose id an earlier step must have found out. keeps: whose id this step finds out.
    shown: an addition to the line of the request, such as the attribute that it changes.
    """

    key: str
    title: str | Promise
    method: str
    path: Callable[[Ids], str]
    body: Callable[[Ids], Body] | None = None
    expects: tuple[int, ...] = (200,)
    check: Callable[[Body, Ids], bool] | None = None
    needs: tuple[str, ...] = ()
    keeps: str = ""
    shown: str = ""


@dataclass(frozen=True)
class Sequence:
    """A provider's steps, its name, and the browser name that it sends."""

    key: str
    name: str | Promise
    user_agent: str
    steps: tuple[Step, ...] = field(default_factory=tuple)


def find_user(ids: Ids) -> str:
    return f'/Users?filter=userName eq "{ids.user_name}"&startIndex=1&count=100'


def user(ids: Ids) -> str:
    return f"/Users/{ids.user}"


def group(ids: Ids) -> str:
    return f"/Groups/{ids.group}"


def patch(*operations: Body) -> Body:
    return {"schemas": [PATCH], "Operations": list(operations)}


def is_empty(body: Body, ids: Ids) -> bool:
    return body.get("totalResults") == 0


def has_one(body: Body, ids: Ids) -> bool:
    return body.get("totalResults") == 1


def is_active(active: bool) -> Callable[[Body, Ids], bool]:
    return lambda body, ids: not body or body.get("active") is active


def is_renamed(body: Body, ids: Ids) -> bool:
    return not body or body.get("name", {}).get("familyName") == "Renamed"


def person(ids: Ids, family_name: str = "Test", **more: Any) -> Body:
    return {
        "schemas": [USER],
        "userName": ids.user_name,
        "name": {"givenName": "Ada", "familyName": family_name},
        "emails": [{"primary": True, "value": ids.user_name, "type": "work"}],
        "active": True,
        **more,
    }
