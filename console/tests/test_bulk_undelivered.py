"""Resending only the invitations that weren't delivered (I-8, U-15)."""

from datetime import datetime

import pytest
from django.utils import timezone

from console.bulk import services, worker
from console.models import BulkAction
from console.tests.bulk_requests import press, states, url
from console.tests.delivery import deliver
from console.users.selection import Selection
from organizations.models import Delivery, Membership
from teamadmin.testing.html import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.spec("I-8", "U-15")]
PEOPLE = [(name, "Lee", f"{name.lower()}@acme.example") for name in ("Ann", "Ben", "Cleo", "Dan")]
STATES = (Delivery.BOUNCED, Delivery.DELIVERED, Delivery.FAILED, Delivery.QUEUED)


@pytest.fixture
def members(cast) -> list[Membership]:
    invitations = cast.invite(people=PEOPLE)
    return [deliver(*each) for each in zip(invitations, STATES, strict=True)]


def resent() -> list[str]:
    invited = Membership.objects.filter(invitations__sends=2).order_by("first_name")
    return list(invited.values_list("first_name", flat=True))


def test_those_that_failed_can_be_resent_alone(cast, members):
    client, address = cast.client("olga"), url("invitation", *members, view="pending/")
    page = text_of(client.get(address))
    assert "Resend 4 invites" in page and "Resend only the 2 undelivered invites" in page
    assert "Resent 2 invitations." in text_of(press(client, address, undelivered="1"))
    assert resent() == ["Ann", "Cleo"] and states() == {"done": 2}


def test_everyone_is_resent_with_the_other_button(cast, members):
    press(cast.client("olga"), url("invitation", *members, view="pending/"))
    assert len(resent()) == 4


@pytest.mark.parametrize("keep", [[0, 2], [1, 3]])
def test_the_button_is_only_there_if_it_makes_a_difference(cast, members, keep):
    address = url("invitation", *(members[number] for number in keep), view="pending/")
    assert "undelivered" not in text_of(cast.client("olga").get(address))


def test_those_that_failed_among_all_that_match(cast, members, monkeypatch):
    monkeypatch.setattr("console.bulk.preview.MAX_IDS", 2)
    address = url("invitation", view="pending/", all="1")
    assert "Resend only the 2 undelivered invites" in text_of(cast.client("olga").get(address))
    press(cast.client("olga"), address, undelivered="1")
    assert resent() == ["Ann", "Cleo"]


def test_a_worker_that_collects_them_keeps_the_choice(cast, members, monkeypatch):
    monkeypatch.setattr(services, "CAP", 1)
    monkeypatch.setattr("console.bulk.services.IMMEDIATE_LIMIT", 0)
    monkeypatch.setattr("console.bulk.confirmation.IMMEDIATE_LIMIT", 0)
    press(cast.client("olga"), url("invitation", view="pending/", all="1"), undelivered="1")
    action = BulkAction.objects.get()
    worker.process(action.pk)
    assert resent() == ["Ann", "Cleo"]


def test_other_actions_ignore_it(cast, members):
    press(cast.client("olga"), url("deletion", *members, view="pending/"), undelivered="1")
    assert not Membership.objects.filter(pk__in=[member.pk for member in members]).exists()


def test_selections_of_earlier_releases_can_be_read(cast):
    data = {"without": None, "before": None, "at": timezone.now().isoformat()}
    selection, at = Selection.from_json("pending/", data, cast.acme.pk)
    assert not selection.undelivered and isinstance(at, datetime)
