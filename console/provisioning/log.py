"""The provisioning log: its filters, its pages by key, and how an entry is shown (C-5)."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from http import HTTPStatus
from typing import Any, Self
from urllib.parse import urlencode
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from base import text
from base.counting import Count
from base.ids import parse_uuid
from base.lists.controls import Chips, FilterControl, active_filters, chips_of_several, control
from base.lists.filters import Filter, conditions, each, one_of, read_filters
from base.lists.keyset import compare_rows
from base.lists.params import ListParams, read_search
from console.provisioning.log_texts import ACTION_FILTERS, FAILED_RECENTLY, RESULTS, action_label, result_tone
from organizations.models import Organization
from provisioning.models import ScimLogEntry
from provisioning.queries.scim import FAILED, RECENTLY

PAGE_SIZE = 10
KEEP = timedelta(days=30)
# A search or filter looks through this many of the newest requests, so that it costs the same however long the log is.
SEARCHED = 20_000
EXPORTED, EXPORT_CHUNK = 20_000, 500
COUNTED = 1000


def _result(value: str) -> Q:
    recently = Q(at__gte=timezone.now() - RECENTLY)
    return {"failed": FAILED, FAILED_RECENTLY: FAILED & recently}.get(value, ~FAILED)


FILTERS = (
    Filter(
        "result",
        _("Result"),
        parse=one_of(list(RESULTS.items())),
        condition=each(lambda context, value: _result(value)),
        options=list(RESULTS.items()),
        single=True,
    ),
    Filter(
        "action",
        _("Action"),
        parse=lambda value: value if value in ACTION_FILTERS else "",
        condition=each(lambda context, value: Q(action__in=ACTION_FILTERS[value].actions)),
        options=[(key, option.label) for key, option in ACTION_FILTERS.items()],
    ),
)


@dataclass(frozen=True)
class LogParams(ListParams):
    """One view of the log, newest first. `entry` is the id of the entry that is opened."""

    entry: UUID | None = None
    filters: Any = field(default_factory=dict)

    @classmethod
    def from_querydict(cls, query: QueryDict, organization: Organization) -> Self:
        """Return the view that a URL's query asks for."""
        params = cls(
            q=read_search(query), filters=read_filters(FILTERS, query), entry=parse_uuid(query.get("entry", ""))
        )
        return params.read_cursor(organization.pk, query)

    def fields(self) -> dict[str, str | tuple[str, ...]]:
        fields = super().fields()
        return fields | {"entry": str(self.entry)} if self.entry else fields

    def available_sorts(self) -> list[str]:
        return []

    def url(self, slug: str) -> str:
        return f"{reverse('provisioning', args=[slug])}{self.query()}#log"


@dataclass(frozen=True)
class LogEntry:
    """An entry as the page shows it. `url` opens it, or closes it if it is opened."""

    row: ScimLogEntry
    url: str = ""
    is_open: bool = False

    @property
    def action(self) -> Any:
        return action_label(self.row.action)

    @property
    def tone(self) -> str:
        return result_tone(self.row.status)

    @property
    def status_text(self) -> str:
        known = {status.value: status.phrase for status in HTTPStatus}
        return f"{self.row.status} {known.get(self.row.status, '')}".strip()

    @property
    def request_text(self) -> str:
        return exchange_text(self.row.request)

    @property
    def response_text(self) -> str:
        return exchange_text(self.row.response)


def exchange_text(message: dict[str, Any]) -> str:
    """Return the headers and the body of a masked request or response as text."""
    headers = message.get("headers") or {}
    lines = [f"{name}: {value}" for name, value in headers.items()]
    lines += [f"?{name}={value}" for name, value in (message.get("query") or {}).items()]
    body = message.get("body")
    if body not in (None, "", {}, []):
        shown = body if isinstance(body, str) else json.dumps(body, indent=2, ensure_ascii=False)
        lines += ["", shown] if lines else [shown]
    return "\n".join(lines)


