"""Ids, decisions, counts, parameters, times."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.test import RequestFactory

from accounts.models import User
from base import context, counting, params
from base.ids import uuid7
from base.middleware import client_ip
from base.policies import ALLOWED, Refused, deny, require
from base.templatetags.times import ago, time_ago

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def test_ids_are_unique_version_7_uuids_sorted_by_time():
    ids = [uuid7() for _ in range(10_000)]
    assert len(set(ids)) == 10_000
    assert all((one.version, one.variant) == (7, "specified in RFC 4122") for one in ids)
    times = [one.int >> 80 for one in ids]
    assert times == sorted(times) and abs(times[0] / 1000 - datetime.now().timestamp()) < 60


def test_a_denial_has_a_reason():
    assert ALLOWED and not deny("No.")
    require(ALLOWED)
    with pytest.raises(Refused, match="Because.") as refused:
        require(deny("Because."))
    assert isinstance(refused.value, PermissionDenied)


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
def test_a_parameter_is_clean_or_blank(query, value):
    assert params.line(RequestFactory().get(f"/?{query}"), "q") == value


def test_an_address_keeps_what_is_given_and_escapes_it():
    request = RequestFactory().get("/o/acme/projects/?q=old")
    assert params.address(request) == "/o/acme/projects/"
    assert params.address(request, q="a&b=c", after="") == "/o/acme/projects/?q=a%26b%3Dc"


@pytest.mark.parametrize(
    "before,text",
    [
        (timedelta(seconds=59), "Now"),
        (timedelta(minutes=12), "12m"),
        (timedelta(minutes=60), "1h"),
        (timedelta(hours=23, minutes=59), "23h"),
        (timedelta(days=2), "Sat"),
        (timedelta(days=7), "Nov 16"),
        (timedelta(days=400), "Oct 19, 2025"),
    ],
)
def test_times_are_short(before, text):
    assert ago(NOW - before, NOW) == text


def test_a_time_says_all_of_it_to_those_who_ask():
    html = time_ago(NOW - timedelta(days=3000))
    assert html.startswith('<time datetime="2018-09-06T12:00+00:00" title="Sep 6, 2018, 12:00 UTC">')


@pytest.mark.parametrize(
    "hops,forwarded,expected",
    [
        (0, "6.6.6.6", "1.1.1.1"),
        (1, "6.6.6.6, 2.2.2.2", "2.2.2.2"),
        (2, "6.6.6.6, 2.2.2.2, 3.3.3.3", "2.2.2.2"),
        (2, "2.2.2.2", "1.1.1.1"),
        (1, "", "1.1.1.1"),
        (1, "2.2.2.2:51234", "2.2.2.2"),  # as some gateways write it
        (1, "[2001:db8::1]:443", "2001:db8::1"),
        (1, "2001:DB8::1", "2001:db8::1"),
        (1, "fe80::1%eth0", "fe80::1"),
        (1, "unix:", None),  # no IP address: the audit log's column doesn't accept it
        (1, "6.6.6.6, <b>", None),
    ],
)
def test_only_trusted_proxies_are_believed(settings, hops, forwarded, expected):
    settings.TRUSTED_PROXIES = hops
    assert client_ip({"REMOTE_ADDR": "1.1.1.1", "HTTP_X_FORWARDED_FOR": forwarded}) == expected


def test_outside_a_request_there_is_no_context():
    assert context.current() == context.RequestContext("", None)
