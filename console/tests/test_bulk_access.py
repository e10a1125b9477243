"""Bulk actions that remove people from groups, move them, give and remove project access, and log them out."""

import pytest

from accounts.models import Session
from audit.models import Entry
from console.bulk.worker import process
from console.models import BulkAction, BulkItem
from console.tests.bulk_requests import HTMX, press, states, url
from console.tests.people import USERS, in_groups, joined, link, pending
from organizations.models import Group, GroupMembership, GroupRole, ManagedBy, Membership, ProjectGrant, Status
from organizations.permissions import Permission as P
from teamadmin.testing.cast import Cast, add_member, add_role, add_user, role_named
from teamadmin.testing.html import text_of
from teamadmin.testing.undo import press_undo

pytestmark = [pytest.mark.django_db, pytest.mark.spec("U-15")]


@pytest.fixture
def marketing(cast) -> Group:
    return cast.groups["marketing"]


@pytest.fixture
def external(cast) -> Group:
    """A group of the identity provider that Bo is in."""
    group = Group.objects.create(organization=cast.acme, name="Staff", managed_by=ManagedBy.SCIM)
    in_groups([cast.bo], [group])
    return group


def give(cast: Cast, member: Membership, project: str) -> None:
    ProjectGrant.objects.create(organization=cast.acme, membership=member, project=cast.projects[project])


def notes() -> dict[str, str]:
    return dict(BulkItem.objects.values_list("name", "note"))


# --- remove from group --------------------------------------------------------------------------


def test_users_are_removed_from_a_group(cast, marketing):
    in_groups([cast.opal], [marketing])
    client, address = cast.client("max"), url("group-removal", cast.bo, cast.opal, cast.olga)
    confirmation = text_of(client.get(address))
    assert "Remove 3 users from a group?" in confirmation
    assert "lose the group’s projects and roles, unless they also have them another way" in confirmation
    assert "Marketing" in confirmation and "Research" not in confirmation  # no one selected is in Research
    done = press(client, address, group_id=marketing.pk)
    assert "Removed 2 users from Marketing; nothing changed for 1." in text_of(done)
    assert not marketing.member_links.exists() and states() == {"done": 3}
    assert notes() == {
        "Bo Lindqvist": "Bo loses Atlas and Website.",
        "Opal Nakamura": "Opal loses Atlas and Website.",
        "Olga Ivanova": "Wasn’t in the group.",
    }
    assert "Opal loses Atlas and Website." in text_of(client.get(link(done, "View results")))
    assert Entry.objects.filter(action="group.member_removed").count() == 2


@pytest.mark.spec("U-22")
def test_the_confirmation_says_who_loses_what_once_a_group_is_chosen(cast, marketing):
    in_groups([cast.opal], [marketing])
    give(cast, cast.opal, "website")
    client, address = cast.client("max"), url("group-removal", cast.bo, cast.opal, cast.olga)
    shown = client.post(address, {"find": "1", "group_id": marketing.pk})
    assert (
        "Bo Lindqvist and Opal Nakamura lose Atlas."
        " Bo Lindqvist loses Website; 1 keeps it with direct access." in text_of(shown)
    )
    assert marketing.member_links.count() == 2


@pytest.mark.spec("U-22")
@pytest.mark.parametrize("htmx", [False, True])
def test_removing_users_in_bulk_can_be_undone(cast, marketing, htmx):
    client, headers = cast.client("max"), HTMX if htmx else {}
    page = press(client, url("group-removal", cast.bo, cast.opal), group_id=marketing.pk, headers=headers)
    page = press_undo(client, page, headers=headers)
    assert "Undone. Access was restored." in text_of(page)
    assert [found.membership for found in marketing.member_links.all()] == [cast.bo]  # Opal was never in it


@pytest.mark.spec("R-7")
def test_people_with_more_permissions_stay_in_groups_with_roles(cast, marketing):
    in_groups([cast.olga], [marketing])
    GroupRole.objects.create(organization=cast.acme, group=marketing, role=role_named("operator"))
    done = press(cast.client("max"), url("group-removal", cast.bo, cast.olga), group_id=marketing.pk)
    assert "Removed 1 user from Marketing; 1 was skipped." in text_of(done)
    assert "Olga Ivanova’s role allows more than yours." in notes()["Olga Ivanova"]
    assert [found.membership for found in marketing.member_links.all()] == [cast.olga]


@pytest.mark.spec("G-3")
@pytest.mark.parametrize("kind", ["group", "group-removal", "group-move"])
def test_groups_that_are_managed_externally_are_left_out(cast, external, kind):
    client, address = cast.client("olga"), url(kind, cast.bo)
    assert "Marketing" in text_of(client.get(address)) and "Staff" not in text_of(client.get(address))
    response = client.post(address, {"group_id": external.pk, "target_id": cast.groups["research"].pk})
    assert response.status_code == 422 and "managed by your identity provider" in text_of(response)
    assert external.member_links.count() == 1


