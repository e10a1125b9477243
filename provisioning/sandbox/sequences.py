"""What each provider sends, step by step, when it provisions a person and a group."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

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


def _find_user(ids: Ids) -> str:
    return f'/Users?filter=userName eq "{ids.user_name}"&startIndex=1&count=100'


def _user(ids: Ids) -> str:
    return f"/Users/{ids.user}"


def _group(ids: Ids) -> str:
    return f"/Groups/{ids.group}"


def _patch(*operations: Body) -> Body:
    return {"schemas": [PATCH], "Operations": list(operations)}


def _is_empty(body: Body, ids: Ids) -> bool:
    return body.get("totalResults") == 0


def _has_one(body: Body, ids: Ids) -> bool:
    return body.get("totalResults") == 1


def _is(active: bool) -> Callable[[Body, Ids], bool]:
    return lambda body, ids: not body or body.get("active") is active


def _is_renamed(body: Body, ids: Ids) -> bool:
    return not body or body.get("name", {}).get("familyName") == "Renamed"


def _person(ids: Ids, family_name: str = "Test", **more: Any) -> Body:
    return {
        "schemas": [USER],
        "userName": ids.user_name,
        "name": {"givenName": "Ada", "familyName": family_name},
        "emails": [{"primary": True, "value": ids.user_name, "type": "work"}],
        "active": True,
        **more,
    }


OKTA = Sequence(
    "okta",
    "Okta",
    "Okta SCIM Client 1.0.0",
    (
        Step("absent", _("Check that the user doesn’t exist"), "GET", _find_user, check=_is_empty),
        Step(
            "create",
            _("Create the user"),
            "POST",
            lambda ids: "/Users",
            lambda ids: _person(
                ids,
                externalId=f"00u{ids.mark}",
                displayName="Ada Test",
                locale="en-US",
                groups=[],
                password=ids.mark * 3,
            ),
            expects=(201,),
            keeps="user",
        ),
        Step("read", _("Read the user back"), "GET", _user, needs=("user",), check=_is(True)),
        Step(
            "rename",
            _("Change the last name"),
            "PUT",
            _user,
            lambda ids: _person(ids, "Renamed", id=ids.user, externalId=f"00u{ids.mark}"),
            needs=("user",),
            check=_is_renamed,
        ),
        Step(
            "group",
            _("Create the group “Okta test”"),
            "POST",
            lambda ids: "/Groups",
            lambda ids: {"schemas": [GROUP], "displayName": ids.group_name, "members": []},
            expects=(201,),
            keeps="group",
        ),
        Step(
            "member",
            _("Add a member to the group"),
            "PATCH",
            _group,
            lambda ids: _patch({"op": "add", "path": "members", "value": [{"value": ids.user, "display": "Ada Test"}]}),
            expects=(200, 204),
            needs=("user", "group"),
        ),
        Step(
            "deactivate",
            _("Deactivate the user"),
            "PATCH",
            _user,
            lambda ids: _patch({"op": "replace", "value": {"active": False}}),
            expects=(200, 204),
            needs=("user",),
            check=_is(False),
            shown='"active": false',
        ),
        Step(
            "reactivate",
            _("Reactivate the user"),
            "PATCH",
            _user,
            lambda ids: _patch({"op": "replace", "value": {"active": True}}),
            expects=(200, 204),
            needs=("user",),
            check=_is(True),
            shown='"active": true',
        ),
        Step("ungroup", _("Remove the group"), "DELETE", _group, expects=(204,), needs=("group",)),
        Step("remove", _("Remove the user"), "DELETE", _user, expects=(204,), needs=("user",)),
    ),
)

ENTRA = Sequence(
    "entra",
    "Entra ID",
    "Azure-Sync/1.0",
    (
        Step(
            "probe",
            _("Test the connection"),
            "GET",
            lambda ids: f'/Users?filter=userName eq "{ids.unknown}"',
            check=_is_empty,
        ),
        Step("absent", _("Check that the user doesn’t exist"), "GET", _find_user, check=_is_empty),
        Step(
            "create",
            _("Create the user"),
            "POST",
            lambda ids: "/Users",
            lambda ids: _person(
                ids,
                schemas=[USER, ENTERPRISE],
                externalId=ids.mark,
                displayName="Ada Test",
                **{ENTERPRISE: {"department": "Testing", "employeeNumber": "1"}},
            ),
            expects=(201,),
            keeps="user",
        ),
        Step("found", _("Find the user by name"), "GET", _find_user, needs=("user",), check=_has_one),
        Step(
            "rename",
            _("Change the last name"),
            "PATCH",
            _user,
            lambda ids: _patch({"op": "Replace", "path": "name.familyName", "value": "Renamed"}),
            expects=(200, 204),
            needs=("user",),
            check=_is_renamed,
        ),
        Step(
            "group",
            _("Create the group “Entra test”"),
            "POST",
            lambda ids: "/Groups",
            lambda ids: {"schemas": [GROUP], "displayName": ids.group_name, "externalId": f"g{ids.mark}"},
            expects=(201,),
            keeps="group",
        ),
        Step(
            "read_group",
            _("Read the group without its members"),
            "GET",
            lambda ids: f"{_group(ids)}?excludedAttributes=members",
            needs=("group",),
        ),
        Step(
            "member",
            _("Add a member to the group"),
            "PATCH",
            _group,
            lambda ids: _patch({"op": "Add", "path": "members", "value": [{"value": ids.user}]}),
            expects=(200, 204),
            needs=("user", "group"),
        ),
        Step(
            "unmember",
            _("Remove the member from the group"),
            "PATCH",
            _group,
            lambda ids: _patch({"op": "Remove", "path": "members", "value": [{"value": ids.user}]}),
            expects=(200, 204),
            needs=("user", "group"),
        ),
        Step(
            "deactivate",
            _("Deactivate the user"),
            "PATCH",
            _user,
            lambda ids: _patch({"op": "Replace", "path": "active", "value": "False"}),
            expects=(200, 204),
            needs=("user",),
            check=_is(False),
            shown='"active": "False"',
        ),
        Step("ungroup", _("Remove the group"), "DELETE", _group, expects=(204,), needs=("group",)),
        Step("remove", _("Remove the user"), "DELETE", _user, expects=(204,), needs=("user",)),
    ),
)

GENERIC = Sequence(
    "other",
    _("Generic SCIM 2.0"),
    "SCIM client",
    (
        Step("config", _("Read what the server supports"), "GET", lambda ids: "/ServiceProviderConfig"),
        Step("absent", _("Check that the user doesn’t exist"), "GET", _find_user, check=_is_empty),
        Step("create", _("Create the user"), "POST", lambda ids: "/Users", _person, expects=(201,), keeps="user"),
        Step(
            "rename",
            _("Change the last name"),
            "PUT",
            _user,
            lambda ids: _person(ids, "Renamed"),
            needs=("user",),
            check=_is_renamed,
        ),
        Step(
            "group",
            _("Create the group “SCIM test” with the user"),
            "POST",
            lambda ids: "/Groups",
            lambda ids: {"schemas": [GROUP], "displayName": ids.group_name, "members": [{"value": ids.user}]},
            expects=(201,),
            needs=("user",),
            keeps="group",
        ),
        Step(
            "deactivate",
            _("Deactivate the user"),
            "PATCH",
            _user,
            lambda ids: _patch({"op": "replace", "path": "active", "value": False}),
            expects=(200, 204),
            needs=("user",),
            check=_is(False),
            shown='"active": false',
        ),
        Step("ungroup", _("Remove the group"), "DELETE", _group, expects=(204,), needs=("group",)),
        Step("remove", _("Remove the user"), "DELETE", _user, expects=(204,), needs=("user",)),
    ),
)

SEQUENCES = {sequence.key: sequence for sequence in (OKTA, ENTRA, GENERIC)}
GROUP_NAMES = {"okta": "Okta test", "entra": "Entra test", "other": "SCIM test"}
