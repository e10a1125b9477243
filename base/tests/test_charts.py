"""Charts: the numbers, their drawing, size and speed (A-1, A-2)."""

import time
from dataclasses import replace

import pytest
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from base import charts

ACCEPTED, PENDING = (2, 4, 1, 3, 5, 1, 4, 2, 3, 3, 1, 0), (0, 0, 0, 0, 0, 0, 0, 3, 0, 1, 2, 3)
EXPIRED = (0, 0, 0, 1, 0, 0, 2, 0, 0, 0, 0, 0)
WEEKS = [(f"Sep {i + 10}", values) for i, values in enumerate(zip(ACCEPTED, PENDING, EXPIRED, strict=True))]


def weeks_chart():
    return charts.stacked_bars(
        WEEKS,
        series=["Accepted", "Pending", "Expired"],
        title="Invitations by week sent",
        description="Of 41 invitations sent in 12 weeks, 29 were accepted, 9 are pending and 3 expired",
        row_heading="Week of",
    )


@pytest.mark.parametrize(
    ("maximum", "expected"),
    [(0, [0, 1]), (1, [0, 1]), (8, [0, 2, 4, 6, 8]), (60, [0, 20, 40, 60]), (53, [0, 20, 40, 60])],
)
def test_ticks_are_round(maximum: int, expected: list[int]):
    assert charts.ticks(maximum) == expected


@given(st.integers(0, 10**9), st.integers(1, 10))
def test_ticks_reach_any_maximum_with_few_steps(maximum: int, count: int):
    found = charts.ticks(maximum, count)
    assert found[0] == 0 and found[-1] >= maximum and 2 <= len(found) <= count + 1
    assert len({after - before for before, after in zip(found, found[1:], strict=False)}) == 1


def test_bars_stand_on_the_base_line_and_reach_their_value():
    chart = charts.bars([("Oct", 30), ("Nov", 0), ("Dec", 60)], series="Seats", limit=60)
    assert [tick.value for tick in chart.ticks] == [0, 20, 40, 60] and chart.limit_y == chart.ticks[-1].y == "8"
    october, november, december = chart.bars
    assert [(part.y, part.height) for part in october.parts] == [("47", "39")] and not november.parts
    assert december.parts[0].y == "8" and december.parts[0].height == "78"
    assert october.title == "Oct: Seats 30" and november.title == "Nov: Seats 0"


def test_parts_are_stacked_from_the_bottom():
    chart = charts.stacked_bars([("Sep 7", (2, 0, 2))], series=["Accepted", "Pending", "Expired"])
    assert [(part.css, part.y, part.height) for part in chart.bars[0].parts] == [("c1", "47", "39"), ("c3", "8", "39")]
    assert chart.bars[0].title == "Sep 7: Accepted 2, Expired 2"
    assert chart.table.rows == [("Sep 7", (2, 0, 2))]


@pytest.mark.parametrize(
    ("value", "total", "percent"), [(0, 0, 0), (0, 9, 0), (1, 1000, 1), (999, 1000, 99), (9, 9, 100), (31, 44, 70)]
)
def test_a_ring_is_full_or_empty_only_if_it_is(value: int, total: int, percent: int):
    assert charts.ring(value, total).percent == percent


def test_segments_fill_the_bar_in_order():
    found = charts.segments([("accent", "Active", 44), ("warning", "Pending", 9), ("free", "Free", 7, "/x/")])
    assert [(part.x, part.width) for part in found] == [("0", "72.8"), ("73.3", "14.5"), ("88.3", "11.2")]
    assert found[2].url == "/x/" and charts.segments([("accent", "Active", 0)])[0].width == "0"


def test_empty_data_draws_an_empty_chart():
    chart = charts.stacked_bars([], series=["Sent"])
    assert render_to_string("ui/chart_bars.html", {"chart": chart}).count("<line") == 2


@pytest.mark.spec("A-1")
def test_a_chart_has_a_title_a_description_and_a_table_and_no_script_or_style():
    html = render_to_string("ui/chart_bars.html", {"chart": weeks_chart(), "chart_id": "invitations"})
    assert '<title id="invitations-t">Invitations by week sent</title>' in html and '<desc id="invitations-d">' in html
    assert 'aria-labelledby="invitations-t invitations-d"' in html and "<table" in html
    assert html.count('<th scope="row">') == 12 and "<script" not in html and "style=" not in html


def test_names_in_charts_are_escaped():
    chart = replace(weeks_chart(), title="<b>", description='"><script>')
    assert "<script" not in render_to_string("ui/chart_bars.html", {"chart": chart})


@pytest.mark.spec("A-1")
def test_charts_are_small_and_quick():
    """At most 3 kB of SVG and 1 ms of calculation each."""
    html = render_to_string("ui/chart_bars.html", {"chart": weeks_chart()})
    svg = html.partition("<details")[0].strip()
    assert len(svg) <= 3 * 1024, len(svg)
    best = 1.0
    for _round in range(20):
        start = time.perf_counter()
        weeks_chart()
        best = min(best, time.perf_counter() - start)
    assert best < 0.001
