"""Which columns are shown: one's own choice, kept; and the address, which wins and can be sent to others (U-4, U-5)."""

import re

import pytest

from console.tests.people import PENDING, USERS, pending, words

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
