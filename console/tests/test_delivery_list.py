"""What became of invitation emails, on the Pending tab (I-8)."""

import csv
from datetime import timedelta
from io import StringIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from console.tests.delivery import ask_for_link, deliver, send_again
from console.tests.people import PENDING, USERS, names, row
from organizations.models import Delivery

PEOPLE = [(name, "Lee", f"{name.lower()}@acme.example") for name in ("Ann", "Ben", "Cleo", "Dan", "Eve", "Finn")]
STATES = (
    Delivery.BOUNCED, Delivery.FAILED, Delivery.QUEUED, Delivery.SENT, Delivery.DELIVERED, Delivery.DELIVERED,
)  # fmt: skip


@pytest.fixture
def sent(cast):
    """Six invitations, one for each state and one more: Finn has asked for a new link."""
    invitations = [cast.invite(cast.max, people=[person])[0] for person in PEOPLE]
    now = timezone.now()
    reasons = {Delivery.BOUNCED: "Mailbox doesn’t exist", Delivery.FAILED: "Server rejected the email"}
    for number, (invitation, state) in enumerate(zip(invitations, STATES, strict=True)):
        at = now - timedelta(days=0 if state == Delivery.QUEUED else 10 - number, minutes=number)
        deliver(invitation, state, at=at, reason=reasons.get(state, ""))
    ask_for_link(invitations[-1])
    return invitations


@pytest.mark.spec("I-8")
def test_every_invitation_shows_its_delivery_with_the_reason(cast, sent):
    page = cast.client("olga").get(PENDING)
    shown = [row(page, each.membership) for each in sent]
    assert "Bounced Mailbox doesn’t exist" in shown[0] and "Failed Server rejected the email" in shown[1]
    assert "Queued Sends in a minute" in shown[2] and "Sent Accepted by server" in shown[3]
    assert "Delivered" in shown[4] and not any("Opened" in text for text in shown)


@pytest.mark.spec("I-8")
def test_queued_email_that_waits_for_long_is_not_sent_in_a_minute(cast, sent):
    deliver(sent[2], Delivery.QUEUED, at=timezone.now() - timedelta(hours=2))
    assert "Queued Not sent yet" in row(cast.client("olga").get(PENDING), sent[2].membership)


@pytest.mark.spec("I-8")
def test_rows_have_a_badge_for_what_asks_for_an_action(cast, sent):
    text = cast.client("olga").get(PENDING).content.decode()
    for badge, count in (("Bounced", 1), ("Not delivered", 1), ("Asked for a new link", 1)):
        assert text.count(f'">{badge}</span>') - text.count(f'class="status" data-tone="danger">{badge}') == count
    # Everyone's list shows them, too.
    shown = row(cast.client("olga").get(f"{USERS}?status=everyone"), sent[1].membership)
    assert "Ben Lee Not delivered" in shown


@pytest.mark.spec("I-7", "I-8")
def test_the_badge_goes_once_the_request_for_a_new_link_is_answered(cast, sent):
    member, client = sent[-1].membership, cast.client("olga")
    assert "Asked for a new link" in row(client.get(PENDING), member)
    client.post(f"{USERS}{member.pk}/invitation/?view=pending/", {"renew": "1"})
    assert "Asked for a new link" not in row(client.get(PENDING), member)


@pytest.mark.spec("I-8")
def test_pending_shows_how_often_and_when_it_was_last_sent(cast, sent):
    send_again(sent[0], Delivery.SENT, at=timezone.now() - timedelta(minutes=2))
    send_again(sent[0], Delivery.SENT, at=timezone.now())
    page = cast.client("olga").get(PENDING)
    today = f"{timezone.now():%b} {timezone.now().day}"
    assert f"{today} 3 times" in row(page, sent[0].membership)
    assert "times" not in row(page, sent[1].membership)


