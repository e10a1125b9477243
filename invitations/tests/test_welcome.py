"""The welcome dialog: what it says, where it leads, and that it comes once."""

import pytest

from invitations.models import Batch
from invitations.services import accept_as_new_user
from organizations.models import Membership
from teamadmin.testing.cast import add_member, add_user

NEW_PASSWORD = "a-long-walk-by-the-sea"
WELCOME = "/o/acme/welcome/"


def joined(cast, **options):
    """A client of Nadia, who has just accepted an invitation made with `options`."""
    invitation = cast.invite(**options)[0]
    _, user = accept_as_new_user(invitation=invitation, password=NEW_PASSWORD)
    client = cast.client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.mark.spec("J-4")
def test_it_greets_and_shows_the_reason_with_its_author(cast):
    client = joined(cast, reason="Come and <b>build</b>.\n{{7*7}}", project_ids=[str(cast.projects["ledger"].pk)])
    assert client.get("/o/acme/")["Location"] == WELCOME
    page = client.get(WELCOME).content.decode()
    for part in (
        "Welcome to Acme, Nadia",
        "Olga Ivanova</b> invited you",
        "Come and &lt;b&gt;build&lt;/b&gt;.\n{{7*7}}",
        "With the Builder role, you can",
        "Build and edit in the projects you can access",
        "1 project is waiting for you",
        "Ledger",
        "Get started",
    ):
        assert part in page
    assert "<dialog" in page and " open " in page


@pytest.mark.spec("J-4")
@pytest.mark.parametrize("reason", ["", "  \n "])
def test_a_blank_reason_leaves_no_empty_quote(cast, reason):
    page = joined(cast, reason=reason).get(WELCOME).content.decode()
    assert "Welcome to Acme, Nadia" in page
    assert "quote" not in page and "invited you" not in page


@pytest.mark.spec("J-5")
@pytest.mark.parametrize(
    ("chosen", "leads_to"),
    [
        ("projects", "/o/acme/projects/"),
        ("workspace", "/o/acme/workspace/"),
        ("homepage", "/o/acme/"),
        ("", "/o/acme/"),
    ],
)
def test_get_started_leads_to_the_chosen_page(cast, chosen, leads_to):
    client = joined(cast, welcome_page=chosen)
    assert client.post(WELCOME)["Location"] == leads_to
    assert client.get(leads_to).status_code == 200


@pytest.mark.spec("J-5")
def test_it_comes_once_and_changes_no_later_landing(cast):
    client = joined(cast, welcome_page="projects")
    client.post(WELCOME)
    assert Membership.objects.get(email_key="nadia@acme.example").welcomed_at
    assert client.get(WELCOME)["Location"] == "/o/acme/"
    client.logout()
    again = client.post("/accounts/login/", {"login": "nadia@acme.example", "password": NEW_PASSWORD}, follow=True)
    assert again.redirect_chain[-1][0] == "/o/acme/"


@pytest.mark.spec("J-5")
def test_it_comes_back_until_it_is_dismissed(cast):
    client = joined(cast)
    for _ in range(2):
        assert client.get("/o/acme/projects/")["Location"] == WELCOME
        assert client.get(WELCOME).status_code == 200
        assert client.head(WELCOME).status_code == 200
    assert Membership.objects.get(email_key="nadia@acme.example").welcomed_at is None


@pytest.mark.spec("J-5")
def test_a_page_that_the_role_has_lost_since_gives_way_to_the_homepage(cast):
    client = joined(cast)
    Batch.objects.update(welcome_page="users")
    assert client.post(WELCOME)["Location"] == "/o/acme/"


@pytest.mark.spec("J-4", "J-6")
def test_a_member_without_invitation_gets_the_default_dialog(cast):
    user = add_user("prov@acme.example", "Pat", "Vee")
    add_member(cast.acme, user, "operator", welcomed_at=None)
    client = cast.client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get(WELCOME).content.decode()
    assert "Welcome to Acme, Pat" in page and "With the Operator role, you can" in page
    assert "invited you" not in page
    assert client.post(WELCOME)["Location"] == "/o/acme/"


@pytest.mark.spec("A-5", "J-4")
def test_strangers_and_visitors_are_not_welcomed(cast):
    assert cast.client("tess").get(WELCOME).status_code == 404
    assert cast.client("stranger").post(WELCOME).status_code == 404
    assert cast.client().get(WELCOME)["Location"].startswith("/accounts/login/")
    assert cast.client("bo").put(WELCOME).status_code == 405


@pytest.mark.spec("J-4")
def test_every_project_is_not_counted(cast):
    page = joined(cast, role="manager").get(WELCOME).content.decode()
    assert "you have access to all projects" in page
    assert "You have access to all projects." in page
