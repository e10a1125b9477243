"""The log of SCIM requests and answers, masked, kept for 30 days (C-5)."""

import json
import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from base.ids import parse_uuid
from base.text import fold
from organizations.models import Organization
from provisioning.models import ScimLogEntry

KEEP = timedelta(days=30)
MASKED = "masked"
MAX_BODY = 8 * 1024
MAX_ITEMS = 20
MAX_TEXT = 500
QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
EMAIL = re.compile(r"[^\s\"'<>@]+@[^\s\"'<>@]+")


class ScimAction(models.TextChoices):
    """What a request did, in the log."""

    CREATE_USER = "create_user", _("Create a user")
    READ_USER = "read_user", _("Read a user")
    FIND_USER = "find_user", _("Find users")
    UPDATE_USER = "update_user", _("Update a user")
    REPLACE_USER = "replace_user", _("Replace a user")
    DEACTIVATE_USER = "deactivate_user", _("Deactivate a user")
    REACTIVATE_USER = "reactivate_user", _("Reactivate a user")
    REMOVE_USER = "remove_user", _("Remove a user")
    CREATE_GROUP = "create_group", _("Create a group")
    READ_GROUP = "read_group", _("Read a group")
    FIND_GROUP = "find_group", _("Find groups")
    UPDATE_GROUP = "update_group", _("Update a group")
    REPLACE_GROUP = "replace_group", _("Replace a group")
    ADD_MEMBER = "add_member", _("Add a member to a group")
    REMOVE_MEMBER = "remove_member", _("Remove a member from a group")
    REMOVE_GROUP = "remove_group", _("Remove a group")
    BULK = "bulk", _("Bulk request")
    DISCOVER = "discover", _("Read the configuration")
    OTHER = "other", _("Other request")


@dataclass
class LoggedRequest:
    """A request as it arrived: headers by name, query parameters, and the body if it could be read."""

    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    body: Any = None


@dataclass
class LoggedResponse:
    """The answer: its status, headers by name and body, and how long it took."""

    status: int
    milliseconds: int
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None


# Attributes whose values are shown as they are. Emails and user names are shown in part, all others are masked.
SHOWN = {"schemas", "id", "active", "op", "path", "primary", "type", "resourcetype", "created", "lastmodified"}
SHOWN |= {"version", "totalresults", "itemsperpage", "startindex", "count", "status", "detail", "scimtype", "$ref"}
SHOWN |= {"externalid"}
SHOWN |= {"method", "bulkid", "failonerrors", "sortby", "sortorder", "attributes", "excludedattributes", "location"}
IN_PART = {"username", "emails"}
HEADERS = ("content-type", "user-agent", "if-match", "if-none-match", "etag", "location", "retry-after")


def in_part(text: str) -> str:
    """Return the first letter and, of an address, its domain: "s•••••@acme.example"."""
    local, at, domain = text.rpartition("@")
    return f"{local[:1]}•••••@{domain}" if at else f"{text[:1]}•••••"


def _hide_emails(text: str) -> str:
    """Show addresses in part. The text is short: the search takes long in a long one."""
    return EMAIL.sub(lambda match: in_part(match[0]), text) if "@" in text else text


def _storable(text: str) -> str:
    """Return the text without NUL and lone surrogates, which a database can't store."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def mask_filter(text: str) -> str:
    """Return a filter or path whose quoted values are shown in part. Ids and types are shown."""
    text = text[:MAX_TEXT]
    keep = {"work", "home", "other", "true", "false"}

    def replace(match: re.Match) -> str:
        value = match[1]
        return match[0] if parse_uuid(value) or value.lower() in keep else f'"{in_part(value)}"'

    return QUOTED.sub(replace, text)


def mask(value: Any, name: str = "", *, group: bool = False) -> Any:
    """Return a request or response body without personal values. `group` shows the displayName of groups."""
    lower = name.lower()
    if lower in IN_PART:
        return _mask_in_part(value)
    if isinstance(value, dict):
        group = group or "members" in value or "2.0:group" in str(value.get("schemas")).lower()
        return {key: mask(item, key, group=group) for key, item in value.items()}
    if isinstance(value, list):
        shown = [mask(item, name, group=group) for item in value[:MAX_ITEMS]]
        return shown if len(value) <= MAX_ITEMS else [*shown, f"and {len(value) - MAX_ITEMS} more"]
    if isinstance(value, bool) or value is None:
        return value
    if lower == "value" and parse_uuid(str(value)):
        return value
    if lower in ("filter", "path"):
        return mask_filter(str(value))
    if lower not in SHOWN and not (group and lower == "displayname"):
        return MASKED
    return _hide_emails(value[:MAX_TEXT]) if isinstance(value, str) else value


def _mask_in_part(value: Any) -> Any:
    if isinstance(value, list):
        return [_mask_in_part(item) for item in value[:MAX_ITEMS]]
    if isinstance(value, dict):
        return {key: _mask_in_part(item) if key.lower() == "value" else mask(item, key) for key, item in value.items()}
    return in_part(value[:MAX_TEXT]) if isinstance(value, str) else MASKED


def _limit(value: Any) -> Any:
    size = len(json.dumps(value))
    return value if size <= MAX_BODY else {"omitted": f"{size // 1024} KB"}


def _headers(headers: dict[str, str]) -> dict[str, str]:
    shown = {name: value[:200] for name, value in headers.items() if name.lower() in HEADERS}
    shown = {name: _storable(value) for name, value in shown.items()}
    return {"Authorization": MASKED, **shown} if any(name.lower() == "authorization" for name in headers) else shown


def log_request(
    *,
    organization: Organization,
    request: LoggedRequest,
    response: LoggedResponse,
    action: str,
    about: str = "",
    note: str = "",
    reference: str = "",
) -> ScimLogEntry:
    """Write one entry with one INSERT.

    The entry's `request` is {"headers", "query", "body"}, its `response` {"status", "headers", "body"}, both masked.
    """
    query = {_storable(name[:50]): _storable(str(mask(value, name))) for name, value in request.query.items()}
    path = _storable(_hide_emails(request.path[:MAX_TEXT]))
    about = about or _storable(mask_filter(request.query.get("filter", "")))
    return ScimLogEntry.objects.create(
        organization=organization,
        method=request.method[:7],
        path=path,
        action=action or ScimAction.OTHER,
        about=about[:300],
        note=_storable(_hide_emails(note[:MAX_TEXT])),
        status=response.status,
        milliseconds=response.milliseconds,
        reference=reference[:32],
        request={"headers": _headers(request.headers), "query": query, "body": _limit(mask(request.body))},
        response={
            "status": response.status,
            "headers": _headers(response.headers),
            "body": _limit(mask(response.body)),
        },
        search_text=f" {fold(f'{about} {action} {path}')} {response.status}"[:1000],
    )


def delete_old_entries(*, limit: int = 10_000) -> int:
    """Delete up to `limit` entries that are older than 30 days. Return how many were deleted."""
    # The ids sort by time, so the index on them finds the oldest.
    milliseconds = int((timezone.now() - KEEP).timestamp() * 1000)
    old = ScimLogEntry.objects.filter(pk__lt=UUID(int=milliseconds << 80)).order_by("pk")
    return ScimLogEntry.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:limit])).delete()[0]
