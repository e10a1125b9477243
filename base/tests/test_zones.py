"""Names of time zones, and times in them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from base.mail import format_time
from base.times import RelativeTime, days_until, retry_text
from base.zones import find_zone_name, zone_label, zone_named, zone_names

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Europe/Lisbon", "Europe/Lisbon"), ("europe/lisbon", "Europe/Lisbon"), ("lisbon", "Europe/Lisbon"),
        (" New  York ", "America/New_York"), ("america/new york", "America/New_York"), ("utc", "UTC"),
        ("Lisboa", ""), ("", ""), ("../../etc/passwd", ""), ("Europe", ""), ("localtime", ""), ("Factory", ""),
    ],
)  # fmt: skip
def test_a_zone_is_found_by_name_or_city(typed, name):
    assert find_zone_name(typed) == name


@pytest.mark.parametrize(
    "name", ["", "Europe", "../UTC", "/etc/localtime", "Europe/Lisbon\n", "posixrules", "x" * 5000]
)
def test_other_names_are_no_zone(name):
    assert zone_named(name) is None


def test_there_are_names_of_all_regions():
    assert {"UTC", "Europe/Lisbon", "Asia/Kolkata", "Pacific/Auckland", "America/Argentina/Ushuaia"} <= set(
        zone_names()
    )
    assert len(zone_names()) > 400


@pytest.mark.spec("U-4")
@pytest.mark.parametrize(
    ("zone", "exact"),
    [
        ("UTC", "Nov 28, 2026, 12:00 UTC"),
        ("Europe/Berlin", "Nov 28, 2026, 13:00 CET"),
        ("America/Sao_Paulo", "Nov 28, 2026, 09:00 UTC-03:00"),
        ("Asia/Kathmandu", "Nov 28, 2026, 17:45 UTC+05:45"),
        ("Pacific/Auckland", "Nov 29, 2026, 01:00 NZDT"),
    ],
)
def test_exact_times_are_in_the_current_zone_and_name_it(zone, exact):
    with timezone.override(zone_named(zone)):
        assert RelativeTime(NOON).exact(NOON) == exact


def test_days_and_clocks_follow_the_current_zone():
    with timezone.override(zone_named("Pacific/Auckland")):
        assert days_until(NOON + timedelta(hours=20), NOON) == 1  # both on November 29
        assert days_until(NOON + timedelta(hours=24), NOON) == 1
        assert retry_text(NOON + timedelta(minutes=25), NOON).endswith("at 01:25 NZDT.")
        assert str(RelativeTime(NOON).ago(NOON - timedelta(hours=13)).text) == "Yesterday"
    assert retry_text(NOON + timedelta(minutes=25), NOON).endswith("at 12:25 UTC.")


@pytest.mark.parametrize(
    ("zone", "text"),
    [
        ("", "November 28, 2026, 12:00 UTC"),
        ("Europe/Lisbon", "November 28, 2026, 12:00 WET"),
        ("Asia/Tokyo", "November 28, 2026, 21:00 JST"),
        ("gone/away", "November 28, 2026, 12:00 UTC"),
    ],
)
def test_emails_have_times_in_the_recipients_zone(zone, text):
    assert format_time(NOON, zone) == text


def test_a_zone_without_abbreviation_is_an_offset():
    assert zone_label(NOON.astimezone(zone_named("America/Sao_Paulo"))) == "UTC-03:00"
