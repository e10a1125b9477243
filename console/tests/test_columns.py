"""Which columns are shown: one's own choice, kept; and the address, which wins and can be sent to others (U-4, U-5)."""

import re
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.utils import timezone

from console.tests.people import PENDING, USERS, link, pending, row, words
from console.users import columns
from console.users.details import load_details
from console.users.filters import UsersContext
from organizations.models import GroupMembership, Membership
from organizations.services import set_member_roles
from teamadmin.testing.cast import role_named

pytestmark = pytest.mark.django_db
COLUMNS = USERS + "columns/"


def heads(page) -> list[str]:
    found = re.findall(r"<th [^>]*>(.*?)</th>", page.content.decode(), flags=re.DOTALL)
    return [re.sub(r"<[^>]*>", "", head).strip() for head in found][1:-1]


USUAL = ["Name", "Role", "Groups", "Projects", "Status", "2FA", "Last active", "Invite expires"]


@pytest.mark.spec("U-4", "U-5")
def test_a_choice_is_kept_and_stands_in_the_address(cast):
    client = cast.client("olga")
    assert heads(client.get(USERS)) == USUAL
    answer = client.post(COLUMNS, {"view": "?q=bo&sort=-name", "columns": ["joined", "managed_by", "bogus"]})
    assert answer.url == f"{USERS}?q=bo&sort=-name&columns=role%2Cmanaged_by%2Cjoined"
    assert heads(client.get(answer.url)) == ["Name", "Role", "Managed by", "Joined"]
    answer = client.get(USERS + "?status=active")
    assert answer.url == f"{USERS}?status=active&columns=role%2Cmanaged_by%2Cjoined"
    part = client.get(USERS, headers={"HX-Request": "true"})
    assert heads(part) == ["Name", "Role", "Managed by", "Joined"] and "columns=role" in part["HX-Push-Url"]


@pytest.mark.spec("U-5")
def test_it_is_ones_own_in_this_organization_for_that_tab(cast):
    pending(cast.acme, 1)
    cast.client("olga").post(COLUMNS, {"view": "", "columns": ["joined"]})
    assert heads(cast.client("max").get(USERS)) == USUAL
    assert "Sent" in heads(cast.client("olga").get(PENDING))
    cast.client("olga").post(COLUMNS, {"view": "pending/", "columns": ["status"]})
    assert heads(cast.client("olga").get(PENDING, follow=True)) == ["Name", "Role", "Status"]
    cast.olga.refresh_from_db()
    assert (cast.olga.columns, cast.olga.pending_columns) == ("role,joined", "role,status")


@pytest.mark.spec("U-5")
def test_a_link_that_was_sent_shows_what_it_showed(cast):
    client = cast.client("max")
    client.post(COLUMNS, {"view": "", "columns": ["joined"]})
    assert heads(client.get(USERS + "?columns=invited_by,role")) == ["Name", "Role", "Invited by"]
    assert heads(client.get(USERS + "?columns=invited_by")) == ["Name", "Role", "Invited by"]
    assert heads(client.get(USERS + "?columns=nonsense", follow=True)) == ["Name", "Role", "Joined"], "the viewer's own"


@pytest.mark.spec("U-5")
def test_reset(cast):
    client = cast.client("olga")
    client.post(COLUMNS, {"view": "", "columns": ["joined"]})
    assert client.post(COLUMNS, {"view": "?columns=joined", "usual": "1"}).url == USERS
    assert heads(client.get(USERS)) == USUAL
    client.post(
        COLUMNS,
        {"view": "", "columns": ["groups", "projects", "status", "two_factor", "last_active", "invite_expires"]},
    )
    cast.olga.refresh_from_db()
    assert cast.olga.columns == ""  # the usual ones are no choice


@pytest.mark.spec("U-5")
def test_a_page_without_scripts_and_a_menu_with_them(cast):
    client = cast.client("olga")
    page = client.get(COLUMNS + "?view=%3Fcolumns%3Drole%2Cjoined")
    assert "Column settings" in words(page) and "Save columns Reset columns" in words(page)
    ticked = re.findall(r'value="(\w+)" checked', page.content.decode())
    assert ticked[-2:] == ["role", "joined"]
    menu = client.post(COLUMNS, {"view": "", "columns": ["joined"]}, headers={"HX-Request": "true"}).content.decode()
    assert 'hx-get="/o/acme/users/?columns=role%2Cjoined" hx-trigger="load"' in menu and "Save columns" not in menu


# --- declarations -------------------------------------------------------------------------------


@pytest.mark.spec("U-4", "U-17")
@pytest.mark.parametrize("name", columns.COLUMNS)
def test_every_column_has_a_cell_a_csv_value_and_an_index(cast, name):
    """What a column declares in console/users/columns.py is there in the template, the export and the database."""
    column = columns.COLUMNS[name]
    client = cast.client("olga")
    page = client.get(f"{USERS}?columns=role,{name}")
    if column.optional:
        without = client.get(f"{USERS}?columns=role").content.decode().count("<td")
        added = page.content.decode().count("<td") - without
        assert added == (0 if column.required else 4), "one cell for each member"
        member = Membership.objects.get(pk=cast.bo.pk)
        load_details(cast.acme, [member], UsersContext.load(cast.acme).roles)
        assert isinstance(column.csv(member), str)
        assert str(column.label) in heads(page)
    if column.sort:
        fields = ["organization", "status", *column.sort, "id"]
        assert fields in [index.fields for index in Membership._meta.indexes]
        assert all(column.sort_labels)
        assert client.get(f"{USERS}?sort={name}").status_code == 200


@pytest.mark.spec("U-6")
def test_headings_keep_the_view_and_leave_the_page(cast, monkeypatch):
    monkeypatch.setattr("console.users.queries.PAGE_SIZE", 2)
    client = cast.client("olga")
    second = client.get(link(client.get(f"{USERS}?q=acme&status=active"), "Next"))
    assert 'aria-sort="ascending"' in second.content.decode()
    links = dict(
        re.findall(r'href="([^"]*)" hx-get="[^"]*" hx-push-url="true" id="sort-(\w+)"', second.content.decode())
    )
    assert {name: unescape(url) for url, name in links.items()} == {
        "name": "?q=acme&status=active&sort=-name",
        "role": "?q=acme&status=active&sort=role",
        "last_active": "?q=acme&status=active&sort=-last_active",
    }


@pytest.mark.spec("U-18")
def test_every_change_shows_at_once(cast):
    """Nothing of a page is cached."""
    client, bo = cast.client("olga"), cast.bo
    now = timezone.now().replace(hour=12)
    in_research = {"organization": cast.acme, "group": cast.groups["research"], "membership": bo}
    steps = [
        (lambda: change(bo, first_name="Bodil", sort_name="bodil"), "Bodil Lindqvist"),
        (lambda: change(bo, email="bodil@acme.example"), "bodil@acme.example"),
        (lambda: change(bo, two_factor=True), "On"),
        (lambda: change(bo, last_active_at=now - timedelta(days=1)), "Yesterday"),
        (lambda: change(bo, status="deactivated"), "Deactivated"),
        (lambda: set_member_roles(actor=cast.olga, member=bo, roles=[role_named("manager")]), "Manager"),
        (lambda: GroupMembership.objects.create(**in_research), "+1"),
    ]
    with time_machine.travel(now, tick=False):
        text = row(client.get(USERS), bo)
        for step, expected in steps:
            assert expected not in text
            step()
            text = row(client.get(f"{USERS}?status=everyone"), bo)
            assert expected in text


def change(member: Membership, **fields) -> None:
    Membership.objects.filter(pk=member.pk).update(**fields)
