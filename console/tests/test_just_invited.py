"""After Done, the new people are first on Pending and marked, for that visit (W-11)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from console.tests.people import PENDING, USERS, names, row
from console.tests.profiles import HTMX
from invitations.models import Batch
from invitations.tests.wizard_helpers import pending_after
from organizations.models import Membership
from teamadmin.testing.html import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.spec("W-11")]
OLD = [("Ann", "Lee", "ann@acme.example"), ("Ben", "Lee", "ben@acme.example")]
NEW = [("Yara", "Lee", "yara@acme.example"), ("Zoe", "Lee", "zoe@acme.example"), ("Cleo", "Lee", "cleo@acme.example")]


@pytest.fixture
def batch(cast) -> Batch:
    earlier = cast.invite(cast.max, people=OLD)
    Membership.objects.filter(invitations__in=earlier).update(invite_sent_at=timezone.now() - timedelta(hours=1))
    return cast.invite(cast.max, people=NEW)[0].batch


def test_new_people_come_first_and_are_marked(cast, batch):
    page = cast.client("max").get(pending_after(batch))
    assert {name.split()[0] for name in names(page)[:3]} == {"Cleo", "Yara", "Zoe"}
    assert "3 invited just now" in text_of(page)
    marked = [" New " in row(page, member) for member in Membership.objects.filter(status="invited").order_by("pk")]
    assert marked == [False, False, True, True, True]


def test_one_person(cast, batch):
    (invitation,) = cast.invite(cast.max, people=[("Dan", "Lee", "dan@acme.example")])
    assert "1 invited just now" in text_of(cast.client("max").get(pending_after(invitation.batch)))


@pytest.mark.parametrize("address", [PENDING, f"{PENDING}?sort=-sent", f"{USERS}?status=everyone&invited={{batch}}"])
def test_only_for_that_visit(cast, batch, address):
    client = cast.client("max")
    client.get(pending_after(batch))
    page = client.get(address.format(batch=batch.pk))
    assert "invited just now" not in text_of(page) and ">New</span>" not in page.content.decode()


def test_filtering_ends_the_visit(cast, batch):
    page = cast.client("max").get(f"{PENDING}?q=lee", headers=HTMX)
    assert ">New</span>" not in page.content.decode()


@pytest.mark.parametrize("viewer", ["olga", "max"])
def test_no_one_is_marked_later_or_for_others(cast, batch, viewer):
    if viewer == "max":
        Batch.objects.update(sent_at=timezone.now() - timedelta(minutes=16))
    page = cast.client(viewer).get(pending_after(batch))
    assert "invited just now" not in text_of(page) and ">New</span>" not in page.content.decode()
    assert len(names(page)) == 5


@pytest.mark.parametrize("value", ["", "x", "00000000-0000-0000-0000-000000000000"])
def test_malformed_values_mark_no_one(cast, batch, value):
    page = cast.client("max").get(f"{PENDING}?invited={value}")
    assert page.status_code == 200 and "invited just now" not in text_of(page)


@pytest.mark.spec("U-5")
def test_the_viewers_own_columns_keep_the_mark(cast, batch):
    Membership.objects.filter(pk=cast.max.pk).update(pending_columns="status")
    page = cast.client("max").get(pending_after(batch), follow=True)
    assert "columns=role%2Cstatus" in page.redirect_chain[0][0]
    assert "3 invited just now" in text_of(page)
