"""Privacy & security: what users see of their own sign-in, sessions, devices and rules (S-4, S-6)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import KnownBrowser, Session, User
from accounts.sessions import hash_key
from base.hashing import hash_token
from organizations.models import Organization, TwoFactorRule
from teamadmin.testing.cast import PASSWORD, add_member
from teamadmin.testing.html import text_of

pytestmark = [pytest.mark.spec("S-4"), pytest.mark.django_db]
PAGE = "/o/acme/preferences/security/"
FIREFOX = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1"


def test_sessions_show_device_country_and_times(cast):
    client, other = cast.client("bo"), cast.client("bo")
    seen = timezone.now() - timedelta(hours=2)
    started = datetime(2026, 10, 20, 9, 30, tzinfo=UTC)
    Session.objects.filter(pk=hash_key(other.session.session_key)).update(
        user_agent=SAFARI, ip="88.157.0.1", last_seen_at=seen, signed_in_at=started
    )
    response = client.get(PAGE)
    text, html = text_of(response), response.content.decode()
    assert "Safari on iPhone Since Oct 20 Portugal" in text and "Log out Safari on iPhone" in html
    assert text.count("This session") == 1 and "The country is approximate." in text
    assert 'title="Oct 20, 2026, 09:30 UTC"' in html
    assert client.session.session_key not in html and other.session.session_key not in html


def test_a_single_session_has_nothing_to_log_out(cast):
    assert "Log out other sessions" not in text_of(cast.client("bo").get(PAGE))


def test_remembered_devices_are_listed_until_they_end(cast):
    client = Client(headers={"user-agent": FIREFOX})
    client.post("/accounts/login/", {"login": "bo@acme.example", "password": PASSWORD})
    assert "Remembered devices" not in text_of(client.get(PAGE))
    KnownBrowser.objects.update(remembered_until=datetime(2126, 12, 18, 12, tzinfo=UTC))
    KnownBrowser.objects.create(
        user=cast.bo.user, token_hash=hash_token("x"), user_agent=SAFARI,
        remembered_until=timezone.now() - timedelta(seconds=1),
    )  # fmt: skip
    text = text_of(client.get(PAGE))
    assert "Firefox on macOS Until December 18, 2126. This device." in text and "Safari on iPhone Until" not in text


def test_the_password_says_when_it_was_changed(cast):
    User.objects.filter(pk=cast.bo.user_id).update(password_changed_at=None)  # from before changes were recorded
    assert "Not changed since you joined" in text_of(cast.client("bo").get(PAGE))
    cast.bo.user.password_changed_at = datetime(2026, 8, 30, 12, tzinfo=UTC)
    cast.bo.user.save()
    assert "Changed on August 30, 2026" in text_of(cast.client("bo").get(PAGE))


@pytest.mark.spec("S-6", "S-11")
def test_rules_are_told_by_organization_and_the_strictest_for_the_account(cast):
    add_member(cast.globex, cast.bo.user, "read_only")
    Organization.objects.filter(pk=cast.acme.pk).update(
        require_two_factor=TwoFactorRule.EVERYONE, two_factor_required_from=datetime(2126, 12, 12, tzinfo=UTC),
        password_min_length=16, idle_minutes=30, sign_in_again_hours=24, max_sessions=2,
        allowed_ip_ranges=["127.0.0.0/8", "192.0.2.0/24", "198.51.100.0/24", "2001:db8::/32"],
    )  # fmt: skip
    Organization.objects.filter(pk=cast.globex.pk).update(
        require_two_factor=TwoFactorRule.ADMINS, password_min_length=18, password_history=5, lockout_attempts=3
    )
    text = text_of(cast.client("bo").get(PAGE))
    assert (
        "Acme 2FA required from December 12, 2126. Passwords of at least 16 characters."
        " Signed out after 30 minutes of inactivity. Sign in again after 1 day."
        " Up to 2 sessions at a time: a new one ends the oldest."
        " Opens only from 127.0.0.0/8, 192.0.2.0/24, 198.51.100.0/24 and 1 other network."
    ) in text
    assert (
        "Globex Passwords of at least 18 characters. Your last 5 passwords can’t be used again."
        " Sign-in is blocked for a while after 3 wrong passwords."
    ) in text  # Bo has no administrative permissions in Globex, so 2FA isn't required
    assert "Your account Passwords of at least 18 characters (Globex)." in text
    assert "the strictest rule applies everywhere" in text


def test_an_organization_without_rules_says_so(cast):
    text = text_of(cast.client("bo").get(PAGE))
    assert "Acme No additional rules." in text and "Passwords of at least 15 characters." in text


def test_number_of_queries_is_constant(cast):
    client = cast.client("bo")
    counts = []
    for number in (1, 30):
        for index in range(number - 1):
            cast.client("bo")
            until = timezone.now() + timedelta(days=3)
            KnownBrowser.objects.create(user=cast.bo.user, token_hash=str(index), remembered_until=until)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(PAGE).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] == 8


def test_the_tabs_and_the_account_menu_lead_here(cast):
    html = cast.client("bo").get("/o/acme/preferences/").content.decode()
    assert html.count(f'href="{PAGE}"') == 2 and 'href="/o/acme/preferences/access/"' in html
