"""Domains, requests to join and setup links in a browser."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from organizations.models import JoinRule, Organization
from provisioning.models import Domain
from provisioning.services.join_requests import request_to_join
from provisioning.services.setup_links import create_setup_link
from provisioning.txt_records import txt_record
from teamadmin.testing.cast import add_user, role_named

URL = "/o/acme/security/domains/"


@pytest.mark.spec("O-5")
def test_check_now_replaces_the_list_and_keeps_the_focus(page, open_page, axe, live_cast, dns_server):
    domain = Domain.objects.create(organization=live_cast.acme, name="acme.example", token="abc")
    now = timezone.now()
    lost = Domain(organization=live_cast.acme, name="lost.example", token="t", problem="different", found="x=1")
    lost.verified_at = lost.missing_since = lost.checked_at = now
    lost.save()
    open_page(page, live_cast, "olga", URL)
    axe(page)
    check = page.get_by_role("button", name="Check acme.example now")
    check.click()
    expect(page.get_by_role("status").get_by_text("no TXT record at this name yet")).to_be_visible()
    expect(check).to_be_focused()
    Domain.objects.update(checked_at=None)
    record = txt_record("acme.example", domain.token)
    dns_server.values[record.name] = [record.value]
    check.click()
    expect(page.get_by_text("acme.example is verified.")).to_be_visible()
    page.get_by_role("button", name="More actions for acme.example").click()
    page.get_by_role("menuitem", name="Remove domain").click()
    expect(page.get_by_role("dialog")).to_contain_text("no longer accepts new people")
    axe(page)


@pytest.mark.spec("O-5")
def test_requests_to_join_are_accessible_and_fit_a_phone(page, open_page, axe, live_cast):
    Domain.objects.create(organization=live_cast.acme, name="acme.example", token="t", verified_at=timezone.now())
    Organization.objects.filter(pk=live_cast.acme.pk).update(join_rule=JoinRule.ASK, join_role=role_named("operator"))
    request_to_join(organization=live_cast.acme, user=add_user("nadia@acme.example", "Nadia", "Petrov"))
    page.set_viewport_size({"width": 390, "height": 844})
    open_page(page, live_cast, "max", "/o/acme/users/pending/")
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.get_by_role("heading", name="Nadia Petrov").bounding_box()["height"] < 40
    page.get_by_label("Role for Nadia Petrov").select_option(label="Builder")
    page.get_by_role("button", name="Approve Nadia Petrov").click()
    expect(page.get_by_text("Nadia Petrov is now a member.")).to_be_visible()


@pytest.mark.spec("O-6")
@pytest.mark.parametrize("intent,heading", [("domain", "Verify a domain"), ("scim", "Set up provisioning")])
def test_the_pages_of_a_setup_link_are_accessible(page, open_page, axe, live_cast, intent, heading):
    _link, token = create_setup_link(actor=live_cast.olga, intent=intent)
    open_page.listen(page)
    page.goto(f"{open_page.url}/setup/{token}/")
    expect(page.get_by_role("heading", name=heading)).to_be_visible()
    assert token not in page.url
    axe(page)
    if intent == "domain":
        page.get_by_label("Domain").fill("acme.example")
        page.get_by_role("button", name="Add domain").click()
        expect(page.get_by_text("_teamadmin.acme.example")).to_be_visible()
    else:
        page.get_by_role("button", name="Continue").click()
        page.get_by_role("button", name="Create token").click()
        expect(page.get_by_text("Copy the token now")).to_be_visible()
    axe(page)


@pytest.mark.spec("O-6")
def test_the_page_of_setup_links_is_accessible(page, open_page, axe, live_cast):
    open_page(page, live_cast, "olga", "/o/acme/security/setup-links/domain/")
    page.get_by_role("button", name="Create link").click()
    expect(page.get_by_text("Copy the link now")).to_be_visible()
    axe(page)
