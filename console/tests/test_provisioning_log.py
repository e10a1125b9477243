"""The provisioning log: search, filters, pages by key, an opened entry and the export (C-5)."""

import csv
import io
from datetime import timedelta

import pytest
from django.utils import timezone

from console.tests.provisioning_data import URL, connect, log
from provisioning.models import ScimLogEntry
from teamadmin.testing.html import text_of

pytestmark = pytest.mark.spec("C-5")


def part(client, query: str) -> str:
    """The log as htmx gets it."""
    response = client.get(URL + query, HTTP_HX_REQUEST="true", HTTP_HX_TARGET="log-results")
    assert response.status_code == 200 and "<html" not in response.content.decode()
    return response.content.decode()


def test_requests_are_listed_newest_first_and_only_ones_own(cast):
    connect(cast.acme)
    log(cast.acme, about="Older", minutes=5)
    log(cast.acme, about="Newer", minutes=1, status=409, action="create_user", milliseconds=30)
    log(cast.globex, about="Foreign")
    text = text_of(cast.client("olga").get(URL))
    assert text.index("Newer") < text.index("Older") and "Foreign" not in text
    assert "Create a user" in text and "409" in text and "30 ms" in text and "2 requests in the last 30 days" in text


def test_search_and_filters_narrow_the_log(cast):
    connect(cast.acme)
    log(cast.acme, about="Ada Lovelace", reference="9f3c41aa", action="create_user", status=201)
    log(cast.acme, about="Zoë Quill", action="deactivate_user", status=200)
    log(cast.acme, about="Field crew", action="add_member", status=404)
    client = cast.client("olga")
    found = part(client, "?q=LOVE")
    assert "Ada Lovelace" in found and "Zo" not in found
    assert "Ada Lovelace" in part(client, "?q=9f3c41") and "Zoë Quill" in part(client, "?q=zoe")
    failed, deactivated, groups = (
        part(client, f"?{query}") for query in ("result=failed", "action=deactivate", "action=groups")
    )
    assert "Field crew" in failed and "Ada" not in failed
    assert "Zoë Quill" in deactivated and "Field crew" not in deactivated
    assert "Field crew" in groups and "Zoë" not in groups
    assert "Ada Lovelace" not in part(client, "?result=succeeded&action=groups")
    assert "No requests match" in part(client, "?q=zzz")
    for nonsense in ("?result=x&action=y", "?q=%00", "?after=x", "?entry=x", "?entry=" + "0" * 32):
        assert client.get(URL + nonsense).status_code == 200


def test_pages_follow_by_key_and_can_be_walked_back(cast):
    connect(cast.acme)
    for number in range(25):
        log(cast.acme, about=f"Person {number:02}", minutes=number)
    client = cast.client("olga")

    def names(html: str) -> list[str]:
        return [f"Person {number:02}" for number in range(25) if f"Person {number:02}" in html]

    page, seen, urls = client.get(URL).content.decode(), [], [""]
    while True:
        seen += names(page)
        following = page.split('rel="next"')[0].rsplit('href="', 1)[-1].split('"')[0] if 'rel="next"' in page else ""
        if not following:
            break
        urls.append(following.replace("&amp;", "&").split("#")[0])
        page = client.get(urls[-1]).content.decode()
    assert seen == [f"Person {number:02}" for number in range(25)] and len(urls) == 3
    back = page.split('rel="prev"')[0].rsplit('href="', 1)[-1].split('"')[0].replace("&amp;", "&").split("#")[0]
    assert names(client.get(back).content.decode()) == [f"Person {number:02}" for number in range(10, 20)]


def test_an_entry_opens_below_its_row_also_without_scripts(cast):
    connect(cast.acme)
    entry = log(
        cast.acme,
        action="deactivate_user",
        method="PATCH",
        path="/scim/v2/Users/5c21",
        note="“False” was read as false.",
        request={"headers": {"Authorization": "masked"}, "body": {"active": "False"}},
        response={"headers": {"ETag": 'W/"17"'}, "body": {"active": False}},
    )
    other = log(cast.acme, about="Other", minutes=3)
    client = cast.client("olga")
    closed = client.get(URL).content.decode()
    assert f"entry={entry.pk}" in closed and 'aria-expanded="true"' not in closed and "PATCH /scim" not in closed
    opened = client.get(f"{URL}?entry={entry.pk}")
    text, html = text_of(opened), opened.content.decode()
    assert "PATCH /scim/v2/Users/5c21" in text and "Authorization: masked" in text and "200 OK" in text
    assert '"active": "False"' in text and "“False” was read as false." in text and "Reference abc123" in text
    assert html.count('aria-expanded="true"') == 1 and f"entry={other.pk}" in html
    assert part(client, f"?entry={other.pk}").count('aria-expanded="true"') == 1, "one at a time"


def test_foreign_entries_never_open(cast):
    connect(cast.acme)
    entry = log(cast.globex, about="Foreign", request={"body": {"userName": "secret"}})
    assert "secret" not in text_of(cast.client("olga").get(f"{URL}?entry={entry.pk}"))


def test_an_attacker_in_the_log_stays_text(cast):
    connect(cast.acme)
    nasty = "<script>alert(1)</script>"
    entry = log(cast.acme, about=nasty, note=nasty, request={"headers": {"User-Agent": nasty}, "body": {nasty: nasty}})
    html = cast.client("olga").get(f"{URL}?entry={entry.pk}").content.decode()
    assert nasty not in html and "&lt;script&gt;" in html


def test_the_export_has_what_the_view_shows_and_is_safe_in_spreadsheets(cast):
    connect(cast.acme)
    log(cast.acme, about="=HYPERLINK(1)", note="+1", reference="@ref", status=500)
    log(cast.acme, about="Fine", minutes=2)
    log(cast.globex, about="Foreign")
    ScimLogEntry.objects.filter(about="Old").update(at=timezone.now() - timedelta(days=31))
    response = cast.client("olga").get(f"{URL}log/export/?result=failed")
    content = b"".join(response.streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(content)))
    assert rows[0][:4] == ["Time", "Request", "About", "Result"] and len(rows) == 2
    assert rows[1][2] == "'=HYPERLINK(1)" and rows[1][7] == "'+1" and rows[1][8] == "'@ref"
    assert response["Cache-Control"] == "no-store" and "attachment" in response["Content-Disposition"]
    everything = b"".join(cast.client("olga").get(f"{URL}log/export/").streaming_content).decode("utf-8-sig")
    assert len(list(csv.reader(io.StringIO(everything)))) == 3 and "Foreign" not in everything


def test_entries_older_than_30_days_are_not_shown(cast):
    connect(cast.acme)
    log(cast.acme, about="Old", minutes=31 * 24 * 60)
    assert "No requests yet" in text_of(cast.client("olga").get(URL))
