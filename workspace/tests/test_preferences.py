"""Account preferences (U-1)."""

import pytest

from accounts.models import User
from audit.models import Entry
from organizations.models import Membership
from workspace.tests.pages import count_queries, fill_organization, page


@pytest.mark.spec("U-1")
def test_preferences_show_team_management_in_the_workspace_section(cast):
    text = page(cast, "max", "/o/acme/preferences/")
    section = text[text.index('id="workspace"') :]
    assert "Team management" in section and 'href="/o/acme/users/"' in section and "Members: 4." in section
    assert "Your role doesn’t include this" in page(cast, "opal", "/o/acme/preferences/")


@pytest.mark.spec("U-1")
def test_changing_your_name_keeps_the_name_in_the_organization(cast):
    client = cast.client("bo")
    response = client.post("/o/acme/preferences/", {"first_name": " Bóbo ", "last_name": "Lind"}, follow=True)
    assert (
        response.redirect_chain == [("/o/acme/preferences/", 302)]
        and "Your name was saved." in response.content.decode()
    )
    assert User.objects.get(pk=cast.bo.user_id).name == "Bóbo Lind"
    assert Membership.objects.get(pk=cast.bo.pk).name == "Bo Lindqvist"
    assert "lists you as Bo Lindqvist" in response.content.decode()
    entry = Entry.objects.get(action="user.renamed")
    assert (entry.actor_id, entry.organization_id) == (cast.bo.user_id, None)


@pytest.mark.parametrize(
    "first,message",
    [("a" * 101, "at most 100"), ("a\u202eb", "U+202E after “a”"), ("a\x00", "U+0000 after “a”")],
)
def test_invalid_name_shows_an_error_and_keeps_the_input(cast, first, message):
    response = cast.client("bo").post("/o/acme/preferences/", {"first_name": first, "last_name": "Kept"})
    assert response.status_code == 422
    assert message in response.content.decode() and 'value="Kept"' in response.content.decode()
    assert User.objects.get(pk=cast.bo.user_id).first_name == "Bo"


@pytest.mark.spec("W-2")
def test_one_name_is_enough(cast):
    client = cast.client("bo")
    response = client.post("/o/acme/preferences/", {"first_name": " ", "last_name": "\u200b"})
    assert response.status_code == 422 and "Enter a first or last name." in response.content.decode()
    assert client.post("/o/acme/preferences/", {"first_name": "", "last_name": "Lindqvist"}).status_code == 302
    assert "Welcome, Lindqvist" in client.get("/o/acme/").content.decode()


def test_number_of_queries_is_constant(cast):
    few = count_queries(cast, "/o/acme/preferences/")
    fill_organization(cast)
    assert count_queries(cast, "/o/acme/preferences/") == few == 6
