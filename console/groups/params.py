"""What the Groups page shows: its columns, its filter, and the view that a URL asks for (G-1)."""

from dataclasses import dataclass, replace
from typing import Self

import django_tables2 as tables
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from base.lists.columns import Column
from base.lists.filters import choice_filter, read_filters
from base.lists.params import Cursor, ListParams, read_search
from organizations.models import ManagedBy


class GroupTable(tables.Table):
    """The columns of the Groups page, in order. Their cells are in templates/rows/groups.html."""

    name = Column(_("Name"), optional=False)
    members = Column(_("Members"), optional=False)
    projects = Column(_("Projects"), optional=False)
    managed_by = Column(_("Managed by"), optional=False)
    more = Column(_("Actions"), optional=False, css="more", hide_label=True)


FILTERS = (choice_filter("managed", _("Managed by"), ManagedBy.choices, field="managed_by"),)


@dataclass(frozen=True)
class GroupListParams(ListParams):
    """One view of the Groups page. Groups are always sorted by name, and a page starts after a group's key."""

    sort: str = "name"

    @classmethod
    def from_querydict(cls, query: QueryDict) -> Self:
        """Return the view that a URL's query asks for."""
        params = cls(q=read_search(query), filters=read_filters(FILTERS, query))
        for name in ("before", "after"):
            # PostgreSQL would refuse a NUL.
            if key := "".join(char for char in query.get(name, "")[:600] if char.isprintable()):
                return params.start_at(key, backwards=name == "before")
        return params

    def start_at(self, key: str, *, backwards: bool = False) -> Self:
        """Return the page after, or before, the group with that key (base.lists.keyset)."""
        return replace(self, cursor=Cursor(backwards, (key,)), token=key)

    @property
    def default_sort(self) -> str:
        return "name"

    def available_sorts(self) -> list[str]:
        return []

    def url(self, slug: str) -> str:
        return reverse("groups", args=[slug]) + self.query()
