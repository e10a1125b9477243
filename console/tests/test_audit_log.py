"""The audit log: what its page shows, opened entries, pages, and who may see it (A-4)."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from base.lists.keyset import PAGE_SIZE
from organizations.permissions import Permission
from organizations.services import create_group
from teamadmin.testing.audit_entries import LOG, ids, sentences, write, write_many
from teamadmin.testing.cast import add_member, add_role, add_user
from teamadmin.testing.html import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.spec("A-4")]
NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


def test_an_entry_says_who_did_what_to_whom_when_and_from_where(cast):
    with time_machine.travel(NOON, tick=False):
        write(cast.acme, cast.olga, "member.deactivated", cast.bo, ago=timedelta(hours=2), ip="81.2.69.142")
        response = cast.client("olga").get(LOG)
    text = text_of(response)
    assert sentences(response) == ["Deactivated Bo Lindqvist"]
    assert "Today 2h ago OI Olga Ivanova Deactivated Bo Lindqvist member.deactivated 81.2.69.142 United Kingdom" in text
    assert 'title="Nov 28, 2026, 10:00 UTC"' in response.content.decode()


def test_entries_are_grouped_by_day_and_their_times_have_a_zone(cast):
    with time_machine.travel(NOON, tick=False):
        for hours in (1, 13, 200, 24 * 400):
            write(cast.acme, cast.olga, "group.created", cast.groups["research"], ago=timedelta(hours=hours))
        response = cast.client("olga").get(LOG)
    days = re.findall(r'scope="rowgroup">(.*?)</th>', response.content.decode())
    assert days == ["Today", "Yesterday", "Friday, November 20", "Friday, October 24, 2025"]
    assert ">1h ago</time>" in response.content.decode() and ">23:00 UTC</time>" in response.content.decode()


def test_what_people_did_to_themselves_and_what_no_one_is_known_for(cast):
    write(cast.acme, cast.bo, "sign_in.succeeded", cast.bo, data={"device": "Firefox on Linux"})
    write(cast.acme, None, "sign_in.failed", cast.bo, data={"reason": "password"})
    write(cast.acme, None, "domain.verified", cast.acme)
    response = cast.client("olga").get(LOG)
    assert sentences(response) == [
        "Acme was verified",
        "Wrong password for Bo Lindqvist",
        "Signed in with Firefox on Linux",
    ]
    assert "Unknown" in text_of(response) and "The system" in text_of(response)


def test_an_opened_entry_shows_its_data_as_labelled_values(cast):
    data = {"from": ["Builder"], "to": ["Manager"], "device": "Firefox"}
    entry = write(
        cast.acme, cast.olga, "member.roles_changed", cast.bo, data=data, ip="81.2.69.142",
        request_id="req123", via="the access key Nightly report",
    )  # fmt: skip
    response = cast.client("olga").get(LOG, {"entry": str(entry.pk)})
    text, page = text_of(response), response.content.decode()
    assert "Change Before: Builder After: Manager" in text and "Device Firefox" in text
    assert "Request ID req123" in text and "81.2.69.142 United Kingdom (approximate)" in text
    assert "Olga Ivanova via the access key Nightly report" in text
    assert re.search(r"Time \w+ \d+, \d{4}, \d\d:\d\d:\d\d UTC", text)
    assert f'href="/o/acme/users/{cast.bo.pk}/"' in page and f'href="{LOG}?target={cast.bo.pk}"' in page
    assert f'href="{LOG}?person={cast.olga.pk}"' in page and f'href="{LOG}?action=member.roles_changed"' in page
    assert 'aria-expanded="true"' in page and "Request ID" not in text_of(cast.client("olga").get(LOG))


def test_changed_rules_are_one_line_each_with_the_labels_of_the_settings(cast):
    data = {
        "from": {"max_sessions": 0, "deactivate_shared": False},
        "to": {"max_sessions": 3, "deactivate_shared": True},
    }
    entry = write(cast.acme, cast.olga, "organization.rules_changed", cast.acme, data=data)
    text = text_of(cast.client("olga").get(LOG, {"entry": str(entry.pk)}))
    assert "Sessions at once Before: 0 After: 3" in text
    assert "Deactivate members of other organizations Before: Off After: On" in text


@pytest.mark.parametrize("name", ["token", "client_secret", "password", "api_key", "link_token"])
def test_a_secret_that_someone_recorded_by_mistake_is_not_shown(cast, name):
    entry = write(cast.acme, cast.olga, "group.created", cast.acme, data={name: "s3cr3t", "to": {name: "s3cr3t"}})
    response = cast.client("olga").get(LOG, {"entry": str(entry.pk)})
    assert "s3cr3t" not in response.content.decode() and "Hidden" in text_of(response)


def test_names_and_data_are_escaped(cast):
    cast.bo.first_name = "<img src=x onerror=alert(1)>"
    data = {"<script>": "<script>alert(1)</script>"}
    entry = write(cast.acme, cast.bo, "group.created", cast.bo, data=data, via="<b>key</b>")
    page = cast.client("olga").get(LOG, {"entry": str(entry.pk)}).content.decode()
    assert "<img src=x" not in page and "<script>alert" not in page and "<b>key" not in page


def test_pages_go_from_new_to_old_and_back(cast):
    entries = [str(entry.pk) for entry in write_many(cast.acme, cast.olga, "group.created", PAGE_SIZE * 2 + 5)]
    client = cast.client("olga")
    pages = [client.get(LOG)]
    while link := re.search(r'href="([^"]*)" rel="next"', pages[-1].content.decode()):
        pages.append(client.get(link[1].replace("&amp;", "&")))
    assert [ids(page) for page in pages] == [entries[:50], entries[50:100], entries[100:]]
    back = re.search(r'href="([^"]*)" rel="prev"', pages[2].content.decode())
    assert ids(client.get(back[1].replace("&amp;", "&"))) == entries[50:100]


def test_entries_of_the_same_time_are_neither_skipped_nor_repeated(cast):
    entries = [write(cast.acme, cast.olga, "group.created", at=NOON) for _number in range(PAGE_SIZE + 3)]
    client = cast.client("olga")
    first = client.get(LOG)
    link = re.search(r'href="([^"]*)" rel="next"', first.content.decode())
    shown = ids(first) + ids(client.get(link[1].replace("&amp;", "&")))
    assert sorted(shown) == sorted(str(entry.pk) for entry in entries)


@pytest.mark.parametrize("number", [1, 30])
def test_a_page_takes_the_same_number_of_queries(cast, django_assert_num_queries, number):
    write_many(cast.acme, cast.olga, "group.created", number, cast.bo)
    client = cast.client("olga")
    client.get(LOG)
    with django_assert_num_queries(6):
        client.get(LOG)
    with django_assert_num_queries(8):
        client.get(LOG, {"person": str(cast.bo.pk), "action": "groups"})


def test_another_organizations_entries_never_appear(cast):
    foreign = write(cast.globex, cast.tess, "group.created", cast.globex_group, ip="203.0.113.9")
    own = write(cast.acme, cast.olga, "group.created", cast.groups["research"])
    client = cast.client("olga")
    assert ids(client.get(LOG)) == [str(own.pk)]
    for query in (
        {"person": cast.tess.pk},
        {"target": cast.globex_group.pk},
        {"entry": foreign.pk},
        {"q": "203.0.113.9"},
        {"q": "Tess"},
    ):
        response = client.get(LOG, {name: str(value) for name, value in query.items()})
        assert "Tess" not in text_of(response).replace("“Tess”", "").replace("Search: Tess", ""), query
        assert str(foreign.pk) not in ids(response) and "203.0.113.9 " not in text_of(response)
    for kind in ("person", "target"):
        text = text_of(client.get(f"{LOG}choices/{kind}/", {"named": ""}))
        assert "Tess" not in text and cast.globex_group.name not in text


def test_a_cursor_of_another_organization_is_ignored(cast):
    write_many(cast.globex, cast.tess, "group.created", PAGE_SIZE + 1)
    write_many(cast.acme, cast.olga, "group.created", 3)
    page = cast.client("tess").get("/o/globex/audit-log/").content.decode()
    after = re.search(r"after=([^\"&]+)", page)[1]
    response = cast.client("olga").get(f"{LOG}?after={after}")
    assert response.status_code == 200 and len(ids(response)) == 3


@pytest.mark.parametrize(
    "query",
    ["person=x", "target=%00", "action=%27--", "action=a.b.c", "when=never", "from=2026-99-99", "to=0001-01-01",
     "from=9999-12-31", "after=forged", "before=%00", "entry=1", "q=%00%F0%9F%98%80", "from=2026-W01-1"],
)  # fmt: skip
def test_nonsense_in_the_url_is_ignored(cast, query):
    entry = write(cast.acme, cast.olga, "group.created")
    response = cast.client("olga").get(f"{LOG}?{query}")
    assert response.status_code == 200
    assert ids(response) == [str(entry.pk)] or query.startswith("q=")


def test_members_without_the_permission_get_the_reason(cast):
    response = cast.client("bo").get(LOG)
    assert response.status_code == 403 and "See the audit log" in text_of(response)
    assert cast.client("stranger").get(LOG).status_code == 404


def test_readers_who_cannot_export_see_the_disabled_button_and_why(cast):
    role = add_role(cast.acme, "Auditor", Permission.AUDIT_VIEW)
    cast.audra = add_member(cast.acme, add_user("audra@acme.example", "Audra", "Itor"), role)
    response = cast.client("audra").get(LOG)
    page = response.content.decode()
    assert 'aria-disabled="true" aria-describedby="export-hint"' in page and "export/csv" not in page
    assert "Your role doesn’t include “Export the audit log”" in text_of(response)
    assert cast.client("audra").get(f"{LOG}export/csv/").status_code == 403
    # They can't see the Users page: names come from the log alone.
    create_group(actor=cast.olga, organization=cast.acme, name="Night shift")
    text = text_of(cast.client("audra").get(f"{LOG}choices/person/"))
    assert "Olga Ivanova" in text and "Opal" not in text


def test_an_empty_log_says_what_appears_here(cast):
    text = text_of(cast.client("olga").get(LOG))
    assert "No entries yet" in text and "Activity in this organization appears here." in text


def test_htmx_gets_the_list_and_the_filters_alone(cast):
    write(cast.acme, cast.olga, "group.created")
    response = cast.client("olga").get(LOG, {"when": "today"}, headers={"HX-Request": "true"})
    page = response.content.decode()
    assert "<html" not in page and 'id="audit-kept" hx-swap-oob="true"' in page and len(ids(response)) == 1
    assert response["HX-Push-Url"] == f"{LOG}?when=today"
