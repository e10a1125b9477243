"""Single sign-on in a browser: copying values, testing, and accessibility."""

import pytest
from playwright.sync_api import Page

from console.sso.seen import Seen
from provisioning.models import IdentityProvider, SsoTest
from teamadmin.demo.sso import ATTRIBUTES, CHECKS, LINES, METADATA

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("refusals"),
    pytest.mark.spec("O-1"),
]
URL = "/o/acme/security/single-sign-on/"


def add_provider(organization) -> IdentityProvider:
    return IdentityProvider.objects.create(
        organization=organization, provider="okta", issuer=METADATA["issuer"], discovery_url=METADATA["issuer"],
        client_id="0oa7", client_secret="secret", metadata=METADATA,
    )  # fmt: skip


def test_the_guided_setup_is_accessible_and_values_can_be_copied(page: Page, live_cast, open_page, axe):
    open_page(page, live_cast, "olga", URL)
    axe(page)
    page.get_by_text("Other SAML").click()
    assert not page.get_by_text("OpenID Connect", exact=True).is_visible(), "the protocol follows from the choice"
    page.get_by_text("Okta", exact=True).click()
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(f"**{URL}#provider")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy Sign-in redirect URI").click()
    assert page.evaluate("navigator.clipboard.readText()").endswith("/sso/acme/callback/")
    page.get_by_label("Discovery URL or issuer").fill("https://acme.okta.example")
    page.get_by_label("Client ID").fill("0oa7")
    page.get_by_role("button", name="Save and read").click()
    page.get_by_text("Enter the client secret.").wait_for()
    assert page.get_by_label("Client ID").input_value() == "0oa7"
    axe(page)


def test_results_and_the_deletion_are_accessible(page: Page, live_cast, open_page, axe):
    provider = add_provider(live_cast.acme)
    result = {"email": "olga@acme.example", "can_sign_in": True, "lines": LINES, "member": {}}
    result |= {"attributes": ATTRIBUTES, "checks": CHECKS}
    passed = SsoTest.objects.create(identity_provider=provider, version=1, passed=True, tested_by="Olga", result=result)
    open_page(page, live_cast, "olga", f"{URL}tests/{passed.pk}/")
    page.get_by_text("Show the raw answer, masked").click()
    axe(page)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy report").click()
    assert "given_name: Olga → First name" in page.evaluate("navigator.clipboard.readText()")
    page.get_by_role("link", name="Back to setup").click()
    axe(page)
    page.get_by_role("link", name="Delete").click()
    page.get_by_role("dialog").wait_for()
    axe(page)
    page.get_by_role("button", name="Delete single sign-on").click()
    page.get_by_text("Single sign-on was deleted.").wait_for()
    assert Seen.of(IdentityProvider.objects.first()) == Seen()


def test_saml_metadata_errors_are_accessible(page: Page, live_cast, open_page, axe):
    IdentityProvider.objects.create(organization=live_cast.acme, provider="saml", protocol="saml", sp_certificate="x")
    open_page(page, live_cast, "olga", URL)
    page.get_by_text("Paste or upload the metadata instead").click()
    page.get_by_label("Metadata (XML)").fill("hello")
    page.get_by_role("button", name="Save and read").click()
    page.locator("#id_metadata_xml_error").wait_for()
    assert page.get_by_label("Metadata (XML)").input_value() == "hello"
    axe(page)
