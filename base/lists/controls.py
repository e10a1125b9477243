"""What the toolbar and the chips of a list page show of its filters."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.http import QueryDict
from django.utils.translation import gettext as _

from base.lists.filters import Filter, Names, Text, Values
from base.lists.params import ListParams

Params = TypeVar("Params", bound=ListParams)
Chips = list[tuple[str, str]]


@dataclass(frozen=True)
class FilterControl:
    """A filter in the toolbar, with the value that is `chosen`, and how many `others` are: "Builder +1".

    It has `options` (value, label, selected): check boxes in a menu, or a select if `single`. Without options it is a
    button that opens a menu with a search.
    """

    name: str
    label: Text
    values: Values = ()
    options: tuple[tuple[str, Text, bool], ...] = ()
    chosen: Text = ""
    single: bool = False
    others: int = 0


def control(item: Filter, values: Values, names: Names, context: Any) -> FilterControl:
    """Return the control for a filter. `names` are those of the objects that the list is filtered by."""
    options = list(item.get_options(context))
    labels = dict(options) or names.get(item.name, {})
    found = [label for _value, label in _in_order(labels, values)]
    chosen, others = found[0] if found else labels.get("", _("Any")), len(found[1:])
    if item.choose or not options:
        return FilterControl(item.name, item.label, values, chosen=chosen, others=others)
    if item.single and "" not in labels:
        options.insert(0, ("", _("Any")))
    # Unknown values are offered, so that the form keeps sending them.
    options += [(value, _("Unknown")) for value in values if value not in labels]
    shown = [(value, label, value in (values or ("",))) for value, label in options if value or item.single]
    return FilterControl(item.name, item.label, values, tuple(shown), chosen, item.single, others)


def _in_order(labels: Mapping[str, Text], values: Values) -> list[tuple[str, Text]]:
    """Return the values with their labels, in the order of the labels. Unknown ones come last."""
    known = [(value, label) for value, label in labels.items() if value in values]
    return known + [(value, _("Unknown")) for value in values if value not in labels]


@dataclass(frozen=True)
class ActiveFilter:
    """A value that hides rows: the filter's name and label, the value and its label."""

    name: str
    label: Text
    value: str
    value_label: Text


def active_filters(
    filters: Iterable[Filter], values: Mapping[str, Values], names: Names, context: Any
) -> list[ActiveFilter]:
    """Return the values of the filters, in the order in which filters and options are declared."""
    active = []
    for item in filters:
        if chosen := values.get(item.name):
            labels = names.get(item.name, {}) if item.find_names else dict(item.get_options(context))
            active += [ActiveFilter(item.name, item.label, *each) for each in _in_order(labels, chosen)]
    return active


def chips(active: Iterable[ActiveFilter], params: Params, url: Callable[[Params], str]) -> Chips:
    """Return the active filters, each with the URL of the list without that value."""
    return [(f"{item.label}: {item.value_label}", url(params.remove_filter(item.name, item.value))) for item in active]


def chips_of_several(active: Iterable[ActiveFilter], params: Params, url: Callable[[Params], str]) -> Chips:
    """Return the chips above a list: none as long as the toolbar shows all values itself."""
    return chips(active, params, url) if any(len(values) > 1 for values in params.filters.values()) else []


# --- menus with a search ---------------------------------------------------------------------------
ChoiceGroups = list[tuple[str, list[tuple[str, str, bool]]]]


def ticked_values(item: Filter, params: ListParams, query: QueryDict) -> Values:
    """Return what is ticked in the menu of a filter: by the form, or at first the values of the view."""
    return item.read(query.getlist(item.name)) if is_search(query) or "apply" in query else params.values(item.name)


def is_search(query: QueryDict) -> bool:
    """Whether the menu of a filter is searched: it keeps what is ticked."""
    return "named" in query


def choice_groups(groups: Iterable[tuple[str, Sequence[tuple[str, str]]]], ticked: Values) -> ChoiceGroups:
    """Return groups of choices (heading; value, label, ticked) for a menu: what is ticked comes first, then the rest
    under their headings."""
    found = [(heading, list(choices)) for heading, choices in groups]
    first = [(value, label, True) for _heading, choices in found for value, label in choices if value in ticked]
    rest = [
        (heading, [(value, label, False) for value, label in choices if value not in ticked])
        for heading, choices in found
    ]
    return [(heading, choices) for heading, choices in [("", first), *rest] if choices]
