"""I-5: limits on invitation emails to an address, by an inviter and from an organization."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from base.policies import RateLimited
from invitations.limits import next_send_time
from invitations.models import AddressSends, Batch, Invitation, SendCount
from invitations.services import delete_old_sends, resend_invitation, send_batch, withdraw_invitation
from organizations.models import Membership
from outbox.models import OutgoingEmail
from teamadmin.testing.parallel import on_postgresql, run_in_parallel

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def people(count: int, prefix: str = "p") -> list[tuple[str, str, str]]:
    return [(f"First {n}", f"Last {n}", f"{prefix}{n}@acme.example") for n in range(count)]


def pass_time(by: timedelta) -> None:
    """Move everything that was sent into the past by that much."""
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
def test_three_resends_an_hour(cast):
    member = cast.invite()[0].membership
    for _press in range(3):
        resend_invitation(actor=cast.olga, member=member)
    with pytest.raises(RateLimited, match=r"emails to nadia@acme.example recently. Try again in 1.hour") as error:
        resend_invitation(actor=cast.max, member=member)
    assert timedelta(minutes=59) < error.value.retry_at - timezone.now() <= HOUR
    assert OutgoingEmail.objects.count() == 4
    pass_time(HOUR + MINUTE)
    assert resend(cast.olga, member)


@pytest.mark.spec("I-5")
def test_ten_resends_a_day(cast):
    member = cast.invite()[0].membership
    results = []
    for _press in range(14):
        results.append(resend(cast.olga, member))
        pass_time(HOUR + MINUTE)
    assert results == [True] * 10 + [False] * 4
    pass_time(10 * HOUR)
    assert resend(cast.olga, member)


@pytest.mark.spec("I-5")
def test_deleting_and_adding_again_does_not_reset_limit(cast):
    for _round in range(4):
        member = cast.invite()[0].membership
        withdraw_invitation(actor=cast.olga, member=member)
    with pytest.raises(RateLimited, match="nadia@acme.example"):
        cast.invite()
    assert Invitation.objects.count() == 4
    cast.invite(people=people(1))


@pytest.mark.spec("I-5")
def test_organizations_have_separate_limits(cast):
    member = cast.invite()[0].membership
    assert [resend(cast.olga, member) for _press in range(4)] == [True, True, True, False]
    cast.invite(cast.tess, role="read_only")


@pytest.mark.spec("I-5")
def test_daily_limit_of_organization(cast, settings):
    settings.INVITATION_SENDS_PER_DAY = 5
    cast.invite(people=people(4))
    batch = cast.draft(cast.max, people=people(2, "q"))
    with pytest.raises(
        RateLimited, match=r"Acme can send 5 invitation emails a day. You can send 1 more now. Try again in 1.day"
    ):
        send_batch(actor=cast.max, batch=batch, version=batch.version)
    assert Membership.objects.filter(email_key__startswith="q").count() == 0
    assert resend(cast.olga, Membership.objects.get(email_key="p0@acme.example"))
    assert not resend(cast.olga, Membership.objects.get(email_key="p1@acme.example"))
    pass_time(DAY + HOUR)
    send_batch(actor=cast.max, batch=batch, version=batch.version)


@pytest.mark.spec("I-5")
def test_daily_limit_of_inviter(cast, settings):
    settings.INVITATION_SENDS_PER_INVITER = 2
    cast.invite(people=people(2))
    with pytest.raises(RateLimited, match="You can send 2 invitation emails a day. Try again"):
        cast.invite(people=people(1, "q"))
    cast.invite(cast.max, people=people(1, "r"))


@pytest.mark.spec("I-5")
def test_batch_above_daily_limit_and_zero_as_no_limit(cast, settings):
    settings.INVITATION_SENDS_PER_DAY = 3
    with pytest.raises(RateLimited, match=r"a day\. You can send 3 more now\.$") as error:
        cast.invite(people=people(4))
    assert error.value.retry_at is None
    settings.INVITATION_SENDS_PER_DAY = settings.INVITATION_SENDS_PER_INVITER = 0
    cast.invite(people=people(40))


@pytest.mark.spec("I-5")
def test_done_above_limit_keeps_draft_and_shows_reason(cast, settings):
    settings.INVITATION_SENDS_PER_DAY = 1
    cast.invite()
    batch = cast.draft(people=people(1), reason="Welcome aboard")
    url, client = reverse("user_add_personalize", args=["acme", batch.pk]), cast.client("olga")
    seen = client.get(url)
    assert seen.status_code == 200 and "Acme can send 1 invitation email a day" in seen.content.decode()
    form = {"version": batch.version, "reason": "Come and see", "welcome_page": "homepage"}
    response = client.post(url, form)
    assert response["Location"] == f"{url}?check=1"  # so that the browser's Back shows it again
    html = client.get(response["Location"]).content.decode()
    assert "Acme can send 1 invitation email a day" in html and "Come and see" in html
    saved = Batch.objects.get(pk=batch.pk)
    assert saved.sent_at is None and saved.reason == "Come and see"


@pytest.mark.spec("I-5")
def test_resend_above_limit_returns_429_with_retry_after(cast):
    member, client = cast.invite()[0].membership, cast.client("olga")
    url = reverse("user_invitation", args=["acme", member.pk])
    assert [client.post(url).status_code for _press in range(4)] == [302, 302, 302, 429]
    response = client.post(url, headers={"HX-Request": "true"})
    assert response.status_code == 429 and response["HX-Retarget"] == "#toasts"
    assert b"Try again in" in response.content and 3500 < int(response["Retry-After"]) <= 3600


@pytest.mark.spec("I-5")
@pytest.mark.skipif(not on_postgresql(), reason="SQLite has one writer")
def test_fifty_presses_resend_three_times(live_cast):
    member = live_cast.invite()[0].membership
    actors = [live_cast.olga, live_cast.max]
    assert run_in_parallel(50, lambda number: resend(actors[number % 2], member)).count(True) == 3
    assert OutgoingEmail.objects.count() == 4


@pytest.mark.spec("I-5")
@pytest.mark.skipif(not on_postgresql(), reason="SQLite has one writer")
def test_concurrent_batches_keep_daily_limit(live_cast, settings):
    settings.INVITATION_SENDS_PER_DAY = 20
    batches = [live_cast.draft(people=people(1, f"b{number}-")) for number in range(50)]

    def send(number: int) -> bool:
        try:
            return send_batch(actor=live_cast.olga, batch=batches[number], version=1)[1]
        except RateLimited:
            return False

    assert run_in_parallel(50, send).count(True) == 20
    assert Invitation.objects.count() == 20 == sum(SendCount.objects.values_list("count", flat=True))


def test_old_counts_are_deleted(cast):
    cast.invite(people=people(3))
    assert delete_old_sends() == 0
    pass_time(DAY + 3 * HOUR)
    assert delete_old_sends() == 4
    assert not AddressSends.objects.exists() and not SendCount.objects.exists()


def test_next_send_time():
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert next_send_time([], now) is None
    assert next_send_time([(now - n * MINUTE).timestamp() for n in (61, 62, 63)], now) is None
    assert next_send_time([(now - n * MINUTE).timestamp() for n in (10, 20, 50, 70)], now) == now + 10 * MINUTE
    assert next_send_time([(now - n * HOUR).timestamp() for n in range(2, 13)], now) == now + 13 * HOUR
