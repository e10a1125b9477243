"""The action bar and the confirmation of bulk actions (U-15)."""

import re

import pytest

from console.models import BulkAction
from console.tests.bulk_requests import BULK, HTMX, bar, press, states, url
from console.tests.people import USERS, joined, link, pending
from organizations.models import ManagedBy, Membership, Status
from teamadmin.testing.cast import add_member, add_user, role_named
from teamadmin.testing.html import text_of
from teamadmin.testing.sso import with_sso

pytestmark = [pytest.mark.django_db, pytest.mark.spec("U-15")]


def test_many_groups_can_be_searched(cast, monkeypatch):
    monkeypatch.setattr("organizations.queries.choices.MAX_OPTIONS", 1)
    client, address = cast.client("max"), url("group", cast.bo)
    page = client.get(address)
    assert "There are more. Search to find them." in text_of(page) and "Research" not in text_of(page)
    found = client.post(address, {"find": "1", "group_q": "sear"})
    assert found.status_code == 200 and "Research" in text_of(found) and "Marketing" not in text_of(found)
    assert "No matches for “zz”." in text_of(client.post(address, {"find": "1", "group_q": "zz"}))


def test_members_are_listed_with_their_roles(cast):
    confirmation = text_of(cast.client("olga").get(url("role", cast.bo, cast.max)))
    assert (
        "Bo Lindqvist bo@acme.example Builder" in confirmation and "Max Keller max@acme.example Manager" in confirmation
    )


def test_deleting_many_requires_typing(cast):
    members = joined(cast.acme, 10)
    client, address = cast.client("olga"), url("deletion", *members)
    assert "Type" not in text_of(client.get(url("deletion", *members[:9])))
    assert "Type delete 10 users to confirm" in text_of(client.get(address))
    for typed in ("", "delete 9 users", "yes"):
        response = client.post(address, {"confirm": typed})
        assert response.status_code == 422 and "Type “delete 10 users” to continue." in text_of(response)
    assert not BulkAction.objects.exists()
    assert "Deleted 10 users." in text_of(press(client, address, confirm=" Delete  10 users "))
    assert "Type" not in text_of(client.get(url("deletion", cast.bo)))


def test_a_second_click_starts_nothing(cast):
    client, address = cast.client("olga"), url("deactivation", cast.bo)
    once = re.search(r'name="once" value="([^"]+)"', client.get(address).content.decode())[1]
    first, second = (client.post(address, {"once": once}) for _ in range(2))
    assert first.status_code == second.status_code == 302 or second.status_code == 409
    assert BulkAction.objects.count() == 1 and states() == {"done": 1}


def test_another_actors_confirmation_is_refused(cast):
    """Another user signs in in the same browser and clicks in a tab that is still open; or the key is invented."""
    olga, mine = cast.client("olga"), url("deactivation", cast.opal)
    once = re.search(r'name="once" value="([^"]+)"', olga.get(mine).content.decode())[1]
    olga.post(mine, {"once": once})
    response = cast.client("max").post(url("role", cast.bo), {"once": once, "role": role_named("operator").pk})
    assert response.status_code == 400 and BulkAction.objects.count() == 1
    assert list(cast.bo.roles.all()) == [role_named("builder")]


@pytest.mark.parametrize("asked", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "1900-01-01T00:00:00Z"])
def test_an_invalid_time_is_ignored(cast, asked):
    address = url("deactivation", view="?status=active", all="1")
    assert cast.client("olga").post(address, {"asked": asked}).status_code in (302, 409)


def test_members_added_since_are_not_changed(cast):
    client, address = cast.client("olga"), url("deactivation", view="?status=active", all="1")
    page = client.get(address).content.decode()
    hidden = dict(re.findall(r'<input type="hidden" name="(once|asked|seen)" value="([^"]*)"', page))
    late = joined(cast.acme, 1)[0]
    assert client.post(address, hidden).status_code == 302
    late.refresh_from_db()
    assert late.status == Status.ACTIVE
    assert Membership.objects.filter(organization=cast.acme, status=Status.DEACTIVATED).count() == 3


def test_more_matches_than_shown_require_another_confirmation(cast):
    Membership.objects.filter(pk=cast.bo.pk).update(status=Status.DEACTIVATED)
    client, address = cast.client("olga"), url("deactivation", view="?status=active", all="1")
    page = client.get(address).content.decode()
    hidden = dict(re.findall(r'<input type="hidden" name="(once|asked|seen)" value="([^"]*)"', page))
    Membership.objects.filter(pk=cast.bo.pk).update(status=Status.ACTIVE)
    response = client.post(address, hidden)
    assert response.status_code == 409 and "More users match now than before" in text_of(response)
    assert not BulkAction.objects.exists()


def test_htmx_closes_the_dialog_and_updates_list_and_counts(cast):
    client, address = cast.client("olga"), url("deactivation", cast.bo)
    dialog = client.get(address, headers=HTMX).content.decode()
    assert "<dialog" in dialog and "<html" not in dialog
    response = press(client, address, headers=HTMX)
    assert (
        response.status_code == 200
        and '"users-changed"' in response["HX-Trigger"]
        and "select:clear" in response["HX-Trigger"]
    )
    assert 'id="users-tabs"' in response.content.decode() and "Deactivated 1 user." in text_of(response)


