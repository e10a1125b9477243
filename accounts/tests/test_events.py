"""Security events are recorded for the user, each organization and the operator (S-10)."""

import json
import logging

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from accounts.services import record_event, record_failed_sign_in
from audit.lines import describe
from audit.models import Entry
from organizations.models import Membership, Status
from organizations.services import log_out_member
from teamadmin.logs import JsonFormatter
from teamadmin.testing.audit_log import forget_entries
from teamadmin.testing.cast import PASSWORD, add_member

pytestmark = [pytest.mark.django_db, pytest.mark.spec("S-10")]
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture(autouse=True)
def empty_cache():
    cache.clear()


@pytest.fixture
def lines(caplog):
    """The lines of the security log, as an operator's tools read them."""
    caplog.handler.setFormatter(JsonFormatter())
    caplog.set_level(logging.INFO, "teamadmin.security")
    return lambda: [line for line in map(json.loads, caplog.text.splitlines()) if "event" in line]


def sign_in(email: str, password: str = PASSWORD, client: Client | None = None) -> Client:
    client = client or Client(headers={"user-agent": FIREFOX}, REMOTE_ADDR="203.0.113.9")
    client.post("/accounts/login/", {"login": email, "password": password})
    return client


def entries(action: str, **fields) -> list[Entry]:
    return list(Entry.objects.filter(action=action, **fields).order_by("at"))


def test_a_sign_in_is_recorded_for_the_user_and_each_organization(cast, lines):
    other = add_member(cast.globex, cast.bo.user, "billing")
    sign_in("bo@acme.example")
    found = {entry.organization_id: entry for entry in entries("sign_in.succeeded")}
    assert set(found) == {None, cast.acme.pk, cast.globex.pk}
    assert found[None].target_id == cast.bo.user_id and found[cast.globex.pk].target_id == other.pk
    for entry in found.values():
        assert entry.data == {"device": "Firefox on Linux", "method": "password"}
        assert entry.ip == "203.0.113.9" and len(entry.request_id) == 16
    line = lines()[0]
    assert line["request"] == found[None].request_id
    assert line["event"] == {
        "action": "sign_in.succeeded", "user": str(cast.bo.user_id), "ip": "203.0.113.9",
        "device": "Firefox on Linux", "method": "password",
    }  # fmt: skip


def test_the_second_browser_is_a_new_device_and_the_first_one_is_not_again(cast):
    client = sign_in("bo@acme.example")
    client.post("/accounts/logout/")
    sign_in("bo@acme.example", client=client)
    assert not entries("sign_in.new_device")
    sign_in("bo@acme.example")
    assert len(entries("sign_in.new_device", organization_id=None)) == 1
    assert len(entries("sign_out", organization_id=cast.acme.pk, actor_id=cast.bo.pk)) == 1


def test_every_way_to_sign_out_is_recorded_once(cast):
    for url in ("/accounts/logout/", "/accounts/sign-in-again/"):
        client = cast.client("bo")
        client.post(url)
        client.post(url)
        assert len(entries("sign_out", organization_id=None)) == 1, url
        forget_entries()


@pytest.mark.parametrize("count, recorded", [(1, [None]), (3, [None, 2]), (9, [None, 2, 4, 8])])
def test_failures_are_counted_so_that_many_make_few_entries(cast, lines, count, recorded):
    for _ in range(count):
        record_failed_sign_in(reason="password", email="Bo@acme.example ")
    for organization_id in (None, cast.acme.pk):
        found = entries("sign_in.failed", organization_id=organization_id)
        assert [entry.data.get("count") for entry in found] == recorded
        assert all(entry.data["reason"] == "password" and entry.actor_id is None for entry in found)
    assert len(lines()) == count and lines()[-1]["level"] == "WARNING"


def test_a_wrong_password_shows_in_the_members_activity(cast):
    for _ in range(2):
        sign_in("bo@acme.example", "wrong-wrong-wrong")
    text = cast.client("olga").get(f"/o/acme/users/{cast.bo.pk}/").content.decode()
    assert "Wrong password for" in text and ">2</b> times" in text


def test_an_unknown_address_is_recorded_for_the_operator_and_only_hashed(cast, lines):
    for email in ("my-Secret-passw0rd@x.example", "my-secret-passw0rd@x.example", "other@x.example"):
        sign_in(email, "wrong-wrong-wrong")
    entries = Entry.objects.filter(action="sign_in.failed")
    assert entries.count() == 3 and not entries.exclude(organization_id=None, target_id=None).exists()
    assert not any("@" in str(entry.data) for entry in entries)
    events = [line["event"] for line in lines()]
    assert "passw0rd" not in json.dumps(lines()) and events[0]["user"] == ""
    assert [event.get("count") for event in events] == [None, 2, None]
    assert events[0]["address_hash"] == events[1]["address_hash"] != events[2]["address_hash"]


