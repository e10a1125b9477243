"""The main job in the running product: bin/run with its embedded worker, a real browser, emails read from files."""

import email
import re
import secrets
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from teamadmin.testing.cast import PASSWORD
from teamadmin.testing.processes import wait_until

REASON = "We move outage reporting off spreadsheets.\nStart in the first project & say hello."


def emails_to(folder: Path, address: str) -> list[EmailMessage]:
    """Return the saved emails to an address, oldest first."""
    messages = [email.message_from_bytes(path.read_bytes(), policy=default) for path in sorted(folder.glob("*.eml"))]
    return [message for message in messages if message["To"] and address in message["To"]]


def wait_for_email(folder: Path, address: str) -> EmailMessage:
    """Wait for the only email to an address, and return it."""
    wait_until(lambda: bool(emails_to(folder, address)), 20)
    (message,) = emails_to(folder, address)
    return message


def text_of(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return part.get_content()


def sign_in(page: Page, url: str, address: str) -> None:
    page.goto(url)
    page.get_by_label("Email address").fill(address)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()


def open_users(page: Page) -> None:
    """Open the Users page from the account menu, at the bottom left (U-1)."""
    page.locator(".sidebar").get_by_role("button", name="Account menu").click()
    page.locator("#account-menu").get_by_role("link", name="Users").click()
    expect(page.get_by_role("heading", name="Users", exact=True)).to_be_visible()


def add_people(page: Page, people: list[tuple[str, str, str]]) -> None:
    page.get_by_role("link", name="Add User").click()
    for number, (first, last, address) in enumerate(people):
        if number:
            page.get_by_role("button", name="Add another").click()
        page.get_by_label("First name").nth(number).fill(first)
        page.get_by_label("Last name").nth(number).fill(last)
        page.get_by_label("Email address").nth(number).fill(address)
    page.get_by_label("Role").select_option(label="Builder")


def add_access(page: Page) -> tuple[str, str]:
    """Add the first group and the first project without group access, and return their names."""
    group = page.locator("details", has_text="Add to groups").locator("li").first
    group_name = group.locator("b").first.inner_text()
    group.get_by_role("checkbox").check()
    expect(page.locator("details", has_text="Add to groups").locator(".count")).to_have_text("1")
    page.locator("summary", has_text="Give project access").click()
    projects = page.locator("details", has_text="Give project access")
    expect(projects.get_by_text("Group access").first).to_be_visible()
    project = projects.locator("li", has=page.get_by_role("checkbox")).first
    project_name = project.locator("b").first.inner_text()
    project.get_by_role("checkbox").check()
    return group_name, project_name


def personalize(page: Page) -> None:
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Reason for invitation").fill(REASON)
    page.get_by_label("Welcome page").select_option(label="Projects")
    expect(page.get_by_text("Start in the first project & say hello.").last).to_be_visible()
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_text("3 invitations sent")).to_be_visible()


def accept(page: Page, link: str, password: str, *, inviter: str = "Olga Marchenko") -> None:
    page.goto(link)
    assert link.rsplit("/", 2)[1] not in page.url
    expect(page.get_by_text(inviter).first).to_be_visible()
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Accept invitation").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name="Welcome to Acme, Nadia")).to_be_visible()
    expect(dialog.get_by_text("Start in the first project & say hello.")).to_be_visible()
    expect(dialog.get_by_text(inviter).first).to_be_visible()
    dialog.get_by_role("button", name="Get started").click()
    expect(page).to_have_url(re.compile(r"/o/acme/projects/$"))
    page.goto(page.url.replace("projects/", ""))
    expect(page.get_by_role("dialog")).to_have_count(0)


@pytest.mark.spec("U-1", "W-1", "W-3", "W-5", "W-6", "W-9", "M-1", "M-5", "M-7", "J-1", "J-4", "J-5", "J-8")
def test_main_job(running_demo, page: Page, browser: Browser):
    tag = secrets.token_hex(3)
    people = [
        ("Nadia", f"Petrov {tag}", f"nadia.{tag}@acme.example"),
        ("Samuel", f"Osei {tag}", f"samuel.{tag}@acme.example"),
        ("Łucja", f"Żak {tag}", f"lucja.{tag}@acme.example"),
    ]
    sign_in(page, running_demo.url, "olga@acme.example")
    open_users(page)
    add_people(page, people)
    group, project = add_access(page)
    personalize(page)

    page.get_by_role("searchbox").fill(tag)
    expect(page.locator("tbody tr")).to_have_count(3)
    expect(page.locator("tbody").get_by_text("Pending", exact=True)).to_have_count(3)

    messages = [wait_for_email(running_demo.mail, address) for _, _, address in people]
    assert {message["Subject"] for message in messages} == {messages[0]["Subject"]} and "Acme" in messages[0]["Subject"]
    assert len({message["Message-ID"] for message in messages}) == 3
    assert project in text_of(messages[0]) and "Start in the first project & say hello." in text_of(messages[0])
    links = [re.search(r"https?://\S+/invitations/\S+", text_of(message)).group() for message in messages]
    assert len(set(links)) == 3 and all(link.startswith(running_demo.url) for link in links)

    guest = browser.new_context()
    accept(guest.new_page(), links[0], f"a long walk in {tag}")
    guest.close()

    open_users(page)
    page.get_by_role("searchbox").fill(tag)
    row = page.locator("tbody tr", has_text="Nadia")
    expect(page.locator("tbody tr")).to_have_count(1)
    for text in ("Active", "Builder", group, people[0][2]):
        expect(row.get_by_text(text).first).to_be_visible()


@pytest.mark.spec("W-13", "J-1", "J-4", "J-5")
def test_main_job_without_javascript(running_demo, browser: Browser):
    """The same without JavaScript: every step is a page with a button."""
    tag = secrets.token_hex(3)
    admin = browser.new_context(java_script_enabled=False).new_page()
    sign_in(admin, running_demo.url, "max@acme.example")
    open_users(admin)
    add_people(
        admin, [("Nadia", f"Petrov {tag}", f"n.{tag}@acme.example"), ("Ida", f"Berg {tag}", f"i.{tag}@acme.example")]
    )
    admin.get_by_role("button", name="Continue").click()
    admin.get_by_label("Reason for invitation").fill(REASON)
    admin.get_by_label("Welcome page").select_option(label="Projects")
    admin.get_by_role("button", name="Done").click()
    expect(admin.get_by_text("2 invitations sent")).to_be_visible()

    message = wait_for_email(running_demo.mail, f"n.{tag}@acme.example")
    link = re.search(r"https?://\S+/invitations/\S+", text_of(message)).group()
    guest = browser.new_context(java_script_enabled=False)
    accept(guest.new_page(), link, f"a long walk in {tag}", inviter="Max Brandt")
    guest.close()

    open_users(admin)
    admin.get_by_role("searchbox").fill(tag)
    admin.get_by_role("searchbox").press("Enter")
    expect(admin.locator("tbody tr")).to_have_count(1)
    expect(admin.locator("tbody tr", has_text="Nadia").get_by_text("Active")).to_be_visible()
    admin.context.close()
