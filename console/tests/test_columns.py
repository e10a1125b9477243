"""Columns of the Users page: each user's saved selection, and the URL, which takes precedence (U-4, U-5)."""

import re
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.utils import timezone

from console.tests.people import PENDING, USERS, link, pending, row
from console.users import columns
from console.users.details import load_details
from console.users.filters import UsersContext
from organizations.models import GroupMembership, Membership
from organizations.services import set_member_roles
from teamadmin.testing.cast import role_named
from teamadmin.testing.html import text_of

pytestmark = pytest.mark.django_db
COLUMNS_URL = USERS + "columns/"


def headings(page) -> list[str]:
    """Return the headings between those of the check boxes and the menus."""
    cells = re.findall(r"<th [^>]*>(.*?)</th>", page.content.decode(), flags=re.DOTALL)
    return [re.sub(r"<[^>]*>", "", cell).strip() for cell in cells][1:-1]


DEFAULT = ["Name", "Role", "Groups", "Projects", "Status", "2FA", "Last active"]


@pytest.mark.spec("U-4", "U-5")
def test_a_selection_is_saved_and_shown_in_the_url(cast):
    client = cast.client("olga")
    assert headings(client.get(USERS)) == DEFAULT
    response = client.post(COLUMNS_URL, {"view": "?q=bo&sort=-name", "columns": ["joined", "managed_by", "bogus"]})
    assert response.url == f"{USERS}?q=bo&sort=-name&columns=role%2Cmanaged_by%2Cjoined"
    assert headings(client.get(response.url)) == ["Name", "Role", "Managed by", "Joined"]
    response = client.get(USERS + "?status=active")
    assert response.url == f"{USERS}?status=active&columns=role%2Cmanaged_by%2Cjoined"
    fragment = client.get(USERS, headers={"HX-Request": "true"})
    assert headings(fragment) == ["Name", "Role", "Managed by", "Joined"] and "columns=role" in fragment["HX-Push-Url"]


@pytest.mark.spec("U-5")
def test_a_selection_is_saved_per_member_and_tab(cast):
    pending(cast.acme, 1)
    cast.client("olga").post(COLUMNS_URL, {"view": "", "columns": ["joined"]})
    assert headings(cast.client("max").get(USERS)) == DEFAULT
    assert "Sent" in headings(cast.client("olga").get(PENDING))
    cast.client("olga").post(COLUMNS_URL, {"view": "pending/", "columns": ["status"]})
    assert headings(cast.client("olga").get(PENDING, follow=True)) == ["Name", "Role", "Status"]
    cast.olga.refresh_from_db()
    assert (cast.olga.columns, cast.olga.pending_columns) == ("role,joined", "role,status")


@pytest.mark.spec("U-5")
def test_a_shared_link_shows_the_same_columns(cast):
    client = cast.client("max")
    client.post(COLUMNS_URL, {"view": "", "columns": ["joined"]})
    assert headings(client.get(USERS + "?columns=invited_by,role")) == ["Name", "Role", "Invited by"]
    assert headings(client.get(USERS + "?columns=invited_by")) == ["Name", "Role", "Invited by"]
    page = client.get(USERS + "?columns=nonsense", follow=True)
    assert headings(page) == ["Name", "Role", "Joined"], "the viewer's selection"


@pytest.mark.spec("U-5")
def test_reset_restores_the_default_columns(cast):
    client = cast.client("olga")
    client.post(COLUMNS_URL, {"view": "", "columns": ["joined"]})
    assert client.post(COLUMNS_URL, {"view": "?columns=joined", "usual": "1"}).url == USERS
    assert headings(client.get(USERS)) == DEFAULT
    client.post(COLUMNS_URL, {"view": "", "columns": ["groups", "projects", "status", "two_factor", "last_active"]})
    cast.olga.refresh_from_db()
    assert cast.olga.columns == ""  # the default columns aren't saved


@pytest.mark.spec("U-5")
def test_column_settings_work_as_a_page_and_as_a_menu(cast):
    client = cast.client("olga")
    page = client.get(COLUMNS_URL + "?view=%3Fcolumns%3Drole%2Cjoined")
    assert "Column settings" in text_of(page) and "Save columns Reset columns" in text_of(page)
    ticked = re.findall(r'value="(\w+)" checked', page.content.decode())
    assert ticked[-2:] == ["role", "joined"]
    response = client.post(COLUMNS_URL, {"view": "", "columns": ["joined"]}, headers={"HX-Request": "true"})
    menu = response.content.decode()
    assert 'hx-get="/o/acme/users/?columns=role%2Cjoined" hx-trigger="load"' in menu and "Save columns" not in menu


@pytest.mark.spec("U-4")
def test_invite_expires_is_shown_on_pending_and_hidden_on_all_users_until_chosen(cast):
    pending(cast.acme, 1)
    client = cast.client("olga")
    assert "Invite expires" in headings(client.get(PENDING))
    for view in ("", "?status=everyone", "?status=pending"):
        assert "Invite expires" not in headings(client.get(USERS + view))
    client.post(COLUMNS_URL, {"view": "", "columns": ["invite_expires"]})
    assert headings(client.get(USERS, follow=True)) == ["Name", "Role", "Invite expires"]


# --- declarations -------------------------------------------------------------------------------


@pytest.mark.spec("U-4", "U-17")
@pytest.mark.parametrize("name", columns.COLUMNS)
def test_every_column_has_a_cell_a_csv_value_and_an_index(cast, name):
    """Each column of console/users/columns.py has its part in the template, the export and the database."""
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
        assert str(column.label) in headings(page)
    if column.sort:
        # Indexes of pending members alone don't begin with the status.
        status = [] if name in ("delivery", "sent") else ["status"]
        fields = ["organization", *status, *column.sort, "id"]
        assert fields in [index.fields for index in Membership._meta.indexes]
        assert all(column.sort_labels)
        assert client.get(f"{USERS}?sort={name}").status_code == 200


@pytest.mark.spec("U-6")
def test_sort_links_keep_filters_and_return_to_the_first_page(cast, monkeypatch):
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
def test_every_change_shows_immediately(cast):
    """The page isn't cached."""
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
