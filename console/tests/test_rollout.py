"""The roll-out of two-factor authentication: reminders and progress over time (S-11)."""

import re
from datetime import date, timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from accounts.queries import SecondFactors
from audit.models import Entry
from base.times import RelativeTime
from console.security.rollout import progress_chart
from console.tests.bulk_requests import bar, press, states, url
from console.tests.people import USERS, joined, pending
from organizations.emails import render_two_factor_reminder
from organizations.models import Membership, Organization, Status, TwoFactorProgress, TwoFactorRule
from organizations.permissions import Permission
from organizations.queries import Progress
from organizations.services import deactivate_member, remind_two_factor, save_two_factor_progress, sync_two_factor
from outbox.models import OutgoingEmail
from teamadmin.testing.cast import add_member, add_role, add_user
from teamadmin.testing.html import text_of
from teamadmin.testing.parallel import on_postgresql, run_in_parallel

pytestmark = [pytest.mark.django_db, pytest.mark.spec("S-11")]
SECURITY = "/o/acme/security/"
HTMX = {"HX-Request": "true"}
KIND = "organizations.two_factor_reminder"


def reminder_url(member: Membership) -> str:
    return f"{USERS}{member.pk}/two-factor-reminder/"


def emails() -> list[OutgoingEmail]:
    return list(OutgoingEmail.objects.filter(kind=KIND))


def reminded(member: Membership, days: float) -> None:
    Membership.objects.filter(pk=member.pk).update(two_factor_reminded_at=timezone.now() - timedelta(days=days))


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_an_admin_reminds_one_member(cast, headers):
    olga = cast.client("olga")
    assert "4 members without 2FA Remind 4 members" in text_of(olga.get(SECURITY))
    response = olga.post(reminder_url(cast.bo), headers=headers)
    if headers:
        page = text_of(response)
        assert (
            "Bo Lindqvist was reminded to set up 2FA." in page and "1 was reminded this week Remind 3 members" in page
        )
    else:
        assert response["Location"] == f"{SECURITY}#rollout"
        assert "Bo Lindqvist was reminded to set up 2FA." in text_of(olga.get(SECURITY))
    (email,) = emails()
    assert email.subject_id == cast.bo.pk and email.organization_id == cast.acme.pk
    entry = Entry.objects.get(action="two_factor.reminded")
    assert (entry.actor_id, entry.target_id) == (cast.olga.pk, cast.bo.pk)


def test_a_second_click_sends_nothing_and_a_week_later_it_does(cast):
    olga = cast.client("olga")
    for _number in range(2):
        olga.post(reminder_url(cast.bo))
    assert len(emails()) == 1
    assert "or was reminded within the last week." in text_of(olga.get(SECURITY))
    reminded(cast.bo, 6.9)
    olga.post(reminder_url(cast.bo))
    assert len(emails()) == 1
    reminded(cast.bo, 7.1)
    olga.post(reminder_url(cast.bo))
    assert len(emails()) == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(not on_postgresql(), reason="SQLite has one writer")
def test_ten_clicks_at_once_send_one_email(live_cast):
    results = run_in_parallel(10, lambda number: remind_two_factor(actor=live_cast.olga, member=live_cast.bo))
    assert sorted(map(str, results)) == ["False"] * 9 + ["True"]
    assert len(emails()) == 1


def test_only_people_who_can_reset_2fa_can_remind(cast):
    for name in ("max", "bo"):
        assert cast.client(name).post(reminder_url(cast.opal)).status_code == 403
    assert cast.client("tess").post(reminder_url(cast.opal)).status_code == 404
    assert cast.client("olga").post(f"{USERS}{cast.tess.pk}/two-factor-reminder/").status_code == 404
    assert cast.client("olga").get(reminder_url(cast.opal)).status_code == 405
    assert emails() == []


def test_members_with_2fa_and_members_who_are_not_active_get_none(cast):
    olga, guest = cast.client("olga"), pending(cast.acme, 1)[0]
    Membership.objects.filter(pk=cast.bo.pk).update(two_factor=True)
    deactivate_member(actor=cast.olga, member=cast.opal)
    assert olga.post(reminder_url(cast.bo)).status_code == 302  # they set it up meanwhile
    assert [olga.post(reminder_url(member)).status_code for member in (cast.opal, guest)] == [403, 403]
    assert emails() == []


