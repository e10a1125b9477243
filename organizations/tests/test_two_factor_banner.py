"""The countdown to the date from which an organization requires two-factor authentication (S-11)."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from organizations.models import Membership
from organizations.tests.session_clients import add_app, set_policies, use_second_factor
from teamadmin.testing.cast import add_member
from teamadmin.testing.html import text_of

START = datetime(2026, 12, 12, tzinfo=UTC)
TEXT = "Acme requires two-factor authentication from December 12."
PAGES = ("", "projects/", "workspace/", "preferences/", "users/", "users/add/", "security/", "roles/")


@pytest.fixture
def cast(cast):
    set_policies(cast.acme, require_two_factor="everyone", two_factor_required_from=START)
    return cast


def homepage_at(cast, moment: datetime, name: str = "olga") -> str:
    with time_machine.travel(moment, tick=False):
        Membership.objects.update(last_active_at=moment)
        return text_of(cast.client(name).get("/o/acme/"))


@pytest.mark.spec("S-11")
@pytest.mark.parametrize(
    ("before", "days"),
    [
        (timedelta(days=13, hours=9), "You have 14 days left."),
        (timedelta(days=14), "You have 14 days left."),
        (timedelta(days=1, hours=1), "You have 2 days left."),
        (timedelta(minutes=1), "You have 1 day left."),
    ],
)
def test_members_see_the_days_that_are_left(cast, before, days):
    page = homepage_at(cast, START - before)
    assert TEXT in page and days in page


@pytest.mark.spec("S-11")
def test_every_page_has_it_until_the_date_and_links_to_the_setup(cast):
    with time_machine.travel(START - timedelta(days=3), tick=False):
        Membership.objects.update(last_active_at=START)
        client = cast.client("olga")
        for path in PAGES:
            page = client.get(f"/o/acme/{path}", follow=True).content.decode()
            assert page.count("requires two-factor authentication from") == 1, path
            assert f'href="{reverse("two_factor_setup")}?next=/o/acme/' in page
        fragment = client.get("/o/acme/users/", headers={"HX-Request": "true"})
        assert "two-factor authentication from" not in fragment.content.decode()
        outside = client.get("/organizations/").content.decode()
        assert "two-factor authentication from" not in outside


@pytest.mark.spec("S-11")
def test_only_members_who_need_it_see_it(cast):
    moment = START - timedelta(days=3)
    add_app(cast.max.user)
    assert TEXT not in homepage_at(cast, moment, "max"), "has one already"
    set_policies(cast.acme, require_two_factor="admins")
    assert TEXT in homepage_at(cast, moment, "olga") and TEXT not in homepage_at(cast, moment, "bo")
    set_policies(cast.acme, require_two_factor="no_one")
    assert TEXT not in homepage_at(cast, moment)
    set_policies(cast.acme, require_two_factor="everyone", two_factor_required_from=None)
    add_app(cast.olga.user)
    client = cast.client("olga")
    use_second_factor(client)
    assert "requires two-factor" not in text_of(client.get("/o/acme/")), "it is required already"


@pytest.mark.spec("S-11")
def test_other_organizations_of_the_member_say_nothing(cast):
    add_member(cast.globex, cast.bo.user, "read_only")
    with time_machine.travel(START - timedelta(days=3), tick=False):
        assert "two-factor" not in text_of(cast.client("bo").get("/o/globex/"))


@pytest.mark.spec("S-11")
def test_the_countdown_costs_no_query(cast):
    def queries() -> int:
        client = cast.client("bo")
        with CaptureQueriesContext(connection) as found:
            client.get("/o/acme/")
        return len(found)

    with time_machine.travel(START - timedelta(days=3), tick=False):
        Membership.objects.update(last_active_at=START)
        shown = queries()
        set_policies(cast.acme, require_two_factor="no_one")
        assert queries() == shown