MENU = ["menu", "group_removal", "group_move", "project", "project_removal"]


@pytest.mark.parametrize(
    ("who", "view", "expected"),
    [
        ("olga", "", ["role", "group", "deactivation", "deletion", *MENU, "reminder", "sessions"]),
        (
            "olga",
            "?status=everyone",
            ["role", "group", "invitation", "deactivation", "deletion", *MENU, "reminder", "sessions"],
        ),
        ("olga", "?status=deactivated", ["role", "group", "reactivation", "deletion", *MENU]),
        ("olga", "pending/", ["role", "group", "invitation", "deletion", *MENU]),
        ("max", "pending/", ["role", "group", "invitation", *MENU]),
        ("max", "", ["role", "group", *MENU]),
    ],
)
def test_the_bar_shows_applicable_actions(cast, who, view, expected):
    Membership.objects.filter(pk=cast.opal.pk).update(status=Status.DEACTIVATED)
    pending(cast.acme, 1)
    page = cast.client(who).get(USERS + view)
    assert bar(page) == expected and "Export" in text_of(page)
    assert link(page, "Bulk actions") == BULK


def test_readers_can_only_export(cast):
    cast.ria = add_member(cast.globex, add_user("ria@globex.example", "Ria", "Reader"), "read_only")
    page = cast.client("ria").get("/o/globex/users/")
    assert bar(page) == [] and page.content.decode().count('name="member"') == 2


def test_an_empty_selection_is_reported(cast):
    client = cast.client("olga")
    for method in ("get", "post"):
        response = getattr(client, method)(url("deletion", view="?status=active"), follow=True)
        assert response.redirect_chain == [(USERS + "?status=active", 302)] and "Select users first." in text_of(
            response
        )
    assert client.get(url("deletion"), headers=HTMX)["HX-Redirect"] == USERS


def test_members_of_other_organizations_are_ignored(cast):
    client = cast.client("olga")
    confirmation = client.get(url("deletion", cast.tess))
    assert "This action doesn’t apply to anyone selected." in text_of(confirmation) and "Tess" not in text_of(
        confirmation
    )
    assert client.post(url("deletion", cast.tess)).status_code == 409
    assert Membership.objects.filter(pk=cast.tess.pk).exists()


def test_invalid_ids_and_too_many_ids(cast):
    client = cast.client("olga")
    assert client.get(f"{BULK}deletion/?member=x&member=").status_code == 302
    assert client.get(f"{BULK}deletion/?" + "member=x&" * 201).status_code == 400


@pytest.mark.parametrize("size", [3, 60])
@pytest.mark.parametrize("kind", ["role", "group", "group-move", "project-removal", "deactivation", "deletion"])
def test_a_confirmation_costs_the_same_for_few_and_many(cast, django_assert_max_num_queries, kind, size):
    admins = joined(cast.acme, size, role="admin")
    client = cast.client("olga")
    with django_assert_max_num_queries(13):  # two lists of groups to move between
        client.get(url(kind, *admins))


def test_many_are_counted_by_the_database(cast, monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr("console.bulk.preview.MAX_IDS", 3)
    joined(cast.acme, 20)
    joined(cast.acme, 4, managed_by=ManagedBy.SCIM)
    client = cast.client("olga")
    with django_assert_max_num_queries(12):
        confirmation = text_of(client.get(url("deletion", view="", all="1")))
    assert (
        "You can’t delete yourself" in confirmation
        and "Delete the other 23" in confirmation
        and "5 users will be skipped" in confirmation
    )
    assert (
        "4: They are managed by your identity provider." in confirmation
        and "Type delete 23 users to confirm" in confirmation
    )


def test_count_of_all_that_match(cast):
    pending(cast.acme, 3)
    client = cast.client("olga")
    assert client.get(f"{BULK}count/?view=pending/").content == b"Select all 3 matching"
    assert client.get(f"{BULK}count/?view=%3Fq=bo").content == b"Select all 1 matching"
    role = role_named("manager").pk
    assert client.get(f"{BULK}count/?view=%3Frole={role}").content == b"Select all 1 matching"
    assert "Deactivate 1 user?" in text_of(client.get(url("deactivation", view=f"?role={role}", all="1")))


def test_actors_are_warned_about_changing_their_own_role(cast):
    assert "You are included" in text_of(cast.client("olga").get(url("role", cast.olga, cast.bo)))
    assert "You are included" not in text_of(cast.client("olga").get(url("role", cast.max, cast.bo)))


@pytest.mark.spec("O-4", "I-2")
def test_resend_stays_where_single_sign_on_is_enforced(cast):
    (nadia,) = cast.invite()
    cast.acme.sso_enforced = True
    cast.acme.save()
    client = with_sso(cast.client("olga"), cast.acme)
    assert "invitation" in bar(client.get(USERS + "pending/"))
    assert client.post(url("invitation", nadia.membership, view="pending/")).status_code != 403