def test_deactivated_users_are_recorded_where_they_were_members(cast):
    Membership.objects.filter(pk=cast.bo.pk).update(status=Status.DEACTIVATED)
    sign_in("bo@acme.example")
    assert not entries("sign_in.succeeded")
    failed = {"reason": "deactivated", "device": "Firefox on Linux"}
    assert [entry.data for entry in entries("sign_in.failed", target_id=cast.bo.pk)] == [failed]
    add_member(cast.globex, cast.bo.user, "billing")
    sign_in("bo@acme.example", "wrong-wrong-wrong")
    assert not entries("sign_in.failed", target_id=cast.bo.pk, data__reason="password")  # no longer Acme's business


def test_too_many_tries_are_recorded(cast):
    for _ in range(12):
        sign_in("bo@acme.example", "wrong-wrong-wrong")
    assert {entry.data["reason"] for entry in entries("sign_in.failed")} == {"password", "limited"}


def test_password_changes_resets_and_requests_are_recorded(cast, lines):
    client, new = cast.client("bo"), "another-correct-horse"
    data = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert client.post("/accounts/password/change/", data).status_code == 302
    assert len(entries("password.changed", organization_id=cast.acme.pk)) == 1
    Client().post("/accounts/password/reset/", {"email": "bo@acme.example"})
    assert lines()[-1]["event"]["action"] == "password.reset_requested"
    from accounts.emails import password_reset_url

    visitor = Client()
    url = password_reset_url(User.objects.get(pk=cast.bo.user_id)).removeprefix("http://testserver")
    page = visitor.get(url, follow=True)
    visitor.post(page.request["PATH_INFO"], {"password1": new + "-2", "password2": new + "-2"})
    assert len(entries("password.reset", organization_id=None)) == 1
    assert not entries("password.reset_requested")


def test_logging_out_a_member_is_recorded_for_them_and_told_to_no_other_organization(cast):
    add_member(cast.globex, cast.bo.user, "billing")
    log_out_member(actor=cast.olga, member=cast.bo)
    own = entries("sessions.ended_by_admin")
    assert [(entry.organization_id, entry.actor_label, entry.data) for entry in own] == [
        (None, "Olga Ivanova", {"organization": "Acme"})
    ]
    assert not Entry.objects.filter(organization_id=cast.globex.pk).exists()
    assert len(entries("sessions.ended", organization_id=cast.acme.pk)) == 1


def test_addresses_are_only_in_the_users_own_entry(cast, lines):
    record_event(user=cast.bo.user, action="email.changed", data={"from": "bo@acme.example", "to": "b@x.example"})
    found = {entry.organization_id: entry.data for entry in entries("email.changed")}
    assert found == {None: {"from": "bo@acme.example", "to": "b@x.example"}, cast.acme.pk: {}}
    assert "example" not in json.dumps(lines())


def test_an_admin_who_ends_a_session_is_named(cast):
    own = Entry(action="session.ended", actor_id=cast.bo.pk, target_id=cast.bo.pk, target_label="Bo")
    assert "Bo</b> logged out a session" in describe(own).sentence
    other = Entry(action="session.ended", actor_id=cast.olga.pk, actor_label="Olga", target_id=cast.bo.pk)
    other.target_label, other.data = "Bo", {"device": "Edge on Windows"}
    text = describe(other).sentence.replace('<b class="strong">', "").replace("</b>", "")
    assert text == "Olga logged Bo out of Edge on Windows"


@pytest.mark.parametrize(
    "action, data, sentence",
    [
        ("sign_in.failed", {}, "Failed sign-in for <b"),
        ("sign_in.failed", {"reason": "passkey"}, "A passkey of <b"),
        ("sign_in.failed", {"reason": "wrong_origin", "method": "passkey"}, "A passkey of <b"),
        ("sign_in.failed", {"reason": "second_factor", "count": 4}, ">4</b> times"),
        ("passkey.added", {"passkey": "<i>Key"}, "&lt;i&gt;Key"),
        ("passkey.added", {}, "</b> added a passkey"),
        ("sign_in.succeeded", {}, "</b> signed in"),
        ("backup_code.used", {"left": 3}, "used a backup code, <b"),
        ("browsers.forgotten", {}, "forgot all remembered devices"),
    ],
)
def test_sentences_leave_out_what_an_entry_lacks(cast, action, data, sentence):
    entry = Entry(action=action, target_label="Bo", data=data)
    assert sentence in describe(entry).sentence and "…" not in describe(entry).sentence
