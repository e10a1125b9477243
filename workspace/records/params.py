"""The lists of records: columns, filters, and the view in a URL (A-3)."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

import django_tables2 as tables
from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from base.lists.columns import Column
from base.lists.filters import Filter, Options, Values, choice_filter, each, one_of, parse_id, read_filters
from base.lists.params import ListParams, read_search
from organizations.models import Membership
from workspace.models import ConnectionKind, Pipeline, State
from workspace.records.queries import owners_of, projects_with
from workspace.records.types import DATASET, RecordType

ARCHIVED = "archived"


class RecordTable(tables.Table):
    """The columns of every list of records, in order. Their cells are in templates/rows/records.html."""

    name = Column(
        _("Name"), optional=False, sort=("sort_name", "id"), sort_labels=(_("Name, A to Z"), _("Name, Z to A"))
    )
    project = Column(_("Project"), optional=False)
    owner = Column(_("Owner"), optional=False)
    state = Column(_("Status"), optional=False)
    changed = Column(
        _("Changed"),
        optional=False,
        sort=("changed_at", "id"),
        sort_labels=(_("Oldest change first"), _("Latest change first")),
        descending_first=True,
    )
    more = Column(_("Actions"), optional=False, css="more", hide_label=True)


@dataclass
class RecordContext:
    """The viewer and the type of the list, with the projects and owners to filter by."""

    member: Membership
    record_type: RecordType

    @cached_property
    def projects(self) -> Options:
        return [(str(project.pk), project.name) for project in projects_with(self.member, self.record_type.model)]

    @cached_property
    def owners(self) -> Options:
        members = owners_of(self.member.organization, self.record_type.model)
        return [(str(member.pk), member.name) for member in members]


def _state(context: RecordContext, value: str) -> Q:
    return Q(archived_at__isnull=False) if value == ARCHIVED else Q(state=value, archived_at=None)


def _projects(context: RecordContext, values: Values) -> Q:
    """Return the condition for projects. Those that the viewer can't see match nothing."""
    return Q(project__in=[value for value, _name in context.projects if value in values])


def _state_filter(states: tuple[State, ...]) -> Filter:
    choices = [(str(state.value), state.label) for state in states] + [(ARCHIVED, _("Archived"))]
    options = [("", _("Not archived")), *choices]
    return Filter("state", _("Status"), parse=one_of(choices), condition=each(_state), options=options)


PROJECT = Filter("project", _("Project"), parse=parse_id, condition=_projects, options=lambda context: context.projects)
OWNER = Filter(
    "owner",
    _("Owner"),
    parse=parse_id,
    condition=lambda context, values: Q(owner__in=values),
    options=lambda context: context.owners,
)
KIND = choice_filter("kind", _("Kind"), ConnectionKind.choices, field="kind")


def filters_of(record_type: RecordType) -> tuple[Filter, ...]:
    """Return the filters of the type's list, in order."""
    kind = (KIND,) if record_type.is_connection else ()
    return (_STATE[record_type.model.STATES == Pipeline.STATES], *kind, PROJECT, OWNER)


_STATE = {False: _state_filter(DATASET.model.STATES), True: _state_filter(Pipeline.STATES)}


@dataclass(frozen=True)
class RecordListParams(ListParams):
    """One view of a list of records: by name, or by the time of the last change."""

    sort: str = "name"
    record_type: RecordType = field(default=DATASET)

    @classmethod
    def from_querydict(cls, query: QueryDict, record_type: RecordType, scope: object) -> Self:
        """Return the view that a URL's query asks for. `scope` is the organization's id."""
        sort = query.get("sort", "")
        params = cls(
            q=read_search(query),
            filters=read_filters(filters_of(record_type), query),
            sort=sort if sort in ("name", "-name", "changed", "-changed") else "name",
            record_type=record_type,
        )
        return params.read_cursor(f"{scope}:{record_type.key}", query)

    @property
    def default_sort(self) -> str:
        return "name"

    @property
    def order(self) -> tuple[str, ...]:
        """The fields that the list is sorted by."""
        column: Column = RecordTable.base_columns[self.sort.removeprefix("-")]
        return column.sort

    def available_sorts(self) -> list[str]:
        return ["name", "changed"]

    def url(self, slug: str) -> str:
        return self.record_type.list_url(slug) + self.query()
