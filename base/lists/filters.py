"""Filters of list pages: each is declared once, with its URL parameter, label, options and condition."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from base.ids import parse_uuid

Text = str | Promise
Options = Sequence[tuple[str, Text]]
Condition = Callable[[Any, str], Q]


@dataclass(frozen=True)
class Filter:
    """A filter of a list page, shown as a select or as a menu of its own.

    The functions get the list's context first: an object with the `organization` and anything else its filters need.

    name: the URL parameter.
    parse: returns the value from the URL in canonical form, "" if it is invalid.
    condition: function of (context, value), the condition for the rows that match. None if the list applies it itself.
    row_condition: an equivalent condition that is fast to check row by row. `condition` if None.
    is_rare: function of (context, value), whether so few rows match that `condition` finds them fast. None if unknown.
    options: the values with their labels, or a function of the context that returns them.
    find_name: for filters by an object's id, function of (context, value) that returns the object's name, None if the
        organization has no such object.
    choose: for filters with too many options for a select, function of (organization, search, ids) that returns the
        objects that match a search. `choose_texts`: the heading and the search label of that menu.
    """

    name: str
    label: Text
    parse: Callable[[str], str]
    condition: Condition | None = None
    row_condition: Condition | None = None
    is_rare: Callable[[Any, str], bool] | None = None
    options: Options | Callable[[Any], Options] = ()
    find_name: Callable[[Any, str], str | None] | None = None
    choose: Callable[..., Any] | None = None
    choose_texts: tuple[Text, Text] = ("", "")

    def get_options(self, context: Any) -> Options:
        return self.options(context) if callable(self.options) else self.options


def one_of(options: Iterable[tuple[str, Text]]) -> Callable[[str], str]:
    """Return a `parse` that accepts the values of these options."""
    values = {value for value, _label in options}
    return lambda text: text if text in values else ""


def choice_filter(name: str, label: Text, choices: Options, *, field: str) -> Filter:
    """Return a filter by a model field that has these choices. `name` is the URL parameter."""
    return Filter(
        name, label, parse=one_of(choices), condition=lambda context, value: Q(**{field: value}), options=choices
    )


def parse_id(text: str) -> str:
    """Return the id in canonical form, "" if it is invalid. `find_name` checks that the object exists."""
    return str(parse_uuid(text) or "")


def read_filters(filters: Iterable[Filter], query: QueryDict) -> dict[str, str]:
    """Return the values of these filters in a URL, without blank ones."""
    values = {item.name: item.parse(query.get(item.name, "")) for item in filters}
    return {name: value for name, value in values.items() if value}


@dataclass(frozen=True)
class FilterControl:
    """A filter in the toolbar: a select with `options` (value, label, selected), or without options a button that opens
    a menu and shows the name of the `chosen` object."""

    name: str
    label: Text
    value: str
    options: tuple[tuple[str, Text, bool], ...] = ()
    chosen: Text = ""


def control(item: Filter, value: str, names: Mapping[str, str], context: Any) -> FilterControl:
    """Return the control for a filter. `names` are those of the objects that the list is filtered by."""
    if item.choose:
        chosen = (names.get(item.name) or _("Unknown")) if value else _("Any")
        return FilterControl(item.name, item.label, value, chosen=chosen)
    options = list(item.get_options(context))
    if "" not in dict(options):
        options.insert(0, ("", _("Any")))
    if value not in dict(options):
        options.append((value, _("Unknown")))  # so that the form keeps sending it
    return FilterControl(item.name, item.label, value, tuple((key, label, key == value) for key, label in options))


@dataclass(frozen=True)
class ActiveFilter:
    """A filter that hides rows: its name, its label and the label of the value."""

    name: str
    label: Text
    value_label: Text


def active_filters(
    filters: Iterable[Filter], values: Mapping[str, str], names: Mapping[str, str], context: Any
) -> list[ActiveFilter]:
    """Return the filters that have a value, in the order in which they are declared."""
    active = []
    for item in filters:
        if value := values.get(item.name, ""):
            labels = {} if item.find_name else dict(item.get_options(context))
            label = labels.get(value) or names.get(item.name) or _("Unknown")
            active.append(ActiveFilter(item.name, item.label, label))
    return active


def conditions(filters: Iterable[Filter], values: Mapping[str, str], context: Any, *, by_row: bool = False) -> list:
    """Return the conditions of the filters that have a value. by_row: in the form for checking row by row."""
    found = []
    for item in filters:
        if item.condition and (value := values.get(item.name, "")):
            condition = (by_row and item.row_condition) or item.condition
            found.append(condition(context, value))
    return found


def find_names(filters: Iterable[Filter], values: Mapping[str, str], context: Any) -> dict[str, str | None]:
    """Return the names of the objects that a list is filtered by, None for those that the organization doesn't have.

    Takes at most one query for each filter.
    """
    return {
        item.name: item.find_name(context, values[item.name])
        for item in filters
        if item.find_name and item.name in values
    }
