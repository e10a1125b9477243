"""The score, the roll-out and a member's sessions in a real browser (S-6, S-11, U-19)."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from console.tests.people import USERS, pending
from organizations.models import Membership, Organization, TwoFactorProgress, TwoFactorRule
from outbox.models import OutgoingEmail

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("refusals")]
SECURITY = "/o/acme/security/"


@pytest.fixture
def announced(live_cast):
    """Acme announced that it requires 2FA. One member has it; there is a history and an expired invitation."""
    now = timezone.now()
    acme = live_cast.acme
    start = now + timezone.timedelta(days=14)
    Organization.objects.filter(pk=acme.pk).update(
        require_two_factor=TwoFactorRule.EVERYONE, two_factor_required_from=start
    )
    Membership.objects.filter(pk=live_cast.bo.pk).update(two_factor=True, two_factor_method="app")
    for days in (14, 7):
        day = (now - timezone.timedelta(days=days)).date()
        TwoFactorProgress.objects.create(organization=acme, day=day, active=4, two_factor=0)
    pending(acme, 2, days=-1)
    return live_cast


@pytest.mark.spec("S-6", "S-11")
def test_reminding_one_and_all_from_the_security_page(page: Page, announced, open_page, axe):
    open_page(page, announced, "olga", SECURITY)
    page.get_by_text("How the score works").click()
    page.get_by_text("Show as table").click()
    axe(page)
    rollout = page.locator("#rollout")
    expect(rollout).to_contain_text("1 of 4 active members have 2FA")
    rollout.get_by_role("button", name="Remind Max Keller").click()
    expect(page.locator("#toasts")).to_contain_text("Max Keller was reminded to set up 2FA.")
    expect(rollout).to_contain_text("1 was reminded this week")
    expect(rollout.get_by_role("button", name="Remind Max Keller")).to_have_count(0)
    rollout.get_by_role("link", name="Remind 2 members").click()
    dialog = page.locator("dialog")
    expect(dialog).to_contain_text("Remind 2 users about 2FA?")
    axe(page)
    dialog.get_by_role("button", name="Remind 2 users").click()
    expect(dialog).to_have_count(0)
    expect(rollout).to_contain_text("3 were reminded this week")
    assert OutgoingEmail.objects.filter(kind="organizations.two_factor_reminder").count() == 3
    page.get_by_role("link", name="View 3 members").first.click()
    expect(page.locator("#main")).to_contain_text("Max Keller")


@pytest.mark.spec("S-6")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_security_page_on_a_phone(page: Page, announced, open_page, axe, scheme):
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme=scheme)
    open_page(page, announced, "olga", SECURITY)
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.spec("U-19", "S-5")
def test_ending_one_session_in_the_drawer(page: Page, live_cast, open_page, axe):
    clients = [live_cast.client("bo") for _number in range(2)]
    open_page(page, live_cast, "olga", USERS)
    page.get_by_role("link", name="Bo Lindqvist").click()
    sessions = page.locator("dialog #member-sessions")
    expect(sessions).to_contain_text("Sessions 2")
    axe(page)
    sessions.get_by_role("button", name="Log out Unknown device").first.click()
    expect(page.locator("dialog > [data-toast]")).to_contain_text("Bo Lindqvist was logged out there.")
    expect(sessions).to_contain_text("Sessions 1")
    assert sorted(client.get("/o/acme/").status_code for client in clients) == [200, 302]
