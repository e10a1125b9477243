"""Addresses that only receive forms show a page when a browser opens them, and sign-in leads to the form's page."""

import re
from urllib.parse import quote

import pytest
from django.test import Client

from teamadmin.testing.cast import PASSWORD
from teamadmin.testing.html import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.spec("U-18")]
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
HEADING = "You can’t open this address directly"
# In an organization, of an account, and open to visitors.
ADDRESSES = [
    "/o/acme/tasks/hidden/",
    "/o/acme/users/add/people/",
    "/accounts/theme/",
    "/invitations/accept/new-link/",
    "/accounts/passkeys/sign-in/",
]


@pytest.mark.parametrize("path", ADDRESSES)
def test_a_browser_gets_a_page_with_a_link(cast, path):
    client = cast.client("bo")
    response = client.get(path, headers=BROWSER)
    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert HEADING in text_of(response) and "This address only accepts submitted forms." in text_of(response)
    assert response.content.strip().endswith(b"</html>") and response["Content-Type"].startswith("text/html")
    assert 'href="/">Go to your homepage</a>' in response.content.decode()
    assert client.get("/", follow=True).status_code == 200


def test_visitors_get_the_page_too():
    response = Client().get("/invitations/accept/new-link/", headers=BROWSER)
    assert (response.status_code, response["Allow"]) == (405, "POST") and HEADING in text_of(response)


def test_the_page_has_the_frame_where_the_organization_is_known(cast):
    project = cast.projects["website"]
    response = cast.client("olga").get(f"/o/acme/projects/{project.pk}/undo/", headers=BROWSER)
    assert response.status_code == 405 and 'id="account-menu"' in response.content.decode()


@pytest.mark.parametrize(
    "referer, back",
    [
        ("http://testserver/o/acme/users/add/?new", "/o/acme/users/add/?new"),
        ("http://testserver/o/acme/tasks/hidden/", ""),
        ("http://testserver/accounts/login/?next=/o/acme/tasks/hidden/", ""),
        ("http://testserver/accounts/two-factor/verify/", ""),
        ("http://testserver/accounts/reauthenticate/?next=/", ""),
        ("http://testserver/accounts/sign-in-again/", ""),
        ("http://testserver/accounts/two-factor/", "/accounts/two-factor/"),
        ("http://testserver//evil.example/", "/evil.example/"),
        ("http://testserver/\\evil.example/", "/evil.example/"),
        ("https://evil.example/o/acme/", ""),
        ("javascript:alert(1)", ""),
        ("", ""),
    ],
)
def test_the_page_leads_back_to_the_page_before(cast, referer, back):
    """After Reload, the browser still names the page that it came from."""
    page = cast.client("bo").get("/o/acme/tasks/hidden/", headers=BROWSER | {"Referer": referer}).content.decode()
    assert re.findall(r'href="([^"]*)">Go back<', page) == ([back] if back else [])


@pytest.mark.parametrize(
    "headers", [{}, {"Accept": "*/*"}, {"Accept": "application/json"}, BROWSER | {"HX-Request": "true"}]
)
@pytest.mark.parametrize("path", ADDRESSES)
def test_scripts_and_htmx_get_an_empty_response(cast, path, headers):
    response = cast.client("bo").get(path, headers=headers)
    assert (response.status_code, response["Allow"], response.content) == (405, "POST", b"")


def test_other_methods_get_an_empty_response(cast):
    response = cast.client("bo").put("/accounts/theme/", headers=BROWSER)
    assert (response.status_code, response.content) == (405, b"")


def test_the_api_and_scim_keep_their_own_responses(cast):
    client = cast.client("olga")
    for path in ("/api/v1/members/bulk", "/api/v1/members", "/scim/v2/Users", "/emails/events/postmark/"):
        for method in (client.get, client.delete):
            assert HEADING not in method(path, headers=BROWSER).content.decode(), path


@pytest.mark.parametrize(
    "path, page",
    [("/o/acme/tasks/hidden/", "/o/acme/?tasks=hidden"), ("/accounts/theme/", "/o/acme/preferences/")],
)
def test_signing_in_leads_back_to_the_page_of_the_form(cast, path, page):
    """The session ended while the page with the form was open."""
    client = Client()
    response = client.post(path, headers=BROWSER | {"Referer": f"http://testserver{page}"})
    assert response["Location"] == f"/accounts/login/?next={quote(page)}"
    form = {"login": "bo@acme.example", "password": PASSWORD}
    response = client.post(response["Location"], form, headers=BROWSER)
    assert response["Location"] == page and client.get(page, headers=BROWSER).status_code == 200


@pytest.mark.parametrize("referer", ["", "https://evil.example/o/acme/", "http://testserver@evil.example/"])
def test_without_a_page_of_this_site_signing_in_leads_to_the_address(cast, referer):
    for path in ("/o/acme/tasks/hidden/", "/accounts/theme/"):
        response = Client().post(path, headers={"Referer": referer} if referer else {})
        assert response["Location"] == f"/accounts/login/?next={path}"