def test_people_without_the_security_page_return_to_the_member(cast):
    role = add_role(cast.acme, "Desk", Permission.PEOPLE_VIEW, Permission.PEOPLE_ADMIN)
    desk = add_member(cast.acme, add_user("desk@acme.example"), role)
    client = Client()
    client.force_login(desk.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.post(reminder_url(cast.bo))["Location"] == f"{USERS}{cast.bo.pk}/"


@pytest.fixture
def email(cast) -> OutgoingEmail:
    remind_two_factor(actor=cast.olga, member=cast.bo)
    return emails()[0]


@pytest.mark.parametrize(
    ("rule", "days", "text"),
    [
        (TwoFactorRule.EVERYONE, 14, "Acme requires two-factor authentication from"),
        (TwoFactorRule.EVERYONE, -1, "Acme requires two-factor authentication. You can’t open Acme until"),
        (TwoFactorRule.ADMINS, 14, "The Admins of Acme are asking you to protect your account"),
        (TwoFactorRule.NO_ONE, None, "The Admins of Acme are asking you to protect your account"),
    ],
)
def test_the_email_says_from_when_and_links_to_the_setup(cast, email, rule, days, text):
    start = timezone.now() + timedelta(days=days) if days else None
    Organization.objects.filter(pk=cast.acme.pk).update(require_two_factor=rule, two_factor_required_from=start)
    message = render_two_factor_reminder(email)
    assert message is not None and message.to == ["bo@acme.example"]
    assert message.subject == "Set up two-factor authentication for Acme"
    for part in (str(message.body), str(message.alternatives[0][0])):
        plain = " ".join(unescape(re.sub(r"<[^>]+>", "", part)).split())
        assert text in plain and "/accounts/two-factor/" in part
    is_ahead = rule == TwoFactorRule.EVERYONE and bool(days and days > 0)
    assert ("UTC" in str(message.body)) == is_ahead


def test_the_email_is_not_sent_to_those_who_no_longer_need_or_may_get_it(cast, email):
    deactivate_member(actor=cast.olga, member=cast.bo)
    assert render_two_factor_reminder(email) is None
    Membership.objects.filter(pk=cast.bo.pk).update(status=Status.ACTIVE)
    assert render_two_factor_reminder(email) is not None
    sync_two_factor(user=cast.bo.user, factors=SecondFactors(app=True))
    assert render_two_factor_reminder(email) is None
    Membership.objects.filter(pk=cast.bo.pk).update(two_factor=False)
    cast.bo.user.is_active = False
    cast.bo.user.save()
    assert render_two_factor_reminder(email) is None
    Membership.objects.filter(pk=cast.bo.pk).delete()
    assert render_two_factor_reminder(email) is None


def test_names_in_the_email_are_escaped(cast, email):
    Organization.objects.filter(pk=cast.acme.pk).update(name="<b>Acme</b> {{ 7 }}")
    message = render_two_factor_reminder(email)
    assert message is not None and "&lt;b&gt;Acme" in str(message.alternatives[0][0])
    assert "\n" not in message.subject


# --- many ----------------------------------------------------------------------------------------
def test_remind_all_reminds_those_who_match_and_skips_the_others(cast):
    reminded(cast.max, 2)
    Membership.objects.filter(pk=cast.bo.pk).update(two_factor=True)
    deactivate_member(actor=cast.olga, member=joined(cast.acme, 1)[0])
    client = cast.client("olga")
    page = client.get(SECURITY).content.decode()
    address = unescape(re.findall(r'id="remind-all" href="([^"]*)"', page)[0])
    confirmation = text_of(client.get(address))
    assert "Remind 2 users about 2FA?" in confirmation and "1 user will be skipped" in confirmation
    assert "Max Keller was reminded within the last week." in confirmation
    assert f'href="{SECURITY}#rollout"' in client.get(address).content.decode(), "the way back"
    done = press(client, address, headers=HTMX)
    assert "Reminded 2 users about 2FA; 1 was skipped." in text_of(done) and "users-changed" in done["HX-Trigger"]
    assert {email.subject_id for email in emails()} == {cast.olga.pk, cast.opal.pk}
    assert states() == {"done": 2, "refused": 1}
    press(client, address, headers=HTMX)
    assert len(emails()) == 2, "once a week each"


def test_remind_selected_members_from_the_users_page(cast):
    client = cast.client("olga")
    assert "reminder" in bar(client.get(USERS)) and "reminder" not in bar(cast.client("max").get(USERS))
    pending(cast.acme, 1)
    assert "reminder" not in bar(client.get(f"{USERS}pending/"))
    press(client, url("reminder", cast.bo, cast.opal))
    assert {email.subject_id for email in emails()} == {cast.bo.pk, cast.opal.pk}
    assert cast.client("max").get(url("reminder", cast.bo)).status_code == 403


def test_a_large_selection_says_who_is_skipped(cast, monkeypatch):
    monkeypatch.setattr("console.bulk.preview.MAX_IDS", 3)
    joined(cast.acme, 4, two_factor=True)
    joined(cast.acme, 3, two_factor_reminded_at=timezone.now())
    joined(cast.acme, 2, status=Status.DEACTIVATED)
    text = text_of(cast.client("olga").get(url("reminder", view="?status=everyone", all="1")))
    assert "Remind 4 users about 2FA?" in text
    for reason in ("4: They already have 2FA.", "3: They were reminded", "2: They aren’t active."):
        assert reason in text


# --- progress ------------------------------------------------------------------------------------
def test_progress_is_saved_once_a_day_for_every_organization(cast):
    Membership.objects.filter(pk=cast.bo.pk).update(two_factor=True)
    assert save_two_factor_progress() == 2
    Membership.objects.filter(pk=cast.max.pk).update(two_factor=True)
    assert save_two_factor_progress() == 0
    rows = TwoFactorProgress.objects.values_list("organization__slug", "day", "active", "two_factor")
    today = timezone.now().date()
    assert set(rows) == {("acme", today, 4, 1), ("globex", today, 1, 0)}
    TwoFactorProgress.objects.update(day=today - timedelta(days=401))
    assert save_two_factor_progress() == 2
    assert TwoFactorProgress.objects.count() == 2, "older than 400 days"


def test_progress_takes_two_queries_however_many_organizations(cast, django_assert_num_queries):
    Organization.objects.bulk_create(Organization(name=f"O {n}", slug=f"o-{n}") for n in range(30))
    with django_assert_num_queries(2):
        save_two_factor_progress()


def test_the_page_shows_progress_over_time(cast):
    today = timezone.now().date()
    client = cast.client("olga")
    assert "Show as table" not in text_of(client.get(SECURITY)), "no history yet"
    for days, two_factor in ((21, 0), (14, 1), (7, 1)):
        day = today - timedelta(days=days)
        TwoFactorProgress.objects.create(organization=cast.acme, day=day, active=4, two_factor=two_factor)
        TwoFactorProgress.objects.create(organization=cast.globex, day=day, active=9, two_factor=9)
    Membership.objects.filter(organization=cast.acme, pk__in=[cast.bo.pk, cast.max.pk, cast.opal.pk]).update(
        two_factor=True
    )
    response = client.get(SECURITY)
    text, page = text_of(response), response.content.decode()
    assert "3 of 4 active members have 2FA +2 this week" in text
    assert 'value="3" max="4"' in page
    assert page.count('<tr><th scope="row">') == 4 and '<td class="num">9</td>' not in page
    assert re.search(r'aria-label="Members with 2FA: 0 on \w+ \d+, 3 now"', page)


def test_the_line_is_thinned_out_and_ends_now():
    start = date(2026, 9, 1)
    rows = [Progress(start + timedelta(days=n), 100, n) for n in range(85)]
    chart = progress_chart([*rows, Progress(rows[-1].day, 100, 99)], RelativeTime(timezone.now()))
    assert chart is not None and len(chart.rows) <= 13 and chart.rows[-1].two_factor == 99
    assert chart.line.endswith("L100.0 2.4") and chart.area == chart.line + "V40H0Z"
    assert progress_chart(rows[:1], RelativeTime(timezone.now())) is None


@pytest.mark.parametrize(
    ("rule", "days", "text"),
    [
        (TwoFactorRule.EVERYONE, 14, "Required in 14 days From "),
        (TwoFactorRule.ADMINS, 1, "Required in 1 day From "),
        (
            TwoFactorRule.EVERYONE,
            -2,
            "Required now Members without 2FA must set it up before they can do anything else",
        ),
    ],
)
def test_the_deadline_is_announced(cast, rule, days, text):
    start = timezone.now() + timedelta(days=days)
    Membership.objects.filter(pk=cast.olga.pk).update(two_factor=True, two_factor_method="app")
    acme = Organization.objects.filter(pk=cast.acme.pk)
    if days > 0:
        acme.update(require_two_factor=rule, two_factor_required_from=start)
        assert text in text_of(cast.client("olga").get(SECURITY))
        return
    from console.security.rollout import build_rollout

    cast.acme.require_two_factor, cast.acme.two_factor_required_from = rule, start
    rollout = build_rollout(cast.olga, 4, 1, timezone.now())
    assert " ".join(rollout.deadline) == text
