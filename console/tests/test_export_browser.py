"""Export the Users page in a real browser (U-17)."""

import pytest
from playwright.sync_api import expect

from console.tests.people import USERS
from teamadmin.testing.pages import use_session

pytestmark = pytest.mark.django_db(transaction=True)


def download(page, button) -> str:
    """Click the button and return the text of the downloaded file."""
    with page.expect_download() as event:
        button.click()
    assert event.value.suggested_filename == "users.csv"
    return event.value.path().read_bytes().decode("utf-8-sig")


@pytest.mark.spec("U-17")
def test_export_the_list_or_the_selection(page, live_cast, live_server):
    use_session(page.context, live_server.url, live_cast.client("olga"))
    page.goto(live_server.url + USERS)
    page.get_by_role("searchbox").press_sequentially("lind", delay=20)
    expect(page.locator("tbody tr")).to_have_count(1)
    text = download(page, page.get_by_role("link", name="Export"))
    assert text.count("\r\n") == 2 and "bo@acme.example" in text
    page.get_by_role("searchbox").fill("")
    expect(page.locator("tbody tr")).to_have_count(4)
    for name in ("Max Keller", "Opal Nakamura"):
        page.get_by_role("checkbox", name=f"Select {name}").click()
    bar = page.get_by_role("group", name="Actions for selected users")
    text = download(page, bar.get_by_role("button", name="Export"))
    assert text.count("\r\n") == 3 and "max@acme.example" in text and "opal@acme.example" in text
