"""Columns of list pages: each is declared once, with its heading, sort and export."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import django_tables2 as tables
from django.utils.functional import Promise

from base.lists.params import ListParams

Text = str | Promise


class Column(tables.Column):
    """A column of a list page. The list's template under templates/rows/ has its cell, by the column's name.

    label: the heading.
    sort: model fields to sort by, before the id; an index must cover them. () if not sortable.
    sort_labels: labels of the ascending and the descending sort, for phones, where headings are hidden.
    descending_first: whether the first click sorts descending.
    csv: function of a row that returns the text in an export; None if the column isn't exported.
    default_tabs: tabs that show the column by default.
    optional: whether users can show and hide it.
    required: whether an optional column is always shown.
    heading: HTML of the heading where the label alone isn't enough. css: class of the heading's cell.
    hide_label: whether only screen readers get the heading.
    """

    def __init__(
        self,
        label: Text,
        *,
        sort: tuple[str, ...] = (),
        sort_labels: tuple[Text, Text] = ("", ""),
        descending_first: bool = False,
        csv: Callable[[Any], str] | None = None,
        default_tabs: Collection[str] = (),
        optional: bool = True,
        required: bool = False,
        heading: Text = "",
        css: str = "",
        hide_label: bool = False,
    ) -> None:
        super().__init__(verbose_name=label, orderable=bool(sort), initial_sort_descending=descending_first)
        self.label, self.heading, self.css, self.hide_label = label, heading or label, css, hide_label
        self.sort, self.sort_labels, self.csv = sort, sort_labels, csv
        self.default_tabs, self.optional, self.required = default_tabs, optional, required


@dataclass(frozen=True)
class Heading:
    """A heading of a list page. `url` sorts by the column, "" if it can't; `direction` is "ascending", "descending" or
    ""."""

    name: str
    label: Text
    css: str
    url: str = ""
    direction: str = ""
    hide_label: bool = False


def columns_of(table: type[tables.Table]) -> dict[str, Column]:
    """Return the columns of a table by name, in order."""
    return table.base_columns


def headings(table: type[tables.Table], params: ListParams, shown: Collection[str]) -> list[Heading]:
    """Return the headings of the columns that are `shown`, with links to sort by those that can be sorted.

    The table isn't instantiated: that costs more than all its headings.
    """
    available = params.available_sorts()
    return [
        _heading(name, column, params, sortable=name in available)
        for name, column in columns_of(table).items()
        if name in shown or not column.optional
    ]


def _heading(name: str, column: Column, params: ListParams, *, sortable: bool) -> Heading:
    if not sortable:
        direction = "ascending" if params.sort == name else ""
        return Heading(name, column.heading, column.css, direction=direction, hide_label=column.hide_label)
    if params.sort.removeprefix("-") != name:
        sort, direction = f"-{name}" if column.initial_sort_descending else name, ""
    else:
        sort, direction = (name, "descending") if params.descending else (f"-{name}", "ascending")
    return Heading(name, column.heading, column.css, params.set_sort(sort).query() or "?", direction)


def sort_options(table: type[tables.Table], params: ListParams) -> list[tuple[str, Text, bool]]:
    """Return the options of the Sort control on phones: value, label and whether it is selected."""
    options, default = [], params.default_sort
    for name in params.available_sorts():
        column = columns_of(table)[name]
        pairs = list(zip((name, f"-{name}"), column.sort_labels, strict=True))
        for sort, label in reversed(pairs) if column.initial_sort_descending else pairs:
            options.append(("" if sort == default else sort, label, sort == params.sort))
    return options
