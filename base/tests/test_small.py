"""Counts, URL parameters and times."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import RequestFactory

from accounts.models import User
from base import counting, params
from base.templatetags.times import time_ago
from base.times import RelativeTime

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize("number,text", [(0, "0"), (1234, "1,234"), (10_000, "10,000"), (10_001, "10,000+")])
def test_counts_stop_at_ten_thousand(number, text):
    assert str(counting.Count(number)) == text and bool(counting.Count(number)) == (number > 0)


def test_counting_reads_no_further_than_the_cap(db, monkeypatch, django_assert_num_queries):
    User.objects.bulk_create(User(email=f"u{number}@x.example") for number in range(7))
    monkeypatch.setattr(counting, "CAP", 5)
    with django_assert_num_queries(1) as queries:
        count = counting.capped_count(User.objects.order_by("email"))
    assert (int(count), str(count)) == (6, "5+")
    assert "LIMIT 6" in queries[0]["sql"] and "ORDER BY" not in queries[0]["sql"]


@pytest.mark.parametrize(
    "query,value", [("q=%20a%20", "a"), ("", ""), ("q=%00", ""), ("q=" + "a" * 201, ""), ("q=%F0", "\ufffd")]
)
def test_a_parameter_is_cleaned_or_blank(query, value):
    assert params.line(RequestFactory().get(f"/?{query}"), "q") == value


def test_a_url_has_only_the_given_parameters_and_escapes_them():
    request = RequestFactory().get("/o/acme/projects/?q=old")
    assert params.address(request) == "/o/acme/projects/"
    assert params.address(request, q="a&b=c", after="") == "/o/acme/projects/?q=a%26b%3Dc"


@pytest.mark.parametrize(
    "before,text",
    [
        (timedelta(seconds=59), "Now"),
        (timedelta(minutes=12), "12m ago"),
        (timedelta(minutes=60), "1h ago"),
        (timedelta(hours=23, minutes=59), "Yesterday"),
        (timedelta(days=2), "2d ago"),
        (timedelta(days=7), "Nov 16"),
        (timedelta(days=400), "Oct 19, 2025"),
    ],
)
def test_recent_times_are_relative(before, text):
    assert RelativeTime(NOW).ago(NOW - before).text == text


def test_the_tooltip_of_a_time_shows_it_in_full():
    html = time_ago(NOW - timedelta(days=3000))
    assert html.startswith('<time datetime="2018-09-06T12:00+00:00" title="Sep 6, 2018, 12:00 UTC">')


def test_a_time_within_a_sentence_is_in_lower_case():
    times = RelativeTime(NOW)
    assert times.ago(NOW, in_sentence=True).text == "just now"
    assert times.ago(NOW - timedelta(days=1), in_sentence=True).text == "yesterday"
    assert times.ago(NOW - timedelta(days=3), in_sentence=True).text == "3d ago"
