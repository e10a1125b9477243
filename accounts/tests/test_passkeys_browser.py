"""Passkeys in Chromium, with a virtual authenticator (S-2, S-4)."""

from collections.abc import Callable

import pytest
from django.template.loader import render_to_string
from django_otp_webauthn.models import WebAuthnCredential
from playwright.sync_api import Page, expect

from accounts.models import User
from accounts.tests.test_passkeys import half_signed_in
from teamadmin.testing.cast import PASSWORD
from teamadmin.testing.pages import use_session
from teamadmin.testing.processes import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.spec("S-2", "S-4")]
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def site(live_server, settings) -> str:
    """The address of the server, where passkeys work."""
    url = live_server.url.replace("127.0.0.1", "localhost")
    settings.OTP_WEBAUTHN_RP_ID, settings.OTP_WEBAUTHN_ALLOWED_ORIGINS = "localhost", [url]
    return url


@pytest.fixture
def security_key(page: Page) -> Callable[..., dict]:
    """A device with a passkey for each site that wants one. Calls send commands of CDP's WebAuthn domain to it."""
    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    added = cdp.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})

    def send(command: str, **options: object) -> dict:
        return cdp.send(f"WebAuthn.{command}", {"authenticatorId": added["authenticatorId"], **options})

    return send


def save_name(page: Page, name: str) -> None:
    """Name the new passkey. The next page depends on whether the user has other second factors."""
    page.get_by_label("Name of this passkey").fill(name)
    page.get_by_role("button", name="Save name").click()
    page.wait_for_url(lambda url: "/name/" not in url)


def create_passkey(page: Page) -> None:
    page.get_by_role("button", name="Create passkey").click()
    save_name(page, "Laptop")


def disable_suggestions(page: Page) -> None:
    """The virtual device would choose a suggestion at once."""
    page.add_init_script("PublicKeyCredential.isConditionalMediationAvailable = async () => false")


def sign_out(page: Page) -> None:
    page.context.clear_cookies()


def test_add_sign_in_rename_and_remove(live_cast, page, site, security_key, open_page, axe):
    open_page.url = site
    open_page(page, live_cast, "bo", "/accounts/passkeys/")
    axe(page)
    page.get_by_role("link", name="Add passkey").click()
    axe(page)
    page.get_by_role("button", name="Create passkey").click()
    expect(page.get_by_label("Name of this passkey")).to_have_value("Passkey")
    axe(page)
    save_name(page, "Laptop")
    page.goto(site + "/accounts/passkeys/")
    expect(page.get_by_role("heading", name="Laptop")).to_be_visible()
    # The device has one already.
    page.goto(site + "/accounts/passkeys/new/")
    page.get_by_role("button", name="Create passkey").click()
    expect(page.get_by_role("alert")).to_have_text("This device already has a passkey for your account.")

    sign_out(page)
    disable_suggestions(page)
    page.goto(site + "/accounts/login/?next=/accounts/passkeys/")
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_visible()
    axe(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/accounts/passkeys/")
    expect(page.get_by_text("Used just now")).to_be_visible()

    page.get_by_role("link", name="Rename Laptop").click()
    page.get_by_label("Name of this passkey").fill("Work laptop")
    axe(page)
    page.get_by_role("button", name="Save name").click()
    expect(page.get_by_role("heading", name="Work laptop")).to_be_focused()
    page.get_by_role("link", name="Remove Work laptop").click()
    expect(page.get_by_role("dialog")).to_contain_text("two-factor authentication will be off")
    axe(page)
    page.get_by_role("button", name="Remove passkey").click()
    expect(page.get_by_text("You have no passkeys.")).to_be_visible()
    assert not WebAuthnCredential.objects.exists()
    wait_until(lambda: not security_key("getCredentials")["credentials"], 10)  # the browser has been told


def test_passkeys_are_suggested_in_the_email_field(live_cast, page, site, security_key, open_page):
    for method in ("parseCreationOptionsFromJSON", "parseRequestOptionsFromJSON"):
        page.add_init_script(f"delete PublicKeyCredential.{method}")  # as in older browsers
    open_page.url = site
    open_page(page, live_cast, "bo", "/accounts/passkeys/new/")
    create_passkey(page)
    sign_out(page)
    page.goto(site + "/accounts/login/?next=/o/acme/projects/")
    page.wait_for_url("**/o/acme/projects/")  # the virtual device chooses the suggestion by itself


def test_a_removed_passkey_is_refused_and_the_browser_forgets_it(live_cast, page, site, security_key, open_page):
    open_page.url, open_page.expected = site, ("404 (Not Found)",)
    open_page(page, live_cast, "bo", "/accounts/passkeys/new/?next=/o/acme/")
    create_passkey(page)
    assert len(security_key("getCredentials")["credentials"]) == 1
    WebAuthnCredential.objects.all().delete()
    sign_out(page)
    disable_suggestions(page)
    page.goto(site + "/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("This passkey isn’t known here.")
    wait_until(lambda: not security_key("getCredentials")["credentials"], 10)
    page.get_by_label("Email address").fill("bo@acme.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/o/acme/**")


def test_a_passkey_is_the_second_factor(live_cast, page, site, security_key, open_page, axe):
    """The button is in the pages that ask for a second factor. Here it's put into another page."""
    open_page.url = site
    open_page(page, live_cast, "bo", "/accounts/passkeys/new/")
    create_passkey(page)
    sign_out(page)
    use_session(page.context, site, half_signed_in(live_cast.bo.user))
    page.goto(site + "/accounts/password/reset/")
    button = render_to_string("account/_passkey_button.html", {"next": ""}).replace(" hidden ", " ")
    page.evaluate("html => document.querySelector('form').insertAdjacentHTML('afterend', html)", button)
    axe(page)
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/o/acme/")
    expect(page.get_by_role("heading", name="Welcome, Bo")).to_be_visible()


def test_a_user_who_is_not_verified_can_try_again(live_cast, page, site, security_key, open_page):
    open_page.url = site
    open_page(page, live_cast, "bo", "/accounts/passkeys/new/")
    security_key("setUserVerified", isUserVerified=False)
    page.get_by_role("button", name="Create passkey").click()
    expect(page.get_by_role("alert")).to_have_text("No passkey was used. Try again when you’re ready.")
    security_key("setUserVerified", isUserVerified=True)
    create_passkey(page)


def test_a_passkey_is_offered_after_a_password_and_can_be_declined(live_cast, page, site, security_key, axe):
    User.objects.update(last_login="2026-01-01T00:00Z")
    page.goto(site + "/accounts/login/")
    page.get_by_label("Email address").fill("bo@acme.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    offer = page.get_by_role("region", name="Sign in without a password next time")
    expect(offer).to_be_visible()
    axe(page)
    offer.get_by_role("button", name="Don’t ask again").click()
    expect(offer).to_have_count(0)
    assert User.objects.get(pk=live_cast.bo.user_id).passkey_declined
    page.reload()
    expect(page.get_by_role("heading", name="Welcome, Bo")).to_be_visible()
    expect(offer).to_have_count(0)


def test_pages_say_where_passkeys_work(live_cast, page, site, live_server, open_page):
    other = site.replace("localhost", "127.0.0.1")
    open_page.url = other
    open_page(page, live_cast, "bo", "/accounts/passkeys/new/")
    expect(page.get_by_text(f"the address {site}")).to_be_visible()
    expect(page.get_by_role("button", name="Create passkey")).to_be_hidden()
    sign_out(page)
    page.goto(other + "/accounts/login/")
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()
