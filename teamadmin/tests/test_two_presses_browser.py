"""Double clicks in a real browser, with and without JavaScript: one thing, and the secret on the screen works."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from organizations.models import AccessKey, Group
from organizations.queries import find_access_key
from teamadmin.testing.aging import age
from teamadmin.testing.cast import PASSWORD, Cast
from teamadmin.testing.pages import use_session

pytestmark = pytest.mark.django_db(transaction=True)
ACME = "/o/acme/"
SECRET = re.compile(r"tap_[A-Za-z0-9_-]{43}")


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def olga(request, browser: Browser, live_cast: Cast, live_server):
    """Olga's browser, and the address of the server."""
    context = browser.new_context(java_script_enabled=request.param)
    use_session(context, live_server.url, live_cast.client("olga"))
    yield context.new_page(), live_server.url
    context.close()


def fill_key(page: Page) -> None:
    page.get_by_label("Name").fill("Nightly report")
    page.locator("[value='projects:read']").check()


@pytest.mark.spec("A-6")
def test_a_double_click_creates_one_key_whose_secret_works(olga):
    page, url = olga
    page.goto(f"{url}{ACME}preferences/keys/new/")
    fill_key(page)
    page.get_by_role("button", name="Create key").dblclick()
    expect(page.get_by_role("heading", name="Copy your key now")).to_be_visible()
    key, _secret = find_access_key(SECRET.search(page.content())[0])
    assert key == AccessKey.objects.get()
    page.reload()  # sends the form again
    assert find_access_key(SECRET.search(page.content())[0])[0] == AccessKey.objects.get()


@pytest.mark.spec("A-6")
def test_a_double_click_in_the_dialog_creates_one_key(page, live_cast, open_page):
    open_page(page, live_cast, "olga", f"{ACME}preferences/keys/")
    page.get_by_role("link", name="Create key").first.click()
    fill_key(page)
    page.get_by_role("dialog").get_by_role("button", name="Create key").dblclick()
    expect(page.get_by_role("heading", name="Copy your key now")).to_be_visible()
    assert find_access_key(SECRET.search(page.content())[0])[0] == AccessKey.objects.get()


@pytest.mark.spec("G-1")
def test_a_double_click_leads_to_the_new_group(olga):
    page, url = olga
    page.goto(f"{url}{ACME}groups/new/")
    page.get_by_label("Group name").fill("Explorers")
    page.get_by_role("button", name="Create group").dblclick()
    expect(page.get_by_role("heading", name="Explorers")).to_be_visible()
    assert Group.objects.filter(name="Explorers").count() == 1


@pytest.mark.spec("S-7")
def test_a_double_click_on_the_page_that_asks_who_it_is_shows_the_key(page, live_cast, live_server):
    client = live_cast.client("olga")
    age(client, 30)
    use_session(page.context, live_server.url, client)
    posts: list[str] = []
    page.goto(f"{live_server.url}{ACME}preferences/keys/new/")
    fill_key(page)
    page.get_by_role("button", name="Create key").dblclick()
    page.locator("[name=password]").fill(PASSWORD)
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    page.get_by_role("button", name="Continue").first.dblclick()
    expect(page.get_by_role("heading", name="Copy your key now")).to_be_visible()
    assert find_access_key(SECRET.search(page.content())[0])[0] == AccessKey.objects.get()
    assert len(posts) == 1


@pytest.mark.spec("A-6", "S-7")
def test_without_scripts_a_double_click_after_the_confirmation_shows_the_key(browser: Browser, live_cast, live_server):
    client = live_cast.client("olga")
    age(client, 30)
    context = browser.new_context(java_script_enabled=False)
    use_session(context, live_server.url, client)
    page = context.new_page()
    page.goto(f"{live_server.url}{ACME}preferences/keys/new/")
    fill_key(page)
    page.get_by_role("button", name="Create key").dblclick()
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Continue").first.click()
    expect(page.get_by_text("You’re confirmed.")).to_be_visible()
    assert not AccessKey.objects.exists(), "a second press of the first button is refused, and must hide nothing"
    page.get_by_role("button", name="Continue").dblclick()
    expect(page.get_by_role("heading", name="Copy your key now")).to_be_visible()
    assert find_access_key(SECRET.search(page.content())[0])[0] == AccessKey.objects.get()
    context.close()


def test_a_button_can_be_pressed_again_after_going_back(page, live_cast, live_server):
    use_session(page.context, live_server.url, live_cast.client("olga"))
    page.goto(f"{live_server.url}{ACME}groups/new/")
    for name in ("Explorers", "Sailors"):
        page.get_by_label("Group name").fill(name)
        page.get_by_role("button", name="Create group").click()
        expect(page.get_by_role("heading", name=name)).to_be_visible()
        page.go_back()
    assert Group.objects.filter(name__in=["Explorers", "Sailors"]).count() == 2
