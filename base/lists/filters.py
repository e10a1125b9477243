"""Filters of list pages: each is declared once, with its URL parameter, label, options and condition.

A filter takes several values, `role=A&role=B`: rows match that have any of them. Rows must match all filters.
"""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q
from django.http import QueryDict
from django.utils.functional import Promise

from base.ids import parse_uuid

Text = str | Promise
Options = Sequence[tuple[str, Text]]
Values = tuple[str, ...]
Condition = Callable[[Any, Values], Q]
# The names of the objects that a list is filtered by: by filter, by value. Those that don't exist are left out.
Names = Mapping[str, Mapping[str, str]]

# More would make URLs longer than some mail programs and logs keep.
MAX_VALUES = 20


@dataclass(frozen=True)
class Filter:
    """A filter of a list page, shown as a menu of check boxes, or as a select if only one value makes sense.

    The functions get the list's context first: an object with the `organization` and anything else its filters need.
    `values` is never empty.

    name: the URL parameter.
    parse: returns a value from the URL in canonical form, "" if it is invalid.
    condition: function of (context, values), the condition for the rows that match any of the values: see each().
        None if the list applies it itself.
    row_condition: an equivalent condition that is fast to check row by row. `condition` if None.
    is_rare: function of (context, values), whether so few rows match that `condition` finds them fast. None if unknown.
    range_of: the column of which `condition` is a range: a list sorted by it starts there. "" if there is none.
    options: the values with their labels, or a function of the context that returns them. The label of "" is shown
        if the filter has no value.
    single: whether only one value makes sense, as for a threshold.
    find_names: for filters by an object's id, function of (context, values) that returns the names of those objects
        that the organization has, by value.
    choose: for filters with too many options for a page, function of (organization, search, ids) that returns the
        objects that match a search. `choose_texts`: the heading and the search label of that menu.
    """

    name: str
    label: Text
    parse: Callable[[str], str]
    condition: Condition | None = None
    row_condition: Condition | None = None
    is_rare: Callable[[Any, Values], bool] | None = None
    range_of: str = ""
    options: Options | Callable[[Any], Options] = ()
    single: bool = False
    find_names: Callable[[Any, Values], Mapping[str, str]] | None = None
    choose: Callable[..., Any] | None = None
    choose_texts: tuple[Text, Text] = ("", "")

    def get_options(self, context: Any) -> Options:
        return self.options(context) if callable(self.options) else self.options

    def read(self, texts: Iterable[str]) -> Values:
        """Return the valid values among those of a URL, sorted, so that a choice has one URL."""
        values = dict.fromkeys(value for text in texts if (value := self.parse(text)))
        return tuple(values)[-1:] if self.single else tuple(sorted(tuple(values)[:MAX_VALUES]))


def filter_named(filters: Iterable[Filter], name: str) -> Filter:
    """Return the filter with that name. There must be one."""
    return next(item for item in filters if item.name == name)


def one_of(options: Iterable[tuple[str, Text]]) -> Callable[[str], str]:
    """Return a `parse` that accepts the values of these options."""
    values = {value for value, _label in options}
    return lambda text: text if text in values else ""


def each(condition: Callable[[Any, str], Q]) -> Condition:
    """Return a condition for several values, made of one for a single value: a row matches if any of them does."""
    return lambda context, values: reduce(or_, (condition(context, value) for value in values))


def choice_filter(name: str, label: Text, choices: Options, *, field: str) -> Filter:
    """Return a filter by a model field that has these choices. `name` is the URL parameter."""
    return Filter(
        name,
        label,
        parse=one_of(choices),
        condition=lambda context, values: Q(**{f"{field}__in": values}),
        options=choices,
    )


def parse_id(text: str) -> str:
    """Return the id in canonical form, "" if it is invalid. `find_names` checks that the object exists."""
    return str(parse_uuid(text) or "")


def read_filters(filters: Iterable[Filter], query: QueryDict) -> dict[str, Values]:
    """Return the values of these filters in a URL, without filters that have none."""
    values = {item.name: item.read(query.getlist(item.name)) for item in filters}
    return {name: found for name, found in values.items() if found}


def conditions(
    filters: Iterable[Filter], values: Mapping[str, Values], context: Any, *, by_row: Container[str] = ()
) -> list:
    """Return the conditions of the filters that have a value; of those in `by_row`, the form for checking rows."""
    found = []
    for item in filters:
        if item.condition and (chosen := values.get(item.name)):
            condition = (item.name in by_row and item.row_condition) or item.condition
            found.append(condition(context, chosen))
    return found


def find_names(filters: Iterable[Filter], values: Mapping[str, Values], context: Any) -> Names:
    """Return the names of the objects that a list is filtered by. Takes at most one query for each filter."""
    return {
        item.name: item.find_names(context, values[item.name])
        for item in filters
        if item.find_names and item.name in values
    }


def known_values(values: Mapping[str, Values], names: Names) -> dict[str, Values] | None:
    """Return the values without objects that the organization doesn't have. None if a filter has only such ones, and so
    no row can match."""
    known = {
        name: tuple(value for value in chosen if value in names[name]) if name in names else chosen
        for name, chosen in values.items()
    }
    return known if all(known.values()) else None
