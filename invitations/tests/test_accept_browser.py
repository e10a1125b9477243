"""Accepting and the welcome dialog in a real browser: mouse, keyboard only, no JavaScript, axe."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from invitations.links import make_token
from invitations.models import Batch, Invitation
from invitations.services import accept_as_new_user, resend_invitation, withdraw_invitation
from organizations.models import Membership, Status
from teamadmin.testing.cast import PASSWORD, add_user
from teamadmin.testing.pages import use_session

pytestmark = pytest.mark.usefixtures("transactional_db")
NEW_PASSWORD = "a-long-walk-by-the-sea"
REASON = (
    "We’re moving outage reporting off spreadsheets before the winter storms, and I’d love your help.\n\nSee you soon."
)
VIEWPORTS = [(1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")]


@pytest.fixture
def invitation(live_cast) -> Invitation:
    projects = [str(project.pk) for project in live_cast.projects.values()]
    return live_cast.invite(reason=REASON, project_ids=projects, welcome_page="projects")[0]


@pytest.fixture
def link(live_server, invitation) -> str:
    return live_server.url + reverse("invitation", args=[make_token(invitation)])


def active_member(user) -> Membership:
    return Membership.objects.get(email_key="nadia@acme.example", status=Status.ACTIVE, user__email=user)


@pytest.mark.spec("J-1", "J-4", "J-5")
def test_accept_then_welcome(page: Page, live_server, link):
    page.goto(link)
    expect(page).to_have_url(live_server.url + "/invitations/accept/")
    expect(page.get_by_role("heading", name="Set a password")).to_be_visible()
    password = page.get_by_label("Password", exact=True)
    password.fill("short")
    expect(page.get_by_text("Strength: weak")).to_be_visible()
    password.fill(NEW_PASSWORD)
    expect(page.locator("[data-rule=length][data-met]")).to_be_visible()
    expect(page.locator("[data-rule=unlike][data-met]")).to_be_visible()
    page.get_by_role("button", name="Show password").click()
    expect(password).to_have_attribute("type", "text")
    page.get_by_role("button", name="Accept invitation").click()
    expect(page).to_have_url(live_server.url + "/o/acme/welcome/")
    dialog = page.get_by_role("dialog", name="Welcome to Acme, Nadia")
    expect(dialog).to_contain_text("See you soon.")
    page.get_by_role("button", name="Get started").click()
    expect(page).to_have_url(live_server.url + "/o/acme/projects/")
    assert active_member("nadia@acme.example").welcomed_at
    page.goto(live_server.url + "/o/acme/welcome/")
    expect(page).to_have_url(live_server.url + "/o/acme/")


@pytest.mark.spec("J-1")
def test_weak_password_shows_error_at_its_field(page: Page, link):
    page.goto(link)
    page.get_by_label("Password", exact=True).fill("nadia@acme.example")
    page.get_by_role("button", name="Accept invitation").click()
    field = page.get_by_label("Password", exact=True)
    expect(field).to_have_attribute("aria-invalid", "true")
    described = field.get_attribute("aria-describedby").split()
    assert any("only your name, email" in page.locator(f"#{part}").inner_text() for part in described)


@pytest.mark.spec("J-1", "J-4", "J-5")
def test_accepting_with_keyboard_only(page: Page, live_server, link):
    page.goto(link)
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "password":
            break
    page.keyboard.type(NEW_PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Get started")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(live_server.url + "/o/acme/projects/")


@pytest.mark.spec("J-1", "J-4", "J-5")
def test_accepting_without_javascript(browser, live_server, link):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(link)
    expect(page.get_by_role("button", name="Show password")).to_be_hidden()
    page.get_by_label("Password", exact=True).fill("short")
    page.get_by_role("button", name="Accept invitation").click()
    expect(page.get_by_text("Use at least 15 characters.")).to_be_visible()
    page.get_by_label("Password", exact=True).fill(NEW_PASSWORD)
    page.get_by_role("button", name="Accept invitation").click()
    expect(page.get_by_role("dialog", name="Welcome to Acme, Nadia")).to_be_visible()
    page.get_by_role("button", name="Get started").click()
    expect(page).to_have_url(live_server.url + "/o/acme/projects/")
    context.close()


@pytest.mark.spec("J-2")
def test_switch_account_then_sign_in_to_join(page: Page, context, live_server, live_cast, link):
    add_user("nadia@acme.example", "Nadia", "Petrov")
    use_session(context, live_server.url, live_cast.client("tess"))
    page.goto(link)
    expect(page.get_by_role("heading", name="This invitation is for someone else")).to_be_visible()
    page.get_by_role("button", name="Switch account").click()
    page.get_by_role("link", name="Sign in to join").click()
    page.get_by_label("Email address").fill("nadia@acme.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(live_server.url + "/invitations/accept/")
    page.get_by_role("button", name="Accept invitation").click()
    expect(page.get_by_role("dialog", name="Welcome to Acme, Nadia")).to_be_visible()


@pytest.mark.spec("I-6")
def test_token_is_not_sent_to_other_hosts_or_in_referrer(page: Page, live_server, invitation, link):
    requests = []
    page.on("request", lambda request: requests.append(request))
    page.goto(link)
    page.get_by_label("Password", exact=True).fill(NEW_PASSWORD)
    page.get_by_role("button", name="Accept invitation").click()
    page.wait_for_url("**/welcome/")
    token = make_token(invitation)
    assert all(request.url.startswith(live_server.url) for request in requests)
    assert not any(token in request.headers.get("referer", "") for request in requests)
    assert sum(token in request.url for request in requests) == 1


@pytest.mark.spec("I-7")
def test_ask_for_a_new_link(page: Page, invitation, link):
    past = timezone.now() - timedelta(seconds=1)
    Membership.objects.filter(pk=invitation.membership_id).update(invite_expires_at=past)
    page.goto(link)
    page.get_by_role("button", name="Ask for a new link").click()
    expect(page.get_by_text("We’ve told Olga Ivanova")).to_be_visible()
    expect(page.get_by_role("button", name="Ask for a new link")).to_have_count(0)


def _used(cast, invitation):
    accept_as_new_user(invitation=invitation, password=NEW_PASSWORD)


def _revoked(cast, invitation):
    withdraw_invitation(actor=cast.olga, member=invitation.membership)


def _expired(cast, invitation):
    past = timezone.now() - timedelta(seconds=1)
    Membership.objects.filter(pk=invitation.membership_id).update(invite_expires_at=past)


def _link_requested(cast, invitation):
    _expired(cast, invitation)
    Invitation.objects.update(new_link_asked_at=timezone.now())


def _replaced(cast, invitation):
    _expired(cast, invitation)
    invitation.membership.refresh_from_db()
    resend_invitation(actor=cast.olga, member=invitation.membership)


def _denied(cast, invitation):
    cast.acme.sso_enforced = True
    cast.acme.save()


def _existing_user(cast, invitation):
    add_user("nadia@acme.example", "Nadia", "Petrov")


def _accepted_by_user(cast, invitation):
    _used(cast, invitation)
    cast.stranger = Membership.objects.get(email_key="nadia@acme.example").user


def _new_user(cast, invitation):
    pass


def _long_names(cast, invitation):
    """Names and addresses of maximum length, without spaces to break at."""
    cast.acme.name = "W" * 100
    cast.acme.save()
    Membership.objects.filter(pk=cast.olga.pk).update(first_name="M" * 100, last_name="M" * 100)
    Batch.objects.update(inviter_name="M" * 201, reason="W" * 2500)
    member = invitation.membership
    member.email = f"{'w' * 64}@{'x' * 60}.{'y' * 60}.{'z' * 50}.example"
    member.save()


def _long_names_other_user(cast, invitation):
    _long_names(cast, invitation)
    cast.stranger.email = f"{'v' * 64}@{'x' * 60}.{'y' * 60}.{'z' * 50}.example"
    cast.stranger.save()


def _long_names_expired(cast, invitation):
    _long_names(cast, invitation)
    _expired(cast, invitation)


PAGES = {
    "new_user": (_new_user, ""),
    "existing_user": (_existing_user, ""),
    "other_user": (_new_user, "stranger"),
    "used": (_used, ""),
    "accepted_by_user": (_accepted_by_user, "stranger"),
    "long_names": (_long_names, ""),
    "long_names_other_user": (_long_names_other_user, "stranger"),
    "long_names_expired": (_long_names_expired, ""),
    "revoked": (_revoked, ""),
    "expired": (_expired, ""),
    "link_requested": (_link_requested, ""),
    "replaced": (_replaced, ""),
    "denied": (_denied, ""),
}


@pytest.mark.spec("J-1", "J-2", "I-7")
@pytest.mark.parametrize("name", [*PAGES, "unknown", "signed_in", "welcome", "welcome_default", "long_names_welcome"])
def test_accessibility(browser, live_server, live_cast, invitation, link, axe, name):
    context = browser.new_context(reduced_motion="reduce")
    address = link
    if name == "unknown":
        address = link[:-10]
    elif name == "signed_in":
        live_cast.stranger.email = "nadia@acme.example"
        live_cast.stranger.save()
        use_session(context, live_server.url, live_cast.client("stranger"))
    elif "welcome" in name:
        if name == "long_names_welcome":
            _long_names(live_cast, invitation)
        Membership.objects.filter(pk=live_cast.bo.pk).update(welcomed_at=None)
        if name != "welcome_default":
            Invitation.objects.update(membership=live_cast.bo, accepted_at=timezone.now())
        use_session(context, live_server.url, live_cast.client("bo"))
        address = live_server.url + "/o/acme/welcome/"
    else:
        prepare, user = PAGES[name]
        prepare(live_cast, invitation)
        if user:
            use_session(context, live_server.url, live_cast.client(user))
    for width, scheme in VIEWPORTS:
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": 900 if width > 1000 else 844})
        page.emulate_media(color_scheme=scheme)
        page.goto(address)
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} scrolls sideways"
        page.close()
    context.close()
