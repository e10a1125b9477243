"""The Subscription page: plan, seats in use and over time, for those who may see billing (A-2, A-9)."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from base.times import NEVER
from console.subscription.page import seats_chart
from organizations.models import Membership, Organization, SeatUse
from organizations.permissions import Permission
from organizations.queries import SeatDay
from teamadmin.testing.cast import add_member, add_role, add_user
from teamadmin.testing.html import text_of

pytestmark = [pytest.mark.spec("A-2"), pytest.mark.spec("A-9")]
PAGE = "/o/acme/subscription/"


def set_acme(**fields) -> None:
    Organization.objects.filter(slug="acme").update(**fields)


def save_days(cast, *numbers: int) -> None:
    """Save these seats for the last days, the last one yesterday."""
    today = timezone.now().date()
    SeatUse.objects.bulk_create(
        SeatUse(organization=cast.acme, day=today - timedelta(days=len(numbers) - n), used=used, limit=9)
        for n, used in enumerate(numbers)
    )


def test_it_shows_plan_seats_and_that_no_one_pays_here(cast, settings):
    settings.OPERATOR_EMAIL = "seats@platform.example"
    set_acme(plan="Team", seat_limit=60)
    cast.invite(people=[("Pia", "Pending", "pia@acme.example")])
    response = cast.client("olga").get(PAGE)
    text, html = text_of(response), response.content.decode()
    assert "Team plan 60 seats, set by the platform’s operator. Billing is handled outside TeamAdmin." in text
    assert "5 of 60 seats used 55 left" in text and "Active members 4 Pending invitations 1 Free 55" in text
    assert "5 of 60 seats used: 4 active, 1 pending, 55 free" in html and "You can add" not in text
    assert "mailto:seats@platform.example?subject=Plan%20and%20seats%20of%20Acme" in html


def test_without_an_address_or_a_limit_it_stays_honest(cast, settings):
    settings.OPERATOR_EMAIL = ""
    text = text_of(cast.client("olga").get(PAGE))
    assert (
        "Your plan Unlimited seats." in text
        and "To change your plan or add seats, ask your platform’s operator." in text
    )
    assert "mailto:" not in text and "left" not in text and "4 seats used" in text


def test_near_the_limit_it_warns_and_names_inactive_members(cast):
    set_acme(seat_limit=5)
    Membership.objects.filter(pk=cast.opal.pk).update(last_active_at=timezone.now() - timedelta(days=91))
    Membership.objects.filter(pk=cast.bo.pk).update(last_active_at=NEVER)
    response = cast.client("olga").get(PAGE)
    assert "You can add 1 more person" in text_of(response) and "1 inactive member" in text_of(response)
    assert "/o/acme/users/?status=active&amp;last_active=inactive" in response.content.decode()
    set_acme(seat_limit=4)
    assert "No seats are left" in text_of(cast.client("olga").get(PAGE))


@pytest.mark.spec("R-2", "W-9")
def test_billing_sees_this_page_and_no_people(cast, settings):
    settings.OPERATOR_EMAIL = "seats@platform.example"
    Organization.objects.filter(slug="globex").update(seat_limit=2)
    Membership.objects.filter(organization=cast.globex).update(last_active_at=timezone.now() - timedelta(days=91))
    user = add_user("bill@globex.example", "Bill", "Ing")
    cast.stranger = add_member(cast.globex, user, "billing").user
    client = cast.client("stranger")
    text = text_of(client.get("/o/globex/subscription/"))
    assert "No seats are left" in text and "Request more seats" in text and "inactive" not in text
    assert client.get("/o/globex/users/").status_code == 403
    viewer = add_role(cast.globex, "Reader", Permission.BILLING_VIEW)
    cast.stranger = add_member(cast.globex, add_user("rea@globex.example", "Rea", "Der"), viewer).user
    text = text_of(cast.client("stranger").get("/o/globex/subscription/"))
    assert "To change your plan or add seats, ask an Admin." in text and "Request more seats" not in text


def test_the_chart_starts_with_the_second_day(cast):
    assert "The chart starts tomorrow" in text_of(cast.client("olga").get(PAGE))
    save_days(cast, 3)
    text = text_of(cast.client("olga").get(PAGE))
    assert "Highest number in each week." in text and "Show as table" in text


def test_the_chart_shows_the_highest_number_of_each_month(cast):
    set_acme(seat_limit=9)
    save_days(cast, *range(1, 7), *([2] * 90))
    text = text_of(cast.client("olga").get(PAGE))
    assert "Highest number in each month. The dashed line is your limit." in text and "The limit is 9." in text
    days = [SeatDay(date(2026, 10, 30), 7, 0), SeatDay(date(2026, 10, 31), 5, 0), SeatDay(date(2026, 11, 1), 6, 0)]
    chart = seats_chart(days, 0, by_month=True)
    assert chart.table.rows == [("Oct 2026", [7]), ("Nov 2026", [6])] and chart.limit_y == ""
    chart = seats_chart(days, 8, by_month=False)
    assert chart.table.rows == [("Oct 26, 2026", [7])] and chart.limit_y == "8"


def test_others_history_is_not_shown(cast):
    SeatUse.objects.create(organization=cast.globex, day=timezone.now().date() - timedelta(days=1), used=777, limit=0)
    assert "777" not in text_of(cast.client("olga").get(PAGE))


def test_the_number_of_queries_is_fixed(cast, django_assert_max_num_queries):
    set_acme(seat_limit=5)
    client = cast.client("olga")
    client.get(PAGE)
    save_days(cast, 1)
    with django_assert_max_num_queries(8) as few:
        client.get(PAGE)
    number = len(few)
    SeatUse.objects.all().delete()
    save_days(cast, *range(300))
    for place in range(30):
        add_member(cast.acme, add_user(f"m{place}@acme.example", "M", str(place)), "operator")
    with django_assert_max_num_queries(number):
        client.get(PAGE)
