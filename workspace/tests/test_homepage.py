"""The Homepage, the Workspace page and Account preferences."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from audit.models import Entry
from organizations.models import Group, GroupMembership, Membership, Status
from teamadmin.testing.cast import add_member, add_user


def page(cast, name, path="/o/acme/"):
    response = cast.client(name).get(path)
    assert response.status_code == 200
    return response.content.decode()


def invite_many(cast, number, days):
    people = [("Ann", f"Number {index}", f"ann{days}-{index}@acme.example") for index in range(number)]
    for invitation in cast.invite(people=people):
        member = invitation.membership
        member.invite_expires_at = timezone.now() + timedelta(days=days)
        member.save()


def test_it_greets_and_says_what_one_reaches_and_how(cast):
    text = page(cast, "bo")
    assert "Welcome, Bo" in text and "Builder · Acme" in text
    assert "Website" in text and "via Marketing" in text and "Ledger" not in text
    assert "Your groups" in text and "Marketing" in text


@pytest.mark.spec("R-4")
def test_figures_are_for_those_who_see_people(cast):
    invite_many(cast, 2, days=20)
    invite_many(cast, 1, days=3)
    invite_many(cast, 1, days=-1)
    people = cast.client("max").get("/o/acme/").context["people"]
    assert [int(count) for count in (people.members, people.pending, people.expiring)] == [4, 3, 1]
    for name in ("bo", "opal"):
        text = page(cast, name)
        assert "Pending invitations" not in text and "Add User" not in text and "/users/" not in text


@pytest.mark.spec("W-1")
@pytest.mark.parametrize("name", ["olga", "max"])
def test_those_who_may_invite_can_begin_here(cast, name):
    text = page(cast, name)
    assert 'href="/o/acme/users/add/"' in text and 'href="/o/acme/users/pending/"' in text


@pytest.mark.spec("R-5", "W-8")
def test_first_tasks_lead_to_pages_that_one_may_open(cast):
    tasks = cast.client("bo").get("/o/acme/").context["first_tasks"]
    assert [(task.label, task.url) for task in tasks] == [
        ("Open your first project", "/o/acme/projects/"),
        ("Explore the workspace", "/o/acme/workspace/"),
    ]
    assert "/o/acme/users/" in [task.url for task in cast.client("olga").get("/o/acme/").context["first_tasks"]]


def test_without_anything_it_says_who_helps(cast):
    text = page(cast, "opal")
    assert "You have no projects yet" in text and "You are in no group" in text
    assert "Open your first project" not in text


@pytest.mark.spec("W-9", "R-2")
def test_the_homepage_is_open_to_every_member_and_leads_nowhere_forbidden(cast):
    add_member(cast.globex, add_user("bill@globex.example", "Bill", "Hay"), "billing")
    cast.people = User.objects.get(email="bill@globex.example")
    client = cast.client()
    client.force_login(cast.people, backend="allauth.account.auth_backends.AuthenticationBackend")
    text = client.get("/o/globex/").content.decode()
    assert "Welcome, Bill" in text
    assert "/o/globex/projects/" not in text and "/o/globex/workspace/" not in text
    assert client.get("/o/globex/projects/").status_code == client.get("/o/globex/workspace/").status_code == 403


def test_names_are_never_markup(cast):
    for thing in (cast.acme, cast.groups["marketing"], cast.projects["atlas"]):
        thing.name = "<script>alert(1)</script>"
        thing.save()
    User.objects.filter(pk=cast.bo.user_id).update(first_name="<img src=x>")
    for path in ("/o/acme/", "/o/acme/projects/", "/o/acme/workspace/", "/o/acme/preferences/", "/organizations/"):
        text = page(cast, "bo", path)
        assert "<script>alert" not in text and "<img src=x" not in text and "&lt;" in text


@pytest.mark.parametrize("path,expected", [("", 11), ("workspace/", 11), ("preferences/", 6)])
def test_queries_stay_the_same(cast, path, expected):
    def count():
        client = cast.client("olga")
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/o/acme/{path}").status_code == 200
        return len(queries)

    few = count()
    invite_many(cast, 30, days=5)
    for number in range(30):
        add_member(cast.acme, add_user(f"a{number}@acme.example", "A", str(number)), "admin")
        group = Group(organization=cast.acme, name=f"G{number}")
        group.save()
        GroupMembership.objects.create(organization=cast.acme, group=group, membership=cast.olga)
    assert count() == few == expected


@pytest.mark.spec("R-1", "R-5")
def test_workspace_shows_the_organization_at_a_glance(cast):
    text = page(cast, "bo", "/o/acme/workspace/")
    assert "Ranked roles" in text and "Everybody has one role." in text
    for role in ("Admin", "Manager", "Builder", "Operator"):
        assert f"<b>{role}</b>" in text
    assert "Builds and edits in the projects they can access" in text
    assert "Olga Ivanova" in text and "olga@acme.example" in text and "max@acme.example" not in text


@pytest.mark.spec("R-2")
def test_a_task_scheme_lists_its_own_roles(cast):
    text = page(cast, "tess", "/o/globex/workspace/")
    assert "Everybody has one role or several." in text
    for role in ("Admin", "Data Admin", "Read Only", "Sub-Accounts", "Team Management", "Billing"):
        assert f"<b>{role}</b>" in text


def test_whom_to_ask_are_active_admins(cast):
    Membership.objects.filter(pk=cast.olga.pk).update(status=Status.DEACTIVATED)
    text = page(cast, "bo", "/o/acme/workspace/")
    assert "olga@acme.example" not in text


@pytest.mark.spec("R-4")
def test_recent_activity_is_for_those_who_see_the_audit_log(cast):
    cast.invite()
    text = page(cast, "max", "/o/acme/workspace/")
    assert '<b class="strong">Olga Ivanova</b> invited <b class="strong">Nadia Petrov</b>' in text
    assert "Recent activity" not in page(cast, "bo", "/o/acme/workspace/")
    assert "Pending invitations" not in page(cast, "bo", "/o/acme/workspace/")


@pytest.mark.spec("A-5")
def test_activity_is_the_organizations_own(cast):
    cast.invite(actor=cast.tess, role="read_only", people=[("Eve", "Elsewhere", "eve@globex.example")])
    assert "Eve Elsewhere" not in page(cast, "olga", "/o/acme/workspace/")
    assert "Eve Elsewhere" in page(cast, "tess", "/o/globex/workspace/")


@pytest.mark.spec("U-1")
def test_the_account_menu_leads_to_users_and_preferences(cast):
    text = page(cast, "olga")
    menu = text[text.index('id="account-menu"') :]
    assert 'href="/o/acme/preferences/"' in menu and 'href="/o/acme/users/"' in menu
    assert "olga@acme.example" in menu and "Sign out" in menu
    menu = page(cast, "bo")
    assert 'href="/o/acme/preferences/"' in menu and 'href="/o/acme/users/"' not in menu


@pytest.mark.spec("U-1")
def test_preferences_hold_team_management_in_the_workspace_section(cast):
    text = page(cast, "max", "/o/acme/preferences/")
    section = text[text.index('id="workspace"') :]
    assert "Team management" in section and 'href="/o/acme/users/"' in section and "Members: 4." in section
    assert "Your role does not include it" in page(cast, "opal", "/o/acme/preferences/")


@pytest.mark.spec("U-1")
def test_one_changes_ones_own_name_and_the_organizations_stays(cast):
    client = cast.client("bo")
    answer = client.post("/o/acme/preferences/", {"first_name": " Bóbo ", "last_name": "Lind"}, follow=True)
    assert answer.redirect_chain == [("/o/acme/preferences/", 302)] and "Your name is saved." in answer.content.decode()
    assert User.objects.get(pk=cast.bo.user_id).name == "Bóbo Lind"
    assert Membership.objects.get(pk=cast.bo.pk).name == "Bo Lindqvist"
    assert "lists you as Bo Lindqvist" in answer.content.decode()
    entry = Entry.objects.get(action="user.renamed")
    assert (entry.actor_id, entry.organization_id) == (cast.bo.user_id, None)


@pytest.mark.parametrize(
    "first,message",
    [("", "Enter a first name."), ("a" * 101, "at most 100"), ("a\u202eb", "control"), ("a\x00", "control")],
)
def test_a_bad_name_is_refused_beside_its_field_and_kept(cast, first, message):
    answer = cast.client("bo").post("/o/acme/preferences/", {"first_name": first, "last_name": "Kept"})
    assert answer.status_code == 422
    assert message in answer.content.decode() and 'value="Kept"' in answer.content.decode()
    assert User.objects.get(pk=cast.bo.user_id).first_name == "Bo"
