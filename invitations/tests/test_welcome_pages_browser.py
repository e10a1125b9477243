"""A browser reaches each welcome page of each role through a first sign-in (W-9, J-5)."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from invitations.links import make_token
from invitations.services import accept_as_new_user
from invitations.tests.welcome_pages import IDS, ROLES, heading_of, invite_to, pages_of
from teamadmin.testing.pages import use_session

pytestmark = pytest.mark.usefixtures("transactional_db")
PASSWORD = "a-long-walk-by-the-sea"


def accept(page: Page, url: str, invitation) -> None:
    """Open the link in the email and set a password."""
    page.goto(url + reverse("invitation", args=[make_token(invitation)]))
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Accept invitation").click()


def sign_in_first(page: Page, url: str, cast, invitation) -> None:
    """Open the organization in the session of a user who has just accepted."""
    _member, user = accept_as_new_user(invitation=invitation, password=PASSWORD)
    client = cast.client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    page.context.clear_cookies()
    use_session(page.context, url, client)
    page.goto(f"{url}/o/{invitation.membership.organization.slug}/")


@pytest.mark.spec("W-9", "J-1", "J-4", "J-5")
@pytest.mark.parametrize(("scheme", "key"), ROLES, ids=IDS)
def test_get_started_opens_each_welcome_page_of_the_role(page: Page, live_cast, live_server, scheme, key):
    # The last one, which is the most special for many roles, through the link in the email and a password.
    *others, last = pages_of(scheme, key)
    for welcome_page in [*others, last]:
        invitation = invite_to(live_cast, scheme, key, welcome_page)
        organization = invitation.membership.organization
        if welcome_page is last:
            page.context.clear_cookies()
            accept(page, live_server.url, invitation)
        else:
            sign_in_first(page, live_server.url, live_cast, invitation)
        expect(page).to_have_url(f"{live_server.url}/o/{organization.slug}/welcome/")
        expect(page.get_by_role("dialog", name=f"Welcome to {organization.name}, Ann")).to_be_visible()
        page.get_by_role("button", name="Get started").click()
        expect(page).to_have_url(live_server.url + welcome_page.url(organization.slug))
        expect(page.get_by_role("heading", level=1, name=heading_of(welcome_page))).to_be_visible()
    page.context.clear_cookies()
    page.goto(f"{live_server.url}/accounts/login/")
    page.get_by_label("Email").fill(invitation.membership.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page).to_have_url(f"{live_server.url}/o/{organization.slug}/")
