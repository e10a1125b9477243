"""The welcome dialog: content, welcome page, and that it is shown once."""

import pytest

from invitations.models import Batch
from invitations.services import accept_as_new_user
from organizations.models import Membership
from teamadmin.testing.cast import add_member, add_user

NEW_PASSWORD = "a-long-walk-by-the-sea"
WELCOME = "/o/acme/welcome/"


def joined_client(cast, **options):
    """Return a client of Nadia, who has just accepted an invitation with these options."""
    invitation = cast.invite(**options)[0]
    _, user = accept_as_new_user(invitation=invitation, password=NEW_PASSWORD)
    client = cast.client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.mark.spec("J-4")
def test_dialog_shows_greeting_reason_and_author(cast):
    client = joined_client(
        cast, reason="Come and <b>build</b>.\n{{7*7}}", project_ids=[str(cast.projects["ledger"].pk)]
    )
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
def test_blank_reason_leaves_out_the_quote(cast, reason):
    page = joined_client(cast, reason=reason).get(WELCOME).content.decode()
    assert "Welcome to Acme, Nadia" in page
    assert "quote" not in page and "invited you" not in page


@pytest.mark.spec("J-5")
@pytest.mark.parametrize(
    ("welcome_page", "url"),
    [
        ("projects", "/o/acme/projects/"),
        ("workspace", "/o/acme/workspace/"),
        ("homepage", "/o/acme/"),
        ("", "/o/acme/"),
    ],
)
def test_get_started_opens_welcome_page(cast, welcome_page, url):
    client = joined_client(cast, welcome_page=welcome_page)
    assert client.post(WELCOME)["Location"] == url
    assert client.get(url).status_code == 200


@pytest.mark.spec("J-5")
def test_dialog_is_shown_once_and_later_sign_ins_open_homepage(cast):
    client = joined_client(cast, welcome_page="projects")
    client.post(WELCOME)
    assert Membership.objects.get(email_key="nadia@acme.example").welcomed_at
    assert client.get(WELCOME)["Location"] == "/o/acme/"
    client.logout()
    again = client.post("/accounts/login/", {"login": "nadia@acme.example", "password": NEW_PASSWORD}, follow=True)
    assert again.redirect_chain[-1][0] == "/o/acme/"


@pytest.mark.spec("J-5")
def test_dialog_is_shown_until_dismissed(cast):
    client = joined_client(cast)
    for _ in range(2):
        assert client.get("/o/acme/projects/")["Location"] == WELCOME
        assert client.get(WELCOME).status_code == 200
        assert client.head(WELCOME).status_code == 200
    assert Membership.objects.get(email_key="nadia@acme.example").welcomed_at is None


@pytest.mark.spec("J-5")
def test_get_started_opens_homepage_if_welcome_page_is_not_allowed(cast):
    client = joined_client(cast)
    Batch.objects.update(welcome_page="users")
    assert client.post(WELCOME)["Location"] == "/o/acme/"


@pytest.mark.spec("J-4", "J-6")
def test_provisioned_member_gets_default_dialog(cast):
    user = add_user("prov@acme.example", "Pat", "Vee")
    add_member(cast.acme, user, "operator", welcomed_at=None)
    client = cast.client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get(WELCOME).content.decode()
    assert "Welcome to Acme, Pat" in page and "With the Operator role, you can" in page
    assert "invited you" not in page
    assert client.post(WELCOME)["Location"] == "/o/acme/"


@pytest.mark.spec("A-5", "J-4")
def test_dialog_requires_membership(cast):
    assert cast.client("tess").get(WELCOME).status_code == 404
    assert cast.client("stranger").post(WELCOME).status_code == 404
    assert cast.client().get(WELCOME)["Location"].startswith("/accounts/login/")
    assert cast.client("bo").put(WELCOME).status_code == 405


@pytest.mark.spec("J-4")
def test_access_to_all_projects_is_not_counted(cast):
    page = joined_client(cast, role="manager").get(WELCOME).content.decode()
    assert "you have access to all projects" in page
    assert "You have access to all projects." in page
