"""What the Users page shows, as its URL says it (U-2, U-3, U-6)."""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Self

from django.http import QueryDict
from django.urls import reverse

from base.lists.filters import parse_id, read_filters
from base.lists.params import ListParams, read_search
from base.picker import search_words
from console.users.columns import COLUMNS, ONLY_JOINED, ONLY_PENDING, chosen_columns, default_columns
from console.users.filters import TAB_FILTERS, StatusFilter, Tab, status_filter

DEFAULT_SORT = {Tab.ALL: "name", Tab.PENDING: "invite_expires"}


@dataclass(frozen=True)
class UserListParams(ListParams):
    """One view of the Users page.

    saved: the id of the saved view that the user opened (U-20). opens_view: whether the page opens on a saved view for
    the user, so that the URL of everyone needs a parameter.
    """

    sort: str = "name"
    tab: Tab = Tab.ALL
    saved: str = ""
    opens_view: bool = False

    @classmethod
    def default(cls, tab: Tab) -> Self:
        """Return the tab as it opens."""
        return cls(tab=tab, sort=DEFAULT_SORT[tab])

    @classmethod
    def from_querydict(cls, tab: Tab, query: QueryDict, *, organization_id: object) -> Self:
        """Return the view that a URL's query asks for."""
        params = replace(
            cls.default(tab),
            q=read_search(query),
            filters=read_filters(TAB_FILTERS[tab], query),
            columns=chosen_columns(",".join(query.getlist("columns")).split(",")),
            saved=parse_id(query.get("saved", "")),
            opens_view=query.get("saved") == "none",
        )
        return params.set_sort(query.get("sort", "")).read_cursor(organization_id, query)

    @classmethod
    def from_url(cls, view: str, *, organization_id: object) -> Self:
        """Return the view of a URL relative to the Users page: "?q=ann", "pending/?status=expired"."""
        path, _mark, query = view.partition("?")
        tab = Tab.PENDING if path == "pending/" else Tab.ALL
        # Django refuses a query of too many fields with a 400.
        return cls.from_querydict(tab, QueryDict(query[:4000]), organization_id=organization_id)

    @property
    def status(self) -> StatusFilter:
        return status_filter(self.tab, self.values("status"))

    @property
    def keys(self) -> tuple[str, ...]:
        """The database columns that the view is sorted by; the id is unique and comes last."""
        return (*COLUMNS[self.sort.removeprefix("-")].sort, "id")

    @property
    def order(self) -> list[str]:
        """The ORDER BY that reads away from the cursor: a previous page is read backwards."""
        return [f"-{name}" if self.descending != self.backwards else name for name in self.keys]

    @property
    def shown(self) -> tuple[str, ...]:
        """The names of the optional columns that are shown."""
        return self.columns or default_columns(self.tab)

    @property
    def words(self) -> list[str]:
        """The words of the search, folded as Membership.search_text is. A member matches if all are found."""
        return search_words(self.q)

    @property
    def first_word(self) -> str:
        """The word that lists names first which begin with it: the first of a search that is sorted by name."""
        return self.words[0] if self.sort.removeprefix("-") == "name" and self.words else ""

    @property
    def default_sort(self) -> str:
        return DEFAULT_SORT[self.tab]

    def available_sorts(self) -> list[str]:
        other = ONLY_JOINED if self.status.only_pending else ONLY_PENDING
        return [name for name, column in COLUMNS.items() if column.sort and name not in other]

    def set_sort(self, sort: str) -> Self:
        available, default = self.available_sorts(), self.default_sort
        if sort.removeprefix("-") not in available:
            sort = default if default in available else "name"
        return super().set_sort(sort)

    def set_filter(self, name: str, *values: str) -> Self:
        params = super().set_filter(name, *values)
        return params.set_sort(self.sort)

    def fields(self) -> dict[str, str | tuple[str, ...]]:
        fields = super().fields()
        if self.saved:  # with the columns: a URL with the id alone opens what was saved
            fields |= {"columns": ",".join(self.shown), "saved": self.saved}
        if not fields and self.opens_view and self.tab == Tab.ALL:
            fields["saved"] = "none"
        return fields

    def everyone(self, tab: Tab) -> Self:
        """Return the tab without search, filters and saved view."""
        return replace(self.default(tab), opens_view=self.opens_view)

    def url(self, slug: str) -> str:
        """Return the URL in the organization with that slug."""
        return _base_url(self.tab, slug) + self.query()

    @property
    def view(self) -> str:
        """The URL relative to the Users page, as from_url() reads it."""
        return ("pending/" if self.tab == Tab.PENDING else "") + self.query()


@lru_cache(maxsize=4096)
def _base_url(tab: Tab, slug: str) -> str:
    return reverse("users" if tab == Tab.ALL else "users_pending", args=[slug])


def users_view(tab: Tab, **filters: str | tuple[str, ...]) -> UserListParams:
    """Return the view of the Users page with these filters, each with one value or several."""
    params = UserListParams.default(tab)
    for name, values in filters.items():
        params = params.set_filter(name, *([values] if isinstance(values, str) else values))
    return params


def missing_view() -> UserListParams:
    """Return the view of the Users page that lists active members without a second factor."""
    return users_view(Tab.ALL, status="active", two_factor="off")
