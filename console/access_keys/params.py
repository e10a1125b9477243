"""The list of everyone's personal keys: its columns, and the view that a URL asks for."""

from dataclasses import dataclass, replace
from typing import Self

import django_tables2 as tables
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from base.lists.columns import Column
from base.lists.params import Cursor, ListParams, read_search


class KeyTable(tables.Table):
    """The columns of the list, in order. templates/console/access_keys/_rows.html has their cells."""

    key = Column(_("Key"), optional=False)
    owner = Column(_("Owner"), optional=False)
    scopes = Column(_("Scopes"), optional=False)
    last_used = Column(_("Last used"), optional=False)
    expires = Column(_("Expires"), optional=False)
    more = Column(_("Actions"), optional=False, css="more", hide_label=True)


@dataclass(frozen=True)
class KeyListParams(ListParams):
    """One view of the list: newest first, and a page starts after a key's id. `q` searches owners."""

    @classmethod
    def from_querydict(cls, query: QueryDict) -> Self:
        """Return the view that a URL's query asks for."""
        params = cls(q=read_search(query))
        for name in ("before", "after"):
            if key := query.get(name, "")[:36]:
                return params.start_at(key, backwards=name == "before")
        return params

    def start_at(self, key: str, *, backwards: bool = False) -> Self:
        """Return the page after, or before, the key with that id."""
        return replace(self, cursor=Cursor(backwards, (key,)), token=key)

    def available_sorts(self) -> list[str]:
        return []

    def url(self, slug: str) -> str:
        return reverse("everyones_keys", args=[slug]) + self.query()
