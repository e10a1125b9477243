"""Data for charts: pure functions that turn values into what templates/ui/chart_*.html, ring.html and bar.html draw.

Positions are text, ready for SVG attributes, in percent unless a docstring says otherwise. A chart has a title, a
description that says the same in a sentence, and its values as a table.
"""

from collections.abc import Sequence
from dataclasses import dataclass

# The drawing area of bars: the top tick and the base line, in percent of the height.
TOP, BASE = 8.0, 86.0


def number(value: float) -> str:
    """Return a number for an SVG attribute, with at most one decimal."""
    text = f"{value:.1f}"
    return text[:-2] if text.endswith(".0") else text


def ticks(maximum: int, count: int = 4) -> list[int]:
    """Return about `count` + 1 round numbers from 0 to `maximum` or a little more, at least [0, 1]."""
    maximum = max(maximum, 1)
    steps = (factor * 10**power for power in range(20) for factor in (1, 2, 5))
    step = next(step for step in steps if step * count >= maximum)
    return list(range(0, maximum + step, step))


@dataclass(frozen=True)
class Table:
    """A chart's values: the heading of the rows, the headings of the columns, and (label, values) for each row."""

    row_heading: str
    headings: Sequence[str]
    rows: Sequence[tuple[str, Sequence[int]]]


@dataclass(frozen=True)
class Tick:
    value: int
    y: str


@dataclass(frozen=True)
class Part:
    """A coloured part of a bar. `css` is c1 to c3."""

    css: str
    y: str
    height: str


@dataclass(frozen=True)
class Bar:
    """A bar: label, tooltip, horizontal center, and the total with its position above the bar."""

    label: str
    title: str
    x: str
    parts: Sequence[Part]
    total: int
    total_y: str


@dataclass(frozen=True)
class StackedChart:
    """Bars of one or more parts (ui/chart_bars.html). `left` and `slot` are widths; `limit_y` is "" without a limit."""

    title: str
    description: str
    table: Table
    ticks: Sequence[Tick]
    bars: Sequence[Bar]
    left: str
    width: str
    slot: str
    limit_y: str
    show_totals: bool


def stacked_bars(
    weeks: Sequence[tuple[str, Sequence[int]]],
    *,
    series: Sequence[str],
    title: str = "",
    description: str = "",
    row_heading: str = "",
    labels: Sequence[str] = (),
    limit: int = 0,
    show_totals: bool = True,
) -> StackedChart:
    """Return a bar for each (label, values), with a part for each value, the first one at the bottom.

    `series` names the values, `labels` are longer ones for the table and the tooltips. `limit` draws a dashed line.
    """
    totals = [sum(values) for _label, values in weeks]
    scale = ticks(max([*totals, limit]))
    per_unit = (BASE - TOP) / scale[-1]
    left = 3 + 2 * len(f"{scale[-1]:,}")
    slot = 100 / max(len(weeks), 1)
    long_labels = labels or [label for label, _values in weeks]
    return StackedChart(
        title=title,
        description=description,
        table=Table(row_heading, series, [(long_labels[i], values) for i, (_label, values) in enumerate(weeks)]),
        ticks=[Tick(value, number(BASE - value * per_unit)) for value in scale],
        bars=[
            Bar(
                label=label,
                title=f"{long_labels[index]}: {_sentence(series, values)}",
                x=number((index + 0.5) * slot),
                parts=_parts(values, per_unit),
                total=totals[index],
                total_y=number(BASE - totals[index] * per_unit),
            )
            for index, (label, values) in enumerate(weeks)
        ],
        left=str(left),
        width=str(100 - left),
        slot=number(slot),
        limit_y=number(BASE - limit * per_unit) if limit else "",
        show_totals=show_totals,
    )


def _sentence(series: Sequence[str], values: Sequence[int]) -> str:
    shown = [(name, value) for name, value in zip(series, values, strict=True) if value] or [(series[0], 0)]
    return ", ".join(f"{name} {value:,}" for name, value in shown)


def _parts(values: Sequence[int], per_unit: float) -> list[Part]:
    parts, below = [], 0
    for place, value in enumerate(values):
        below += value
        if value:
            parts.append(Part(f"c{place + 1}", number(BASE - below * per_unit), number(value * per_unit)))
    return parts


def bars(points: Sequence[tuple[str, int]], *, series: str, **options: object) -> StackedChart:
    """Return a chart with one value for each (label, value). Same options as stacked_bars()."""
    options = {"show_totals": False, **options}
    return stacked_bars([(label, [value]) for label, value in points], series=[series], **options)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Ring:
    """A share as a ring (ui/ring.html). `percent` is rounded, but only 0 or 100 if exact."""

    value: int
    total: int
    percent: int


def ring(value: int, total: int) -> Ring:
    """Return a ring for `value` of `total`; an empty one if `total` is 0."""
    if total <= 0:
        return Ring(value, total, 0)
    value = max(0, min(value, total))
    percent = round(100 * value / total)
    return Ring(value, total, percent if value in (0, total) else min(max(percent, 1), 99))


@dataclass(frozen=True)
class Segment:
    """A segment of a bar (ui/bar.html) with its legend entry. `x` and `width` are percentages."""

    tone: str
    label: str
    value: int
    url: str
    x: str
    width: str


def segments(parts: Sequence[tuple[str, str, int] | tuple[str, str, int, str]]) -> list[Segment]:
    """Return the segments of one bar, side by side, for each (tone, label, value) or (tone, label, value, url)."""
    total = max(sum(part[2] for part in parts), 1)
    gap = 0.5
    found, before = [], 0
    for tone, label, value, *url in parts:
        width = max(100 * value / total - gap, 0.5) if value else 0
        found.append(Segment(tone, label, value, url[0] if url else "", number(100 * before / total), number(width)))  # type: ignore[arg-type]
        before += value
    return found