class LogPage:
    """A page of the log: `rows`, and the URLs of its neighbours. At most two queries, and one for an opened entry."""

    def __init__(self, organization: Organization, params: LogParams) -> None:
        self.organization, self.slug, self.params = organization, organization.slug, params
        found = list(self._find()[: PAGE_SIZE + 1])
        self._has_more, found = len(found) > PAGE_SIZE, found[:PAGE_SIZE]
        self.found = list(reversed(found)) if params.backwards else found

    def _find(self) -> QuerySet[ScimLogEntry]:
        rows = matching_entries(self.organization, self.params)
        cursor = self.params.cursor
        backwards = self.params.backwards
        if cursor:
            try:
                rows = rows.filter(compare_rows(rows, ("at", "id"), ">" if backwards else "<", cursor.values))
            except (ValueError, ValidationError):  # the cursor is of an earlier release
                return rows.none()
        rows = rows.defer("request", "response", "search_text")
        return rows.order_by("at", "id") if backwards else rows.order_by("-at", "-id")

    @cached_property
    def rows(self) -> list[LogEntry]:
        entries = []
        for row in self.found:
            is_open = row.pk == self.params.entry
            toggled = LogParams(
                self.params.q, self.params.filters, cursor=self.params.cursor, token=self.params.token,
                entry=None if is_open else row.pk,
            )  # fmt: skip
            if is_open:
                row = ScimLogEntry.objects.get(pk=row.pk)
            entries.append(LogEntry(row, toggled.url(self.slug), is_open))
        return entries

    def _neighbour(self, row: ScimLogEntry, *, backwards: bool) -> str:
        params = LogParams(self.params.q, self.params.filters)
        values = (row.at.isoformat(), row.pk)
        return params.page_at(self.organization.pk, values, backwards=backwards).url(self.slug)

    @property
    def previous(self) -> str:
        has_previous = self._has_more if self.params.backwards else self.params.cursor is not None
        return self._neighbour(self.found[0], backwards=True) if self.found and has_previous else ""

    @property
    def next(self) -> str:
        has_next = True if self.params.backwards else self._has_more
        return self._neighbour(self.found[-1], backwards=False) if self.found and has_next else ""

    @property
    def controls(self) -> list[FilterControl]:
        return [control(item, self.params.values(item.name), {}, self.organization) for item in FILTERS]

    @property
    def chips(self) -> Chips:
        active = active_filters(FILTERS, self.params.filters, {}, self.organization)
        return chips_of_several(active, self.params, lambda params: params.url(self.slug))

    @cached_property
    def total(self) -> Count:
        """How many requests match, counted up to COUNTED."""
        rows = matching_entries(self.organization, self.params).order_by().values("pk")
        return Count(rows[: COUNTED + 1].count(), COUNTED)

    @property
    def all_url(self) -> str:
        return LogParams().url(self.slug)

    @property
    def export_url(self) -> str:
        url = reverse("provisioning_log_export", args=[self.slug])
        fields = {"q": self.params.q, **self.params.filters}
        fields = {name: value for name, value in fields.items() if value}
        return f"{url}?{urlencode(fields, doseq=True)}" if fields else url


def matching_entries(organization: Organization, params: LogParams) -> QuerySet[ScimLogEntry]:
    """Return the entries of the last 30 days that the search and the filters match, in no order."""
    rows = ScimLogEntry.objects.filter(organization=organization, at__gte=timezone.now() - KEEP)
    if not params.is_filtered:
        return rows
    newest = rows.order_by("-at").values("pk")[:SEARCHED]
    rows = ScimLogEntry.objects.filter(pk__in=newest).filter(*conditions(FILTERS, params.filters, organization))
    for word in text.fold(params.q).split():
        rows = rows.filter(Q(search_text__contains=word) | Q(reference__startswith=word))
    return rows


def iterate_entries(organization: Organization, params: LogParams) -> Iterator[list[ScimLogEntry]]:
    """Yield the entries that match, newest first, EXPORT_CHUNK at a time and EXPORTED at most."""
    rows = matching_entries(organization, params).defer("request", "response", "search_text")
    chunk: list[ScimLogEntry] = []
    for _number in range(EXPORTED // EXPORT_CHUNK):
        later = rows
        if chunk:
            later = rows.filter(compare_rows(rows, ("at", "id"), "<", (chunk[-1].at, chunk[-1].pk)))
        chunk = list(later.order_by("-at", "-id")[:EXPORT_CHUNK])
        if not chunk:
            return
        yield chunk
