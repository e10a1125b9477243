"""The view that a list page's URL describes: search, filters, sort, columns and page."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self
from urllib.parse import urlencode

from django.core.signing import BadSignature, Signer
from django.http import QueryDict

from base.text import clean_search

SEARCH_LIMIT = 100


@dataclass(frozen=True)
class Cursor:
    """Where a page starts: after a row with these values of the sort columns, or before it if `backwards`."""

    backwards: bool
    values: tuple[Any, ...]


@dataclass(frozen=True)
class ListParams:
    """One view of a list page. Subclasses define the available filters, sorts and columns.

    filters: values by filter name, without filters that have none. columns: names, None for the defaults. token: the
    cursor as it is in the URL. No URL causes an error: unknown values are ignored.
    """

    q: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = ""
    columns: tuple[str, ...] | None = None
    cursor: Cursor | None = None
    token: str = ""

    @property
    def descending(self) -> bool:
        return self.sort.startswith("-")

    @property
    def backwards(self) -> bool:
        return self.cursor is not None and self.cursor.backwards

    @property
    def is_filtered(self) -> bool:
        """Whether a search or a filter hides rows."""
        return bool(self.q or self.filters)

    def values(self, name: str) -> tuple[str, ...]:
        """Return the values of a filter, () if it has none."""
        return self.filters.get(name, ())

    def value(self, name: str) -> str:
        """Return the first value of a filter, "" if it has none."""
        return next(iter(self.values(name)), "")

    def fields(self) -> dict[str, str | tuple[str, ...]]:
        """Return the URL's parameters that differ from the default view."""
        fields: dict[str, str | tuple[str, ...]] = {"q": self.q, **self.filters}
        fields["sort"] = "" if self.sort == self.default_sort else self.sort
        fields["columns"] = ",".join(self.columns or ())
        if self.cursor:
            fields["before" if self.cursor.backwards else "after"] = self.token
        return {name: value for name, value in fields.items() if value}

    def pairs(self) -> list[tuple[str, str]]:
        """Return the names and values of these parameters, as a form needs them."""
        fields = self.fields().items()
        return [(name, each) for name, value in fields for each in ([value] if isinstance(value, str) else value)]

    def query(self) -> str:
        """Return the URL's query with its question mark, "" for the default view."""
        return "?" + urlencode(fields, doseq=True) if (fields := self.fields()) else ""

    @property
    def default_sort(self) -> str:
        """The sort that the URL leaves out."""
        return ""

    def available_sorts(self) -> list[str]:
        """Return the names of the columns that this view can be sorted by."""
        raise NotImplementedError

    def first_page(self) -> Self:
        return replace(self, cursor=None, token="")

    def set_filter(self, name: str, *values: str) -> Self:
        """Return the first page with that filter set, or without the filter if there is no value."""
        filters = {key: old for key, old in self.filters.items() if key != name}
        chosen = tuple(value for value in values if value)
        return replace(self.first_page(), filters=filters | {name: chosen} if chosen else filters)

    def remove_filter(self, name: str, value: str = "") -> Self:
        """Return the first page without that filter, or only without that value, or without the search for "q"."""
        if name == "q":
            return replace(self.first_page(), q="")
        return self.set_filter(name, *(each for each in self.values(name) if value and each != value))

    def set_sort(self, sort: str) -> Self:
        return replace(self.first_page(), sort=sort)

    def page_at(self, scope: object, values: tuple[Any, ...], *, backwards: bool) -> Self:
        """Return the page after, or before, the row with these values of the sort columns.

        The cursor is signed for `scope` (an organization's id) and this view: it is invalid for any other.
        """
        token = self._signer(scope).sign_object([str(value) for value in values])
        return replace(self, cursor=Cursor(backwards, values), token=token)

    def read_cursor(self, scope: object, query: QueryDict) -> Self:
        """Return the page at the URL's `after` or `before` cursor, or this page if there is no valid cursor."""
        for name in ("before", "after"):
            if token := query.get(name, ""):
                try:
                    values = tuple(self._signer(scope).unsign_object(token))
                except (BadSignature, ValueError):
                    continue
                return replace(self, cursor=Cursor(name == "before", values), token=token)
        return self

    def _signer(self, scope: object) -> Signer:
        view = urlencode({"q": self.q, "sort": self.sort, **self.filters}, doseq=True)
        return Signer(salt=f"{type(self).__module__}:{scope}:{view}", sep=".")


def read_search(query: QueryDict, name: str = "q") -> str:
    """Return the search text of a URL: one line of at most SEARCH_LIMIT characters."""
    return clean_search(query.get(name, ""), limit=SEARCH_LIMIT)
