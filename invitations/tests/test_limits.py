"""I-5: how many invitation mails may go to an address, by an inviter, from an organization; never one more."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from base.policies import RateLimited
from invitations.limits import free_at
from invitations.models import AddressSends, Batch, Invitation, SendCount
from invitations.services import forget_sends, resend_invitation, send_batch, withdraw_invitation
from organizations.models import Membership
from outbox.models import OutgoingEmail
from teamadmin.testing.parallel import at_once, on_postgresql

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def people(count: int, prefix: str = "p") -> list[tuple[str, str, str]]:
    return [(f"First {n}", f"Last {n}", f"{prefix}{n}@acme.example") for n in range(count)]


def later(by: timedelta) -> None:
    """As if that time had passed since all that was sent."""
    for row in AddressSends.objects.all():
        row.again = [time - by.total_seconds() for time in row.again]
        row.last_at -= by
        row.save()
    for count in SendCount.objects.order_by("hour"):
        count.hour -= by
        count.save()


def resend(actor, member) -> bool:
    try:
        return bool(resend_invitation(actor=actor, member=member))
    except RateLimited:
        return False


@pytest.mark.spec("I-5")
def test_an_invitation_is_resent_three_times_an_hour(cast):
    member = cast.invite()[0].membership
    for _press in range(3):
        resend_invitation(actor=cast.olga, member=member)
    with pytest.raises(RateLimited, match=r"nadia@acme.example was sent enough .* Try again in 1.hour") as refused:
        resend_invitation(actor=cast.max, member=member)
    assert timedelta(minutes=59) < refused.value.retry_at - timezone.now() <= HOUR
    assert OutgoingEmail.objects.count() == 4
    later(HOUR + MINUTE)
    assert resend(cast.olga, member)


@pytest.mark.spec("I-5")
def test_an_invitation_is_resent_ten_times_a_day(cast):
    member = cast.invite()[0].membership
    given = []
    for _press in range(14):
        given.append(resend(cast.olga, member))
        later(HOUR + MINUTE)
    assert given == [True] * 10 + [False] * 4
    later(10 * HOUR)
    assert resend(cast.olga, member)


@pytest.mark.spec("I-5")
def test_deleting_and_adding_anew_is_no_way_around(cast):
    for _round in range(4):
        member = cast.invite()[0].membership
        withdraw_invitation(actor=cast.olga, member=member)
    with pytest.raises(RateLimited, match="nadia@acme.example"):
        cast.invite()
    assert Invitation.objects.count() == 4
    cast.invite(people=people(1))


@pytest.mark.spec("I-5")
def test_what_one_organization_sends_limits_no_other(cast):
    member = cast.invite()[0].membership
    assert [resend(cast.olga, member) for _press in range(4)] == [True, True, True, False]
    cast.invite(cast.tess, role="read_only")


@pytest.mark.spec("I-5")
def test_an_organization_sends_so_many_a_day(cast, settings):
    settings.INVITATION_SENDS_PER_DAY = 5
    cast.invite(people=people(4))
    batch = cast.draft(cast.max, people=people(2, "q"))
    with pytest.raises(RateLimited, match=r"Acme may send 5 .* a day. 1 more can go now. Try again in 1.day"):
        send_batch(actor=cast.max, batch=batch, version=batch.version)
    assert Membership.objects.filter(email_key__startswith="q").count() == 0
    assert resend(cast.olga, Membership.objects.get(email_key="p0@acme.example"))
    assert not resend(cast.olga, Membership.objects.get(email_key="p1@acme.example"))
    later(DAY + HOUR)
    send_batch(actor=cast.max, batch=batch, version=batch.version)


@pytest.mark.spec("I-5")
def test_an_inviter_sends_so_many_a_day(cast, settings):
    settings.INVITATION_SENDS_PER_INVITER = 2
    cast.invite(people=people(2))
    with pytest.raises(RateLimited, match="You may send 2 invitation mails a day. Try again"):
        cast.invite(people=people(1, "q"))
    cast.invite(cast.max, people=people(1, "r"))


@pytest.mark.spec("I-5")
def test_more_than_a_days_mails_at_once_say_so_and_nought_is_no_limit(cast, settings):
    settings.INVITATION_SENDS_PER_DAY = 3
    with pytest.raises(RateLimited, match=r"a day\. 3 more can go now\.$") as refused:
        cast.invite(people=people(4))
    assert refused.value.retry_at is None
    settings.INVITATION_SENDS_PER_DAY = settings.INVITATION_SENDS_PER_INVITER = 0
    cast.invite(people=people(40))


@pytest.mark.spec("I-5")
def test_done_keeps_the_draft_and_says_why(cast, settings):
    settings.INVITATION_SENDS_PER_DAY = 1
    cast.invite()
    batch = cast.draft(people=people(1), reason="Welcome aboard")
    url, client = reverse("user_add_personalize", args=["acme", batch.pk]), cast.client("olga")
    seen = client.get(url)
    assert seen.status_code == 200 and "Acme may send 1 invitation mails a day" in seen.content.decode()
    answer = client.post(url, {"version": batch.version, "reason": "Come and see", "welcome_page": "homepage"})
    html = answer.content.decode()
    assert answer.status_code == 429 and "Acme may send 1 invitation mails a day" in html and "Come and see" in html
    kept = Batch.objects.get(pk=batch.pk)
    assert kept.sent_at is None and kept.reason == "Come and see"


@pytest.mark.spec("I-5")
def test_a_press_on_resend_answers_429_with_the_time(cast):
    member, client = cast.invite()[0].membership, cast.client("olga")
    url = reverse("user_invitation", args=["acme", member.pk])
    assert [client.post(url).status_code for _press in range(4)] == [302, 302, 302, 429]
    answer = client.post(url, headers={"HX-Request": "true"})
    assert answer.status_code == 429 and answer["HX-Retarget"] == "#toasts"
    assert b"Try again in" in answer.content and 3500 < int(answer["Retry-After"]) <= 3600


@pytest.mark.spec("I-5")
@pytest.mark.skipif(not on_postgresql(), reason="SQLite has one writer")
def test_fifty_presses_send_three(live_cast):
    member = live_cast.invite()[0].membership
    actors = [live_cast.olga, live_cast.max]
    assert at_once(50, lambda number: resend(actors[number % 2], member)).count(True) == 3
    assert OutgoingEmail.objects.count() == 4


@pytest.mark.spec("I-5")
@pytest.mark.skipif(not on_postgresql(), reason="SQLite has one writer")
def test_fifty_batches_at_once_keep_the_organizations_limit(live_cast, settings):
    settings.INVITATION_SENDS_PER_DAY = 20
    batches = [live_cast.draft(people=people(1, f"b{number}-")) for number in range(50)]

    def press(number: int) -> bool:
        try:
            return send_batch(actor=live_cast.olga, batch=batches[number], version=1)[1]
        except RateLimited:
            return False

    assert at_once(50, press).count(True) == 20
    assert Invitation.objects.count() == 20 == sum(SendCount.objects.values_list("count", flat=True))


def test_rows_of_limits_that_are_over_are_dropped(cast):
    cast.invite(people=people(3))
    assert forget_sends() == 0
    later(DAY + 3 * HOUR)
    assert forget_sends() == 4
    assert not AddressSends.objects.exists() and not SendCount.objects.exists()


def test_the_oldest_of_what_counts_says_when_it_is_possible_again():
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert free_at([], now) is None
    assert free_at([(now - n * MINUTE).timestamp() for n in (61, 62, 63)], now) is None
    assert free_at([(now - n * MINUTE).timestamp() for n in (10, 20, 50, 70)], now) == now + 10 * MINUTE
    assert free_at([(now - n * HOUR).timestamp() for n in range(2, 13)], now) == now + 13 * HOUR
