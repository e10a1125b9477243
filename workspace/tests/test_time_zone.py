"""Times are in the user's time zone: chosen in Account preferences, or else named by the browser."""

import re
from datetime import UTC, datetime

import pytest
from django.utils import timezone

from accounts.models import User
from accounts.services import record_event
from audit.models import Entry
from organizations.models import Membership
from outbox.models import OutgoingEmail
from outbox.services.render import render

PREFERENCES, SAVE, USERS = "/o/acme/preferences/", "/o/acme/preferences/time-zone/", "/o/acme/users/"
EVENING = datetime(2026, 3, 3, 22, 30, tzinfo=UTC)  # the next day in Kolkata, at 04:00


def choose(cast, name: str, zone: str) -> None:
    User.objects.filter(pk=cast.user(name).pk).update(time_zone=zone)


@pytest.mark.spec("U-4")
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_lists_and_fragments_show_times_in_the_chosen_zone(cast, headers):
    Membership.objects.filter(pk=cast.bo.pk).update(last_active_at=EVENING)
    client = cast.client("olga")
    assert 'title="Mar 3, 2026, 22:30 UTC"' in client.get(USERS, headers=headers).content.decode()
    choose(cast, "olga", "Asia/Kolkata")
    html = client.get(USERS, headers=headers).content.decode()
    assert 'title="Mar 4, 2026, 04:00 IST">Mar 4' in html
    assert timezone.get_current_timezone_name() == "UTC"  # not for what comes after the request


@pytest.mark.spec("U-4")
def test_the_browsers_zone_counts_until_one_is_chosen(cast):
    Membership.objects.filter(pk=cast.bo.pk).update(last_active_at=EVENING)
    client = cast.client("olga")
    client.cookies["time_zone"] = "Asia/Kolkata"
    assert "04:00 IST" in client.get(USERS).content.decode()
    assert "Use Asia/Kolkata (from this browser)" in client.get(PREFERENCES).content.decode()
    choose(cast, "olga", "Europe/Berlin")
    assert "23:30 CET" in client.get(USERS).content.decode()


@pytest.mark.parametrize("cookie", ["", "Nowhere/City", "../../etc/passwd", "<script>", "a" * 4000])
def test_an_invalid_zone_of_a_browser_is_ignored(cast, cookie):
    client = cast.client("olga")
    client.cookies["time_zone"] = cookie
    response = client.get(PREFERENCES)
    html = response.content.decode()
    assert response.status_code == 200 and "Times are shown in UTC" in html and "Use UTC" in html
    assert "<script>" not in html.partition("<body")[2]


def test_a_zone_is_saved_and_can_be_left_to_the_browser(cast):
    client = cast.client("opal")
    response = client.post(SAVE, {"time_zone": "lisbon"}, follow=True)
    assert response.redirect_chain == [(PREFERENCES, 302)]
    html = response.content.decode()
    assert "Your time zone was saved." in html and 'value="Europe/Lisbon"' in html
    assert "Times are shown in Europe/Lisbon" in html
    client.post(SAVE, {"time_zone": ""})
    assert User.objects.get(pk=cast.opal.user_id).time_zone == ""


@pytest.mark.parametrize("typed", ["Lisboa", "UTC+3", "x" * 65, "a\x00b"])
def test_another_text_is_refused_and_stays_in_the_field(cast, typed):
    response = cast.client("opal").post(SAVE, {"time_zone": typed})
    assert response.status_code == 422 and 'aria-invalid="true"' in response.content.decode()
    assert User.objects.get(pk=cast.opal.user_id).time_zone == ""


@pytest.mark.spec("A-4")
def test_dates_of_the_audit_log_are_days_in_the_users_zone(cast):
    entry = Entry(organization_id=cast.acme.pk, action="member.edited", target_label="Zed", at=EVENING, via="web")
    entry.save(force_insert=True)
    choose(cast, "olga", "Asia/Kolkata")
    client = cast.client("olga")
    views = {day: f"?from={day}&to={day}" for day in ("2026-03-03", "2026-03-04")}
    found = {day: "Zed" in client.get(f"/o/acme/audit-log/{view}").content.decode() for day, view in views.items()}
    assert found == {"2026-03-03": False, "2026-03-04": True}
    exported = client.get("/o/acme/audit-log/export/csv/", {"view": views["2026-03-04"]}).getvalue().decode()
    assert "2026-03-03T22:30:00+00:00" in exported  # the same entry, with the offset


@pytest.mark.spec("A-7")
def test_the_api_ignores_the_browsers_zone(cast):
    client = cast.client("olga")
    client.cookies["time_zone"] = "Asia/Kolkata"
    assert "+05:30" not in client.get("/api/v1/openapi.json").content.decode()


@pytest.mark.spec("S-8")
def test_error_pages_and_signed_out_pages_work_with_a_zone(cast):
    choose(cast, "olga", "Asia/Kolkata")
    client = cast.client("olga")
    assert client.get("/o/acme/nothing/").status_code == 404
    visitor = cast.client()
    visitor.cookies["time_zone"] = "Asia/Kolkata"
    assert visitor.get("/accounts/login/").status_code == 200


@pytest.mark.spec("S-8")
def test_emails_to_a_user_have_times_in_the_zone_that_they_chose(cast):
    choose(cast, "bo", "Asia/Kolkata")
    record_event(user=cast.user("bo"), action="password.changed")
    record_event(user=cast.user("opal"), action="password.changed")
    messages = [render(row) for row in OutgoingEmail.objects.filter(kind="accounts.security_notice")]
    texts = {message.to[0]: str(message.body) for message in messages}
    assert re.search(r"\d\d:\d\d IST", texts["bo@acme.example"]) and "UTC" not in texts["bo@acme.example"]
    assert re.search(r"\d\d:\d\d UTC", texts["opal@acme.example"])


@pytest.mark.spec("M-5", "W-10")
def test_invitations_have_utc_whatever_the_inviters_zone(cast):
    choose(cast, "olga", "Asia/Kolkata")
    batch = cast.draft()
    client = cast.client("olga")
    preview = client.get(f"/o/acme/users/add/{batch.pk}/preview/mail/").content.decode()
    assert re.search(r"\d\d:\d\d UTC", preview) and "IST" not in preview
