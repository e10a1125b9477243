"""Forms from before a sign-in or sign-out in another tab: they lead on, and keep what was typed."""

import re

import pytest
from django.test import Client

from invitations.tests.test_accept import ACCEPT, NEW_PASSWORD, open_link
from organizations.models import Group, Membership, Status
from outbox.models import OutgoingEmail
from teamadmin.testing.cast import PASSWORD
from teamadmin.testing.html import text_of

pytestmark = pytest.mark.django_db
LOGIN, ORIGIN = "/accounts/login/", {"origin": "http://testserver"}


def tab(client: Client, path: str) -> dict:
    """Open a page in a tab, and return what its form sends along."""
    html = client.get(path, follow=True).content.decode()
    fields = re.findall(r'<input type="hidden" name="(csrfmiddlewaretoken|next)" value="([^"]*)"', html)
    return dict(reversed(fields))


def sign_in(client: Client, name: str = "olga", **fields):
    typed = {"login": f"{name}@acme.example", "password": PASSWORD}
    return client.post(LOGIN, tab(client, LOGIN) | typed | fields, headers=ORIGIN)


@pytest.fixture
def visitor(cast) -> Client:
    return Client(enforce_csrf_checks=True)


@pytest.mark.spec("S-1")
@pytest.mark.parametrize("token", ["stale", "missing", "current"])
def test_a_stale_sign_in_form_leads_on_when_already_signed_in(visitor, token):
    stale = tab(visitor, f"{LOGIN}?next=/o/acme/groups/")
    assert stale["next"] == "/o/acme/groups/"
    assert sign_in(visitor)["Location"] == "/"
    if token == "missing":
        del stale["csrfmiddlewaretoken"]
    if token == "current":
        stale["csrfmiddlewaretoken"] = tab(visitor, "/o/acme/groups/")["csrfmiddlewaretoken"]
    response = visitor.post(LOGIN, stale | {"login": "bo@acme.example", "password": PASSWORD}, headers=ORIGIN)
    assert (response.status_code, response["Location"]) == (302, "/o/acme/groups/")
    assert "olga@acme.example" in visitor.get("/o/acme/groups/").content.decode(), "still the same person"


@pytest.mark.spec("S-1")
@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_a_stale_sign_in_form_leads_to_no_other_site(visitor, target):
    sign_in(visitor)
    assert visitor.post(LOGIN, {"next": target}, headers={"origin": "https://evil.example"})["Location"] == "/"


@pytest.mark.spec("S-1")
def test_a_stale_sign_in_form_keeps_the_address_when_signed_out(visitor):
    stale = tab(visitor, f"{LOGIN}?next=/o/acme/groups/")
    sign_in(visitor)
    visitor.post("/accounts/logout/", tab(visitor, "/o/acme/"), headers=ORIGIN)
    visitor.cookies.pop("csrftoken", None)
    typed = {"login": "bo@acme.example", "password": "not-shown-again", "csrfmiddlewaretoken": "x" * 64}
    response = visitor.post(LOGIN, stale | typed, headers=ORIGIN)
    page = response.content.decode()
    assert response.status_code == 403 and "This page was out of date. Enter your password again." in page
    assert 'value="bo@acme.example"' in page and "not-shown-again" not in page
    assert 'name="next" value="/o/acme/groups/"' in page
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]*)"', page)[1]
    again = stale | {"login": "bo@acme.example", "password": PASSWORD, "csrfmiddlewaretoken": token}
    assert visitor.post(LOGIN, again, headers=ORIGIN)["Location"] == "/o/acme/groups/"