@pytest.mark.spec("I-8", "U-3")
@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("problem", ["Ann Lee", "Ben Lee"]),
        ("bounced", ["Ann Lee"]),
        ("failed", ["Ben Lee"]),
        ("queued", ["Cleo Lee"]),
        ("sent", ["Dan Lee"]),
        ("delivered", ["Eve Lee", "Finn Lee"]),
        ("asked", ["Finn Lee"]),
    ],
)
@pytest.mark.parametrize("walk", [1000, 2])
def test_filter_by_delivery(cast, sent, monkeypatch, value, found, walk):
    monkeypatch.setattr("console.users.queries.WALK", walk)
    monkeypatch.setattr("console.users.delivery.FEW_MEMBERS", 0 if walk == 1000 else 3000)
    client = cast.client("olga")
    assert sorted(names(client.get(f"{PENDING}?delivery={value}&sort=name"))) == found
    assert sorted(names(client.get(f"{PENDING}?delivery={value}&q=lee"))) == found


@pytest.mark.spec("I-8", "U-6", "U-17")
def test_a_delayed_email_is_delayed_in_its_row_filter_sort_and_export(cast, sent, django_assert_num_queries):
    client, expected = cast.client("olga"), "Delayed Mailbox is full"
    with CaptureQueriesContext(connection) as before:
        client.get(PENDING)
    deliver(sent[3], Delivery.DELAYED, reason="Mailbox is full")
    with django_assert_num_queries(len(before)):
        page = client.get(PENDING)
    assert expected in row(page, sent[3].membership) and "Accepted by server" not in row(page, sent[3].membership)
    assert "2 invitations weren’t delivered" in page.content.decode()  # it may still be delivered
    assert names(client.get(f"{PENDING}?delivery=delayed")) == ["Dan Lee"]
    for other in ("problem", "sent"):
        assert "Dan Lee" not in names(client.get(f"{PENDING}?delivery={other}"))
    by_delivery = names(client.get(f"{PENDING}?sort=delivery"))
    assert by_delivery[:4] == ["Ann Lee", "Ben Lee", "Dan Lee", "Cleo Lee"]
    response = client.get(f"{USERS}export/?view=pending/?delivery=delayed")
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    assert [line["Delivery"] for line in csv.DictReader(StringIO(text))] == ["Delayed: Mailbox is full"]


@pytest.mark.spec("U-3")
def test_all_users_ignores_the_filter_by_delivery(cast, sent):
    assert "Bo Lindqvist" in names(cast.client("olga").get(f"{USERS}?delivery=problem"))


@pytest.mark.spec("I-8", "U-6")
@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("sent", "Ann Ben Dan Eve Finn Cleo"),
        ("-sent", "Cleo Finn Eve Dan Ben Ann"),
        ("delivery", "Ann Ben Cleo Dan Eve Finn"),
        ("-delivery", "Finn Eve Dan Cleo Ben Ann"),
    ],
)
def test_pending_can_be_sorted_by_sent_and_by_delivery(cast, sent, monkeypatch, sort, order):
    client, found = cast.client("olga"), []
    assert [name.split()[0] for name in names(client.get(f"{PENDING}?sort={sort}"))] == order.split()
    monkeypatch.setattr("console.users.queries.PAGE_SIZE", 4)
    page = client.get(f"{PENDING}?sort={sort}")
    found += names(page)
    found += names(client.get(page.context["next"]))
    assert [name.split()[0] for name in found] == order.split()


@pytest.mark.spec("I-8")
def test_banner_counts_what_was_not_delivered_and_leads_to_it(cast, sent):
    client = cast.client("olga")
    page = client.get(PENDING)
    assert "2 invitations weren’t delivered" in page.content.decode()
    url = page.context["undelivered"]["url"]
    assert len(names(client.get(url))) == 2
    # It isn't needed above the list that it leads to, nor on the other tab.
    assert "weren’t delivered" not in client.get(url).content.decode()
    assert "weren’t delivered" not in client.get(USERS).content.decode()
    for invitation in sent[:2]:
        deliver(invitation, Delivery.DELIVERED)
    assert "delivered</strong>" not in client.get(PENDING).content.decode()


@pytest.mark.spec("I-8", "U-17")
def test_export_has_the_delivery(cast, sent):
    response = cast.client("olga").get(f"{USERS}export/?view=pending/?sort=delivery")
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    lines = list(csv.DictReader(StringIO(text)))
    assert [line["Delivery"] for line in lines[:3]] == [
        "Bounced: Mailbox doesn’t exist",
        "Failed: Server rejected the email",
        "Queued",
    ]
