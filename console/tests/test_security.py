"""The Security page: the organization's policies, and logging everyone out."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from accounts.models import AuthenticatorApp
from accounts.services import notify_two_factor_listeners
from audit.models import Entry
from console.tests.security_forms import NO_POLICIES, URL, seen, set_policies, typed
from organizations.models import Organization
from teamadmin.testing.cast import PASSWORD, add_member, add_user
from teamadmin.testing.html import text_of

EVERYTHING = {
    "require_two_factor": "everyone",
    "two_factor_required_from": "2030-12-12",
    "lockout_attempts": "5",
    "password_min_length": "20",
    "password_history": "10",
    "idle_minutes": "30",
    "sign_in_again_hours": "24",
    "max_sessions": "3",
    "allowed_email_domains": "@Acme.example; bücher.example acme.example",
    "allowed_ip_ranges": "127.0.0.1, 203.0.113.7/24\n2001:DB8::1/32 ::ffff:198.51.100.1",
    "deactivate_shared": "on",
}


def acme() -> Organization:
    return Organization.objects.get(slug="acme")


@pytest.mark.spec("S-6", "S-11", "U-11")
def test_admins_can_change_every_policy(cast):
    client = cast.client("olga")
    assert client.post(URL, typed(client, **EVERYTHING)).status_code == 302
    found = acme()
    assert found.two_factor_required_from == datetime(2030, 12, 12, tzinfo=UTC)
    numbers = ("lockout_attempts", "password_min_length", "password_history", "idle_minutes", "sign_in_again_hours")
    assert [getattr(found, name) for name in (*numbers, "max_sessions")] == [5, 20, 10, 30, 24, 3]
    assert found.require_two_factor == "everyone" and found.deactivate_shared
    assert found.allowed_email_domains == ["acme.example", "xn--bcher-kva.example"]
    assert found.allowed_ip_ranges == ["127.0.0.1", "203.0.113.0/24", "2001:db8::/32", "198.51.100.1"]
    page = client.get(URL).content.decode()
    for text in ('value="2030-12-12"', 'value="acme.example, xn--bcher-kva.example"', "203.0.113.0/24", "checked"):
        assert text in page
    client.post(URL, {**EVERYTHING, "as_seen": seen(page)})
    assert Entry.objects.filter(action="organization.rules_changed").count() == 1, "nothing changed"
    client.post(URL, {**NO_POLICIES, "as_seen": seen(page)})
    assert acme().allowed_ip_ranges == [] and acme().require_two_factor == "no_one"
    assert acme().two_factor_required_from is None


@pytest.mark.spec("S-6")
def test_the_audit_log_has_only_what_changed(cast):
    client = cast.client("olga")
    client.post(
        URL, typed(client, idle_minutes="30", require_two_factor="admins", two_factor_required_from="2030-01-02")
    )
    entry = Entry.objects.get(action="organization.rules_changed")
    start = "two_factor_required_from"
    assert entry.data == {
        "from": {"require_two_factor": "no_one", start: None, "idle_minutes": 0},
        "to": {"require_two_factor": "admins", start: "2030-01-02T00:00:00+00:00", "idle_minutes": 30},
    }


@pytest.mark.spec("S-6")
@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("password_min_length", "14", "Enter 15 or more"),
        ("password_min_length", "65", "Enter 64 or less"),
        ("password_min_length", "many", "Enter a number from 15 to 64."),
        ("password_min_length", "9" * 5000, "Enter a number from 15 to 64."),
        ("idle_minutes", "-5", "Select a valid choice"),
        ("idle_minutes", "4", "Select a valid choice"),
        ("sign_in_again_hours", "99999999999", "Select a valid choice"),
        ("max_sessions", "nan", "Select a valid choice"),
        ("lockout_attempts", "1", "Select a valid choice"),
        ("password_history", "1000", "Select a valid choice"),
        ("require_two_factor", "me", "Select a valid choice"),
        ("two_factor_required_from", "12/12/2026", "Enter a date like 2026-12-31."),
        ("two_factor_required_from", "9999-12-31", "Enter a date before 2101."),
        ("allowed_email_domains", "ok.example a..b.example", "“a..b.example” isn’t a valid domain"),
        ("allowed_email_domains", "a.example " * 51, "Enter at most 50 domains."),
        ("allowed_ip_ranges", "127.0.0.1 300.1.1.1", "“300.1.1.1” isn’t an IP address or range"),
        ("allowed_ip_ranges", "127.0.0.0/8/8", "isn’t an IP address or range"),
        ("allowed_ip_ranges", "127.0.0.0/255.0.0.0", "isn’t an IP address or range"),
        ("allowed_ip_ranges", "fe80::1%eth0", "isn’t an IP address or range"),
        ("allowed_ip_ranges", "<b>x</b>", "“&lt;b&gt;x&lt;/b&gt;” isn’t an IP address or range"),
        ("allowed_ip_ranges", "127.0.0.1 " * 51, "Enter at most 50 addresses and ranges."),
    ],
)
def test_invalid_input_is_an_error_next_to_its_field(cast, name, value, reason):
    client = cast.client("olga")
    response = client.post(URL, typed(client, **{"max_sessions": "5", name: value}))
    page = response.content.decode()
    assert response.status_code == 422
    assert reason in page.split(f'id="id_{name}_error"')[1].split("</div>")[0]
    assert f'aria-describedby="id_{name}_helptext id_{name}_error"' in page and "autofocus" in page
    assert acme().max_sessions == 0 and not Entry.objects.filter(action="organization.rules_changed").exists()


@pytest.mark.spec("S-6")
@pytest.mark.parametrize(
    ("address", "ranges", "saved"),
    [
        ("83.240.14.7", "203.0.113.0/24", False),
        ("83.240.14.7", "203.0.113.0/24 83.240.14.0/24", True),
        ("83.240.14.7", "2001:db8::/32", False),
        ("2001:db8::7", "2001:db8::/32", True),
        ("2001:db9::7", "2001:db8::/32", False),
        ("::ffff:83.240.14.7", "83.240.14.7", True),
        ("83.240.14.7", "::ffff:83.240.14.0/120", True),
    ],
)
def test_nobody_locks_themselves_out_with_ip_ranges(cast, address, ranges, saved):
    client = cast.client("olga", REMOTE_ADDR=address)
    assert f"Your address now: {address.removeprefix('::ffff:')}." in text_of(client.get(URL))
    response = client.post(URL, typed(client, allowed_ip_ranges=ranges))
    assert (response.status_code, bool(acme().allowed_ip_ranges)) == ((302, True) if saved else (422, False))
    if not saved:
        assert f"Your address {address} isn’t in these ranges." in text_of(response)
    assert (client.get(URL).status_code) == 200


@pytest.mark.spec("S-6")
def test_the_address_is_the_one_that_trusted_proxies_report(cast, settings):
    settings.TRUSTED_PROXIES = 1
    client = cast.client("olga", REMOTE_ADDR="10.0.0.1")
    forwarded = {"X-Forwarded-For": "203.0.113.9, 83.240.14.7"}
    form = typed(client, allowed_ip_ranges="203.0.113.0/24")
    response = client.post(URL, form, headers=forwarded)
    assert response.status_code == 422 and "Your address 83.240.14.7 isn’t" in text_of(response)
    form["allowed_ip_ranges"] = "83.240.14.0/24"
    assert client.post(URL, form, headers=forwarded).status_code == 302
    assert client.get("/o/acme/", headers={"X-Forwarded-For": "83.240.14.7, 203.0.113.9"}).status_code == 403


@pytest.mark.spec("S-6")
def test_of_two_admins_who_save_at_once_the_second_sees_what_the_first_saved(cast):
    add_member(cast.acme, cast.tess.user, "admin")
    olga, tess = cast.client("olga"), cast.client("tess")
    mine, theirs = typed(olga, idle_minutes="30"), typed(tess, max_sessions="3", allowed_ip_ranges="127.0.0.1")
    assert tess.post(URL, theirs).status_code == 302
    response = olga.post(URL, mine)
    text = text_of(response)
    assert response.status_code == 409 and "Someone else changed these rules in the meantime." in text
    assert "Sessions at once: 3" in text and "Allowed IP ranges: 127.0.0.1" in text
    assert acme().idle_minutes == 0 and '<option value="30" selected>' in response.content.decode()
    mine["as_seen"] = seen(response.content.decode())
    assert olga.post(URL, mine).status_code == 302
    assert (acme().idle_minutes, acme().max_sessions) == (30, 0)


@pytest.mark.parametrize("as_seen", ["", "{}", "[" * 10_000, '{"idle_minutes": "x"}', "null", "1"])
def test_a_form_that_was_made_from_nothing_overwrites_nothing(cast, as_seen):
    set_policies(cast, max_sessions=5)
    client = cast.client("olga")
    response = client.post(URL, {**NO_POLICIES, "as_seen": as_seen})
    assert response.status_code == 409 and acme().max_sessions == 5


@pytest.mark.spec("S-3", "S-6")
def test_the_form_says_that_an_admin_without_a_second_factor_sets_it_up_next(cast):
    assert "You haven’t set it up yet" in text_of(cast.client("olga").get(URL))
    AuthenticatorApp.objects.create(user=cast.olga.user, name="App")
    notify_two_factor_listeners(user=cast.olga.user)
    assert "You haven’t set it up yet" not in text_of(cast.client("olga").get(URL))


@pytest.mark.spec("S-6", "R-4")
def test_readers_of_security_settings_cannot_change_them(cast):
    reader = add_member(cast.globex, add_user("rea@globex.example", "Rea"), "read_only")
    client = Client()
    client.force_login(reader.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    url = "/o/globex/security/"
    page = client.get(url).content.decode()
    assert "doesn’t include" in page and "disabled" in page
    assert "Save rules" not in page and "Log out everyone" not in page
    assert client.post(url, {**NO_POLICIES, "deactivate_shared": "on"}).status_code == 403
    assert [client.get(url + "sessions/").status_code, client.post(url + "sessions/").status_code] == [403, 403]
    globex = Organization.objects.get(pk=cast.globex.pk)
    assert not globex.deactivate_shared and globex.sessions_ended_at.year == 1970


def sign_in(email: str) -> Client:
    client = Client()
    client.post("/accounts/login/", {"login": email, "password": PASSWORD})
    return client


@pytest.mark.spec("S-5")
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_log_out_everyone_ends_all_sessions_in_this_organization_only(cast, headers):
    add_member(cast.globex, cast.bo.user, "read_only")
    bo, opal, olga = sign_in("bo@acme.example"), sign_in("opal@acme.example"), sign_in("olga@acme.example")
    assert [client.get("/o/acme/").status_code for client in (bo, opal, olga)] == [200] * 3
    assert "Log out everyone in Acme?" in text_of(olga.get(URL + "sessions/", headers=headers))
    assert bo.get("/o/acme/").status_code == 200, "asking changes nothing"
    response = olga.post(URL + "sessions/", headers=headers)
    assert response.get("HX-Redirect", response.get("Location")) == URL
    assert opal.get("/o/acme/")["Location"] == "/accounts/login/?next=/o/acme/"
    assert olga.get(URL)["Location"] == f"/accounts/login/?next={URL}", "the Admin too"
    assert bo.get("/o/acme/")["Location"] == "/accounts/sign-in-again/?next=%2Fo%2Facme%2F"
    assert bo.get("/o/globex/").status_code == 200
    assert sign_in("opal@acme.example").get("/o/acme/").status_code == 200
    assert Entry.objects.filter(action="organization.sessions_ended", actor_id=cast.olga.pk).count() == 1