def test_other_forms_keep_what_was_typed(cast, visitor):
    sign_in(visitor)
    stale = tab(visitor, "/o/acme/groups/new/")
    typed = {"name": "Team “A” <b>", "description": "One, two", "member": ["1", "2"]}
    visitor.post("/accounts/logout/", tab(visitor, "/o/acme/"), headers=ORIGIN)
    sign_in(visitor, "max")
    response = visitor.post("/o/acme/groups/new/", stale | typed, headers=ORIGIN)
    page = response.content.decode()
    assert response.status_code == 403 and "You’re now signed in as" in page and "max@acme.example" in page
    assert "Nothing has been saved yet" in page and not Group.objects.filter(name__startswith="Team").exists()
    assert 'action="/o/acme/groups/new/"' in page and 'value="Team “A” &lt;b&gt;"' in page
    assert page.count('name="member"') == 2
    sent = {**typed, "member": [], "csrfmiddlewaretoken": re.search(r'Token" value="([^"]*)"', page, re.I)[1]}
    again = visitor.post("/o/acme/groups/new/", sent, headers=ORIGIN)
    assert again.status_code == 302, text_of(again)
    assert Group.objects.get(name="Team “A” <b>").description == "One, two"


@pytest.mark.parametrize("headers", [{}, {"origin": "https://evil.example"}, {"origin": "null"}])
def test_forms_of_other_sites_are_not_shown(visitor, headers):
    """Otherwise one click there would do what another site chose."""
    sign_in(visitor)
    response = visitor.post("/o/acme/groups/new/", {"name": "Evil"}, headers=headers)
    assert response.status_code == 403 and "Evil" not in response.content.decode()


@pytest.mark.parametrize(
    "fields", [{"password": "hunter2hunter2"}, {"client_secret": "s3cret"}, {"name": "x" * 200_001}]
)
def test_secrets_and_very_long_texts_are_not_shown_again(visitor, fields):
    sign_in(visitor)
    response = visitor.post("/o/acme/groups/new/", {"description": "kept?", **fields}, headers=ORIGIN)
    assert response.status_code == 403 and "kept?" not in response.content.decode()


# --- invitations ----------------------------------------------------------------------------------


@pytest.mark.spec("I-7", "J-1")
def test_accepting_without_the_cookie_says_so_and_offers_the_link_again(cast):
    cast.invite()
    client = cast.client()
    typed = {"invitation": "x", "username": "nadia@acme.example", "password": NEW_PASSWORD}
    response = client.post(ACCEPT, typed)
    page = response.content.decode()
    assert response.status_code == 404 and "Open your invitation again" in page
    assert "more than an hour" in page and 'value="nadia@acme.example"' in page and NEW_PASSWORD not in page
    press = re.search(r'name="press" value="([^"]*)"', page)[1]
    before = OutgoingEmail.objects.count()
    for _twice in range(2):
        sent = client.post(f"{ACCEPT}again/", {"email": "nadia@acme.example", "press": press})
    assert "Check your email" in sent.content.decode() and "nadia@acme.example" in sent.content.decode()
    assert OutgoingEmail.objects.count() == before + 1
    assert Membership.objects.get(email_key="nadia@acme.example").status == Status.INVITED


@pytest.mark.spec("I-7")
def test_asking_for_the_link_again_reveals_nothing(cast):
    cast.invite()
    pages = {
        text_of(cast.client().post(f"{ACCEPT}again/", {"email": f"{name}@acme.example"})).replace(name, "*")
        for name in ("nadia", "nobody", "olga")
    }
    assert len(pages) == 1
    assert "Enter an email address." in cast.client().post(f"{ACCEPT}again/", {"email": ""}).content.decode()


@pytest.mark.spec("I-7", "J-1")
def test_accepting_with_an_old_token_shows_the_invitation_again(cast):
    invitation = cast.invite()[0]
    client = Client(enforce_csrf_checks=True)
    open_link(client, invitation)
    typed = {"username": "nadia@acme.example", "password": NEW_PASSWORD}
    response = client.post(ACCEPT, typed, headers=ORIGIN)
    page = response.content.decode()
    assert response.status_code == 403 and "You haven’t accepted the invitation yet" in page and "Join Acme" in page
    assert NEW_PASSWORD not in page
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]*)"', page)[1]
    accepted = client.post(ACCEPT, typed | {"csrfmiddlewaretoken": token}, headers=ORIGIN)
    assert accepted["Location"] == "/o/acme/welcome/"
    # After clearing all cookies
    gone = Client(enforce_csrf_checks=True).post(ACCEPT, typed, headers=ORIGIN)
    assert gone.status_code == 403 or gone.status_code == 404
    assert "Open your invitation again" in gone.content.decode()