@pytest.mark.spec("G-3")
def test_a_member_s_page_offers_no_external_group_to_add(cast, external):
    response = cast.client("olga").post(f"{USERS}{cast.opal.pk}/choices/groups/", {}, headers=HTMX)
    assert "Marketing" in text_of(response) and "Staff" not in text_of(response)


# --- change roles -------------------------------------------------------------------------------


@pytest.mark.spec("U-22")
def test_the_confirmation_of_another_role_says_who_loses_what(cast):
    client, address = cast.client("olga"), url("role", cast.max, cast.bo)
    assert "Max loses" not in text_of(client.get(address))
    shown = text_of(client.post(address, {"find": "1", "role": role_named("operator").pk}))
    assert "Max Keller loses the role Manager and access to all projects. Bo Lindqvist loses the role Builder." in shown
    assert "No one loses" in text_of(client.post(address, {"find": "1", "role": role_named("admin").pk}))


# --- move between groups ------------------------------------------------------------------------


def test_users_are_moved_between_groups(cast, marketing):
    research = cast.groups["research"]
    client, address = cast.client("max"), url("group-move", cast.bo, cast.opal)
    assert "Move 2 users to another group?" in text_of(client.get(address))
    response = client.post(address, {"group_id": marketing.pk, "target_id": marketing.pk})
    assert response.status_code == 422 and "Choose a different group from the one they’re leaving." in text_of(response)
    assert "Choose a group." in text_of(client.post(address, {"group_id": marketing.pk}))
    done = press(client, address, group_id=marketing.pk, target_id=research.pk)
    assert "Moved 1 user from Marketing to Research; nothing changed for 1." in text_of(done)
    assert [found.membership for found in research.member_links.all()] == [cast.bo]
    assert not marketing.member_links.exists()
    assert notes() == {"Bo Lindqvist": "Bo loses Atlas and Website.", "Opal Nakamura": "Wasn’t in the group."}


@pytest.mark.spec("U-22")
def test_the_confirmation_counts_what_the_new_group_gives(cast, marketing):
    research = cast.groups["research"]
    ProjectGrant.objects.create(organization=cast.acme, group=research, project=cast.projects["website"])
    form = {"find": "1", "group_id": marketing.pk, "target_id": research.pk}
    shown = cast.client("max").post(url("group-move", cast.bo, cast.opal), form)
    assert "Bo loses Atlas but keeps Website via Research." in text_of(shown)


@pytest.mark.spec("R-6")
def test_no_one_is_moved_to_a_group_with_a_stronger_role(cast, marketing):
    GroupRole.objects.create(organization=cast.acme, group=cast.groups["research"], role=role_named("admin"))
    form = {"group_id": marketing.pk, "target_id": cast.groups["research"].pk}
    response = cast.client("max").post(url("group-move", cast.bo), form)
    assert response.status_code == 422 and "it allows more than your role" in text_of(response)


@pytest.mark.spec("R-8")
def test_the_last_admin_can_be_moved_to_another_group_of_admins(cast, marketing):
    for group in cast.groups.values():
        GroupRole.objects.create(organization=cast.acme, group=group, role=role_named("admin"))
    in_groups([cast.olga], [marketing])
    cast.olga.role_links.update(role=role_named("operator"))
    press(
        cast.client("olga"), url("group-move", cast.olga), group_id=marketing.pk, target_id=cast.groups["research"].pk
    )
    assert cast.groups["research"].member_links.filter(membership=cast.olga).exists()
    assert not marketing.member_links.filter(membership=cast.olga).exists()


# --- project access -----------------------------------------------------------------------------


@pytest.mark.spec("P-1", "U-12")
def test_project_access_is_given(cast):
    Membership.objects.filter(pk=cast.opal.pk).update(status=Status.DEACTIVATED)
    give(cast, cast.bo, "ledger")
    client, address = cast.client("max"), url("project", cast.bo, cast.opal, *pending(cast.acme, 1))
    confirmation = text_of(client.get(address))
    assert "Give 3 users access to a project?" in confirmation and "1 of them is deactivated." in confirmation
    assert "Dam" not in confirmation and "Choose a project." in text_of(client.post(address))
    done = press(client, address, project_id=cast.projects["ledger"].pk)
    assert "Gave 2 users access to Ledger; nothing changed for 1." in text_of(done)
    assert cast.projects["ledger"].grants.count() == 3 and notes()["Bo Lindqvist"] == "Already had direct access."
    response = client.post(address, {"project_id": cast.globex_project.pk})
    assert response.status_code == 422 and "Choose a project." in text_of(response)


