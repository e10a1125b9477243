"""The lists of records as CSV (A-3, U-17)."""

import csv
import re
from html import unescape
from io import StringIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from audit.models import Entry
from organizations.permissions import Permission
from teamadmin.testing.html import text_of
from teamadmin.testing.records import add_pipeline, add_record
from workspace.models import Dataset, Source
from workspace.tests.test_records import client_with

pytestmark = [pytest.mark.django_db, pytest.mark.spec("A-3", "U-17")]
DATASETS, SOURCES = "/o/acme/datasets/", "/o/acme/integrations/"


def exported(client, page: str, separator: str = ",", **headers: str) -> list[list[str]]:
    """Return the cells of the file that the page's Export leads to."""
    html = client.get(page, headers=headers).content.decode()
    response = client.get(unescape(re.search(r'id="records-export" href="([^"]*)"', html)[1]))
    assert response.status_code == 200 and response["Content-Type"] == "text/csv; charset=utf-8"
    text = response.getvalue().decode()
    assert text.startswith("\ufeff") and "attachment; filename=" in response["Content-Disposition"]
    return list(csv.reader(StringIO(text[1:]), delimiter=separator))


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_the_view_is_exported_with_its_search_filters_and_order(cast, headers):
    for name, state in (
        ("Orders", "active"),
        ("Old orders", "active"),
        ("Orders draft", "draft"),
        ("Visits", "active"),
    ):
        add_record(Dataset, cast.acme, name, state=state, owner=cast.max, project=cast.projects["ledger"])
    heads, *rows = exported(cast.client("olga"), f"{DATASETS}?q=orders&state=active&sort=-name", **headers)
    assert heads == ["Name", "Description", "Project", "Owner", "Status", "Changed"]
    assert [row[0] for row in rows] == ["Orders", "Old orders"]
    assert rows[0][2:5] == ["Ledger", "Max Keller", "Active"] and rows[0][5].endswith("+00:00")


@pytest.mark.parametrize("sort", ["name", "-name", "changed", "-changed"])
def test_every_record_is_exported_once_in_order(cast, monkeypatch, sort):
    monkeypatch.setattr("workspace.records.pages.EXPORT_CHUNK", 4)
    now = timezone.now()
    for number in range(12):
        add_record(Dataset, cast.acme, f"Set {number:02}", changed_at=now)
    client, names = cast.client("olga"), [f"Set {number:02}" for number in range(12)]
    for search in ("", "&q=set"):
        rows = exported(client, f"{DATASETS}?sort={sort}{search}")[1:]
        assert [row[0] for row in rows] == (names[::-1] if sort.startswith("-") else names)


def test_a_search_is_run_once(cast, monkeypatch):
    """Its index can't be read on from a row, so each part of the list would search again."""
    monkeypatch.setattr("workspace.records.pages.EXPORT_CHUNK", 4)
    for number in range(12):
        add_record(Dataset, cast.acme, f"Set {number:02}", project=cast.projects["ledger"])
    client = cast.client("olga")
    with CaptureQueriesContext(connection) as queries:
        assert client.get(f"{DATASETS}export/?q=set").getvalue().count(b"Ledger") == 12
    assert len([each for each in queries if " LIKE " in each["sql"]]) == 1


@pytest.mark.parametrize("kind", ["datasets", "sources", "destinations", "pipelines"])
def test_an_export_is_recorded_in_the_audit_log(cast, kind):
    client = cast.client("olga")
    page, subject = (DATASETS, "datasets") if kind == "datasets" else (f"{SOURCES}{kind}/", "integrations")
    client.head(f"{page}export/")
    assert not Entry.objects.filter(action=f"{kind}.exported").exists()
    client.get(f"{page}export/?q=orders&state=draft")
    entry = Entry.objects.get(action=f"{kind}.exported")
    assert (entry.actor_id, entry.organization_id) == (cast.olga.pk, cast.acme.pk)
    assert entry.data == {"view": "?q=orders&state=draft"}
    assert f"Exported a list of {kind}" in text_of(client.get(f"/o/acme/audit-log/?action={subject}"))


def test_sources_have_their_kind_and_no_secret_and_pipelines_what_they_join(cast):
    add_record(Source, cast.acme, "=cmd()", kind="s3", address="s3://bucket", username="robot", secret="hunter2")  # noqa: S106
    text = str(exported(cast.client("olga"), SOURCES))
    assert "'=cmd()" in text and "Amazon S3" in text
    assert "hunter2" not in text and "robot" not in text and "bucket" not in text
    pipeline = add_pipeline(cast.acme, "Nightly")
    heads, row = exported(cast.client("olga"), f"{SOURCES}pipelines/")
    assert heads[:4] == ["Name", "Description", "Source", "Destination"]
    assert [row[0], row[2], row[3]] == ["Nightly", pipeline.source.name, pipeline.destination.name]


def test_projects_that_the_viewer_cannot_access_are_not_named(cast):
    add_record(Dataset, cast.acme, "Orders", project=cast.projects["ledger"])
    client, _member = client_with(cast, Permission.DATASETS_VIEW)
    (row,) = exported(client, DATASETS)[1:]
    assert row[2] == "A project you can’t access"


def test_other_organizations_and_head(cast):
    add_record(Dataset, cast.globex, "Theirs")
    client = cast.client("olga")
    assert exported(client, DATASETS)[1:] == [] and client.get("/o/globex/datasets/export/").status_code == 404
    head = client.head(f"{DATASETS}export/")
    assert head.status_code == 200 and not head.getvalue()


def test_the_separator_is_the_users(cast):
    User.objects.filter(pk=cast.olga.user_id).update(csv_separator=";")
    add_record(Dataset, cast.acme, "Orders")
    assert exported(cast.client("olga"), DATASETS, ";")[1][0] == "Orders"
