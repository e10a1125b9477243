"""The pages of signing in and joining by single sign-on in a real browser: linking an account, axe."""

import pytest
from django.conf import settings
from playwright.sync_api import expect

from invitations.links import make_token
from provisioning.services.kept_profiles import keep_profile
from provisioning.tests.answers import enable_sso, profile_of
from teamadmin.testing.cast import PASSWORD, add_member
from teamadmin.testing.pages import use_session

pytestmark = pytest.mark.usefixtures("transactional_db")
VIEWPORTS = [(1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")]
BROWSER = "the-browser"


@pytest.fixture
def okta(live_cast):
    return enable_sso(live_cast.acme, "acme.example")


@pytest.fixture
def context(browser, live_server, okta):
    """A browser that has come back from Okta."""
    context = browser.new_context(reduced_motion="reduce")
    context.add_cookies([{"name": settings.SSO_COOKIE_NAME, "value": BROWSER, "url": live_server.url}])
    yield context
    context.close()


def keep(provider, email):
    profile = profile_of(provider, email)
    keep_profile(identity_provider=provider, browser=BROWSER, profile=profile, next_url="/o/acme/projects/")


@pytest.mark.spec("O-3")
def test_linking_an_account(context, live_server, live_cast, okta):
    add_member(live_cast.globex, live_cast.bo.user, "read_only")
    keep(okta, "bo@acme.example")
    page = context.new_page()
    page.goto(live_server.url + "/sso/acme/link/")
    page.get_by_role("link", name="Sign in to your account").click()
    page.get_by_label("Email address").fill("bo@acme.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Let Okta sign you in")).to_be_visible()
    page.get_by_role("button", name="Link and open Acme").click()
    expect(page).to_have_url(live_server.url + "/o/acme/projects/")


@pytest.mark.spec("O-2", "O-3", "J-7")
@pytest.mark.parametrize(
    "name", ["login", "sso", "not found", "found", "link", "owner", "other", "join", "failed", "invitation", "enforced"]
)
def test_accessibility(context, live_server, live_cast, okta, axe, name):
    invitation = live_cast.invite()[0]
    paths = {"login": "/accounts/login/", "join": "/invitations/single-sign-on/acme/", "failed": "/sso/acme/link/"}
    keep(okta, "nadia@acme.example" if name == "join" else "bo@acme.example") if name != "failed" else None
    if name in ("owner", "other"):
        use_session(context, live_server.url, live_cast.client("bo" if name == "owner" else "max"))
    if name == "enforced":
        live_cast.acme.sso_enforced = True
        live_cast.acme.save()
    for width, scheme in VIEWPORTS:
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": 900 if width > 1000 else 844})
        page.emulate_media(color_scheme=scheme)
        if name in ("join", "invitation", "enforced"):
            page.goto(f"{live_server.url}/invitations/{make_token(invitation)}/")
        if name not in ("invitation", "enforced"):
            path = "/sso/" if "found" in name else paths.get(name, "/sso/" if name == "sso" else "/sso/acme/link/")
            page.goto(live_server.url + path)
        if "found" in name:
            page.get_by_label("Work email").fill("x@acme.example" if name == "found" else "x@gmail.com")
            page.get_by_role("button", name="Continue").click()
            expect(page.get_by_text("Sign in to Acme" if name == "found" else "no single sign-on")).to_be_visible()
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} scrolls sideways"
        page.close()