@pytest.mark.spec("P-1", "U-22")
def test_project_access_is_removed_and_can_be_undone(cast):
    for member in (cast.bo, cast.opal):
        give(cast, member, "website")
    client, address = cast.client("max"), url("project-removal", cast.bo, cast.opal)
    website = cast.projects["website"]
    assert "Ledger" not in text_of(client.get(address))  # no one selected has it directly
    shown = client.post(address, {"find": "1", "project_id": website.pk})
    assert "Opal Nakamura loses Website; 1 keeps it via Marketing." in text_of(shown)
    done = press(client, address, project_id=website.pk)
    assert "Removed direct access to Website for 2 users." in text_of(done)
    assert notes() == {"Bo Lindqvist": "Bo keeps Website via Marketing.", "Opal Nakamura": "Opal loses Website."}
    press_undo(client, done)
    assert {grant.membership for grant in website.grants.exclude(membership=None)} == {cast.bo, cast.opal}


@pytest.mark.spec("R-7")
def test_people_with_more_permissions_keep_their_projects(cast):
    desk = add_member(
        cast.acme, add_user("d@acme.example", "Dee"), add_role(cast.acme, "Desk", P.PEOPLE_VIEW, P.PEOPLE_EDIT)
    )
    client = cast.client()
    client.force_login(desk.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    give(cast, cast.olga, "website")
    confirmation = text_of(client.get(url("project-removal", cast.olga, cast.bo)))
    assert "1 user will be skipped" in confirmation and "Olga Ivanova’s role allows more than yours" in confirmation


def test_a_project_that_was_archived_meanwhile_is_given_to_no_one(cast, monkeypatch):
    monkeypatch.setattr("console.bulk.confirmation.IMMEDIATE_LIMIT", 0)  # left to a worker
    press(cast.client("max"), url("project", cast.bo), project_id=cast.projects["ledger"].pk)
    cast.projects["ledger"].archived_at = cast.bo.joined_at
    cast.projects["ledger"].save()
    process(BulkAction.objects.get().pk)
    assert notes() == {"Bo Lindqvist": "Ledger no longer exists."} and states() == {"refused": 1}


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("project-removal", "No one selected has direct access to a project."),
        ("group-removal", "No one selected is in a manually managed group."),
        ("group-move", "No one selected is in a manually managed group."),
    ],
)
def test_without_anything_to_choose_there_is_no_button(cast, kind, text):
    page = cast.client("max").get(url(kind, cast.opal))
    confirmation = page.content.decode().partition('class="card dialog-page"')[2]
    assert text in text_of(page) and "btn primary" not in confirmation


# --- log out ------------------------------------------------------------------------------------


@pytest.mark.spec("S-5")
def test_users_are_logged_out(cast):
    bo = cast.client("bo")
    client, address = cast.client("olga"), url("sessions", cast.bo, cast.olga, *pending(cast.acme, 1))
    confirmation = text_of(client.get(address))
    assert "Log out 1 user?" in confirmation and "2 users will be skipped" in confirmation
    assert "You can’t log yourself out here." in confirmation
    done = press(client, address)
    assert "Logged out 1 user; 2 were skipped." in text_of(done)
    assert bo.get("/o/acme/").status_code == 302 and client.get("/o/acme/").status_code == 200
    assert not Session.objects.filter(user=cast.bo.user).exists()


@pytest.mark.spec("S-5", "R-7")
def test_logging_out_everyone_counts_in_the_database(cast, monkeypatch):
    monkeypatch.setattr("console.bulk.preview.MAX_IDS", 3)
    joined(cast.acme, 5)
    pending(cast.acme, 2)
    confirmation = text_of(cast.client("olga").get(url("sessions", view="?status=everyone", all="1")))
    assert "Log out 8 users?" in confirmation and "2: They aren’t active." in confirmation
    assert "1: You can’t do this to yourself." in confirmation


def test_managers_log_no_one_out(cast):
    assert cast.client("max").get(url("sessions", cast.bo)).status_code == 403


# --- many ---------------------------------------------------------------------------------------


def test_many_are_removed_by_a_worker(cast, marketing, monkeypatch):
    monkeypatch.setattr("console.bulk.preview.MAX_IDS", 3)
    members = joined(cast.acme, 8)
    in_groups(members, [marketing])
    client, address = cast.client("olga"), url("group-removal", view="?status=everyone", all="1")
    confirmation = text_of(client.get(address))
    assert "Remove 12 users from a group?" in confirmation and "Research" in confirmation  # all groups are offered
    done = press(client, address, group_id=marketing.pk)
    assert "Removed 9 users from Marketing; nothing changed for 3." in text_of(done)
    assert not GroupMembership.objects.filter(group=marketing).exists()
