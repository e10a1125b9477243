"""The Homepage."""

import pytest

from accounts.models import User
from teamadmin.testing.cast import add_member, add_user
from workspace.tests.pages import count_queries, fill_organization, invite_many, page

HOME = "/o/acme/"


def test_homepage_lists_your_projects_and_groups(cast):
    text = page(cast, "bo", HOME)
    assert "Welcome, Bo" in text and "Builder · Acme" in text
    assert "Website" in text and "via Marketing" in text and "Ledger" not in text
    assert "Your groups" in text and "Marketing" in text


@pytest.mark.spec("R-4")
def test_only_people_viewers_see_member_counts(cast):
    invite_many(cast, 2, days=20)
    invite_many(cast, 1, days=3)
    invite_many(cast, 1, days=-1)
    people = cast.client("max").get("/o/acme/").context["people"]
    assert [int(count) for count in (people.members, people.pending, people.expiring)] == [4, 3, 1]
    for name in ("bo", "opal"):
        text = page(cast, name, HOME)
        assert "Pending invitations" not in text and "Add User" not in text and "/users/" not in text


@pytest.mark.spec("W-1")
@pytest.mark.parametrize("name", ["olga", "max"])
def test_inviters_see_links_to_add_users_and_pending_invitations(cast, name):
    text = page(cast, name, HOME)
    assert 'href="/o/acme/users/add/"' in text and 'href="/o/acme/users/pending/"' in text


@pytest.mark.spec("R-5", "W-8")
def test_first_tasks_link_to_pages_you_can_open(cast):
    tasks = cast.client("bo").get("/o/acme/").context["first_tasks"]
    assert [(task.label, task.url) for task in tasks] == [
        ("Open your first project", "/o/acme/projects/"),
        ("Edit a project", "/o/acme/projects/"),
        ("Explore the workspace", "/o/acme/workspace/"),
    ]
    assert "/o/acme/users/" in [task.url for task in cast.client("olga").get("/o/acme/").context["first_tasks"]]


def test_homepage_without_projects_says_who_can_add_you(cast):
    text = page(cast, "opal", HOME)
    assert "You have no projects yet" in text and "You’re not in any groups" in text
    assert "Open your first project" not in text


@pytest.mark.spec("W-9", "R-2")
def test_every_member_can_open_the_homepage_and_sees_no_forbidden_links(cast):
    add_member(cast.globex, add_user("bill@globex.example", "Bill", "Hay"), "billing")
    cast.people = User.objects.get(email="bill@globex.example")
    client = cast.client()
    client.force_login(cast.people, backend="allauth.account.auth_backends.AuthenticationBackend")
    text = client.get("/o/globex/").content.decode()
    assert "Welcome, Bill" in text
    assert "/o/globex/projects/" not in text and "/o/globex/workspace/" not in text
    assert client.get("/o/globex/projects/").status_code == client.get("/o/globex/workspace/").status_code == 403


def test_names_are_escaped(cast):
    for thing in (cast.acme, cast.groups["marketing"], cast.projects["atlas"]):
        thing.name = "<script>alert(1)</script>"
        thing.save()
    User.objects.filter(pk=cast.bo.user_id).update(first_name="<img src=x>")
    for path in ("/o/acme/", "/o/acme/projects/", "/o/acme/workspace/", "/o/acme/preferences/", "/organizations/"):
        text = page(cast, "bo", path)
        assert "<script>alert" not in text and "<img src=x" not in text and "&lt;" in text


@pytest.mark.spec("U-1")
def test_account_menu_links_to_users_and_preferences(cast):
    text = page(cast, "olga", HOME)
    menu = text[text.index('id="account-menu"') :]
    assert 'href="/o/acme/preferences/"' in menu and 'href="/o/acme/users/"' in menu
    assert "olga@acme.example" in menu and "Sign out" in menu
    menu = page(cast, "bo", HOME)
    assert 'href="/o/acme/preferences/"' in menu and 'href="/o/acme/users/"' not in menu


def test_number_of_queries_is_constant(cast):
    few = count_queries(cast, "/o/acme/")
    fill_organization(cast)
    assert count_queries(cast, "/o/acme/") == few == 11
