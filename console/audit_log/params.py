"""The audit log: its columns, and the view in a URL (A-4)."""

from dataclasses import dataclass, replace
from typing import Self
from uuid import UUID

import django_tables2 as tables
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from base.ids import parse_uuid
from base.lists.columns import Column
from base.lists.filters import read_filters
from base.lists.params import ListParams, read_search
from console.audit_log.filters import FILTERS


class AuditTable(tables.Table):
    """The columns of the audit log, in order. Their cells are in templates/rows/audit_log.html."""

    when = Column(_("When"), optional=False)
    by = Column(_("By"), optional=False)
    what = Column(_("What happened"), optional=False)
    action = Column(_("Event"), optional=False)
    origin = Column(_("From"), optional=False)


@dataclass(frozen=True)
class AuditLogParams(ListParams):
    """One view of the audit log, newest first. `entry` is the id of the entry that is opened."""

    entry: UUID | None = None

    @classmethod
    def from_querydict(cls, query: QueryDict, *, organization_id: object) -> Self:
        """Return the view that a URL's query asks for."""
        filters = read_filters(FILTERS, query)
        if filters.keys() & {"from", "to"}:
            filters.pop("when", None)
        params = cls(q=read_search(query), filters=filters, entry=parse_uuid(query.get("entry", "")))
        return params.read_cursor(organization_id, query)

    @classmethod
    def from_view(cls, view: str, *, organization_id: object) -> Self:
        """Return the view of a URL's query: "?person=...". Django refuses a query of too many fields with a 400."""
        return cls.from_querydict(QueryDict(view.removeprefix("?")[:4000]), organization_id=organization_id)

    def fields(self) -> dict[str, str | tuple[str, ...]]:
        fields = super().fields()
        return fields | {"entry": str(self.entry)} if self.entry else fields

    def closed(self) -> Self:
        """Return the first page of the view, with no entry opened."""
        return replace(self.first_page(), entry=None)

    def available_sorts(self) -> list[str]:
        return []

    def url(self, slug: str) -> str:
        return reverse("audit_log", args=[slug]) + self.query()
