"""Exports of the audit log: CSV that spreadsheets can't run, and OCSF events as JSON lines (A-4)."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import pytest

from audit.models import Entry
from audit.ocsf import to_ocsf
from console.audit_log import queries
from teamadmin.testing.audit_entries import LOG, write, write_many

pytestmark = [pytest.mark.django_db, pytest.mark.spec("A-4", "U-17")]
CSV, OCSF = f"{LOG}export/csv/", f"{LOG}export/ocsf/"


def body(response) -> str:
    return b"".join(response.streaming_content).decode("utf-8-sig")


def rows(response) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body(response), newline=""), strict=True))


def test_the_csv_has_every_part_of_an_entry(cast):
    at = datetime(2026, 11, 27, 9, 30, tzinfo=UTC)
    entry = write(
        cast.acme, cast.olga, "member.roles_changed", cast.bo, data={"from": ["Builder"], "to": ["Manager"]}, at=at,
        ip="203.0.113.7", request_id="req1", via="SCIM",
    )  # fmt: skip
    response = cast.client("olga").get(CSV)
    assert response["Content-Type"] == "text/csv; charset=utf-8" and response["Cache-Control"] == "no-store"
    assert response["Content-Disposition"].startswith('attachment; filename="acme-audit-log-')
    [row] = rows(response)
    assert row == {
        "Time": "2026-11-27T09:30:00+00:00",
        "By": "Olga Ivanova",
        "By (ID)": str(cast.olga.pk),
        "Via": "SCIM",
        "Event": "member.roles_changed",
        "What happened": "Olga Ivanova changed Bo Lindqvist’s role from Builder to Manager",
        "Target": "Bo Lindqvist",
        "Target (ID)": str(cast.bo.pk),
        "IP address": "203.0.113.7",
        "Request ID": "req1",
        "Details": '{"from": ["Builder"], "to": ["Manager"]}',
        "Entry ID": str(entry.pk),
        "Sequence number": row["Sequence number"],
    }


@pytest.mark.parametrize("formula", ["=HYPERLINK(1)", "+1+1", "-2", "@SUM(A1)", "\t=1", "＝1", "x,=1", 'x"=1', "x\n=1"])
def test_no_cell_starts_with_a_formula(cast, formula):
    cast.bo.first_name = formula
    write(cast.acme, cast.bo, "group.created", cast.bo, data={formula: formula}, via=formula)
    for cell in rows(cast.client("olga").get(CSV))[0].values():
        assert not cell.lstrip(" ").startswith(tuple("=+-@\t\r＝")), cell


def test_json_lines_are_ocsf_events(cast):
    entries = write_many(cast.acme, cast.olga, "group.created", 3, cast.groups["research"])
    response = cast.client("olga").get(OCSF)
    assert response["Content-Type"].startswith("application/x-ndjson")
    lines = [json.loads(line) for line in body(response).splitlines()]
    expected = [to_ocsf(entry) for entry in Entry.objects.filter(pk__in=[each.pk for each in entries]).order_by("-at")]
    assert lines == json.loads(json.dumps(expected, default=str))


def test_the_file_has_what_the_filters_match_on_all_pages(cast, monkeypatch):
    monkeypatch.setattr(queries, "EXPORT_CHUNK", 7)
    matching = write_many(cast.acme, cast.bo, "group.created", 60)
    write_many(cast.acme, cast.olga, "group.created", 5)
    write(cast.globex, cast.tess, "group.created")
    response = cast.client("olga").get(CSV, {"view": f"?person={cast.bo.pk}"})
    assert [row["Entry ID"] for row in rows(response)] == [str(entry.pk) for entry in matching]
    assert len(rows(cast.client("olga").get(CSV, {"view": "?action=groups"}))) == 65
    assert rows(cast.client("olga").get(CSV, {"view": "?q=nobody"})) == []


def test_an_export_reads_in_chunks(cast, monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr(queries, "EXPORT_CHUNK", 10)
    write_many(cast.acme, cast.olga, "group.created", 35)
    response = cast.client("olga").get(CSV)
    lines = response.streaming_content
    with django_assert_max_num_queries(2):  # the heading, and the first ten entries
        next(lines), next(lines)


def test_an_export_is_recorded_before_anything_is_sent(cast):
    write(cast.acme, cast.olga, "group.created", ago=timedelta(minutes=1))
    client = cast.client("olga")
    assert client.head(CSV).status_code == 200
    assert not Entry.objects.filter(action="audit.exported").exists()
    client.get(OCSF, {"view": "?when=7d"})  # the file isn't read
    entry = Entry.objects.get(action="audit.exported")
    assert entry.organization_id == cast.acme.pk and entry.actor_id == cast.olga.pk
    assert entry.data == {"format": "JSON lines (OCSF)", "view": "?when=7d"}
    # It isn't in its own file, but in the next one.
    assert [row["Event"] for row in rows(client.get(CSV))] == ["audit.exported", "group.created"]


@pytest.mark.parametrize("url", [CSV, OCSF])
def test_only_people_who_may_export_get_the_file(cast, url):
    assert cast.client("max").get(url).status_code == 403
    assert cast.client("tess").get(url).status_code == 404
    assert not Entry.objects.filter(action="audit.exported").exists()
