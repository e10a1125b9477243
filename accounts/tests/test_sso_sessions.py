"""Sessions that only an identity provider opened can't change how the user signs in, on any page outside (O-3).

Its administrators can open such a session. It must not give them a lasting way into the user's account.
"""

import pytest
from django.test import Client
from django.urls import reverse
from django_otp_webauthn.models import WebAuthnCredential

from accounts.models import AuthenticatorApp, KnownBrowser, User
from accounts.queries import count_backup_codes
from invitations.links import make_token
from organizations.models import Membership, TwoFactorRule
from organizations.tests.session_clients import set_policies
from provisioning.tests.providers import add_provider
from teamadmin.testing.cast import PASSWORD, Cast, add_member
from teamadmin.testing.html import text_of
from teamadmin.testing.sso import with_sso
from teamadmin.testing.two_factor import add_authenticator, code_of
from teamadmin.tests.permission_table_outside import OUTSIDE

pytestmark = [pytest.mark.django_db, pytest.mark.spec("O-3", "O-4")]
REFUSED, PAGE, ELSEWHERE, NOT_FOUND, DONE = 403, 200, 302, 404, 302
# Every page outside of an organization that a signed-in user can open or post to: (GET, POST) in a session that only
# single sign-on opened. None: the method isn't allowed.
OUTCOMES: dict[str, tuple[int | None, int | None]] = {
    "": (ELSEWHERE, None),
    "organizations/": (PAGE, None),
    "organizations/<slug:slug>/single-sign-on/": (ELSEWHERE, None),
    # How the user signs in: refused.
    "accounts/password/change/": (REFUSED, REFUSED),
    "accounts/password/set/": (REFUSED, REFUSED),
    "accounts/email-change/": (REFUSED, REFUSED),
    "accounts/passkeys/new/": (REFUSED, None),
    "accounts/passkeys/<int:passkey_id>/name/": (REFUSED, REFUSED),
    "accounts/passkeys/<int:passkey_id>/removal/": (REFUSED, REFUSED),
    "accounts/passkeys/registration/": (None, REFUSED),
    "accounts/passkeys/registration/options/": (None, REFUSED),
    "accounts/two-factor/": (REFUSED, REFUSED),
    "accounts/two-factor/removal/": (REFUSED, REFUSED),
    "accounts/browsers/forgetting/": (REFUSED, REFUSED),
    "accounts/browsers/<uuid:browser_id>/forgetting/": (None, REFUSED),
    # Reading, and ending one's own sessions: allowed.
    "accounts/passkeys/": (PAGE, None),
    "accounts/passkeys/signal/": (PAGE, None),
    "accounts/passkeys/offer/dismissal/": (None, DONE),
    "accounts/sessions/ending/": (PAGE, DONE),
    "accounts/sign-in-again/": (PAGE, DONE),
    "accounts/reauthenticate/": (PAGE, None),
    "accounts/theme/": (None, 400),  # the form is empty
    "accounts/csv-separator/": (None, 400),
    # Nothing to do without a change that waits, codes to show or a second factor.
    "accounts/email-change/sent/": (ELSEWHERE, None),
    "accounts/two-factor/backup-codes/": (ELSEWHERE, ELSEWHERE),
    "accounts/two-factor/backup-codes/file/": (NOT_FOUND, None),
    "accounts/two-factor/backup-codes/saved/": (None, DONE),
    "accounts/sessions/<slug:key>/ending/": (None, NOT_FOUND),
    # Joining another organization needs the user's own sign-in.
    "organizations/<slug:slug>/joining/": (None, NOT_FOUND),
    "organizations/<slug:slug>/account/": (None, NOT_FOUND),
}
# No account of a signed-in user is changed here: public pages, signing in and out, emailed links, fragments of others.
OTHERS = (
    "media/", "dev/", "invitations/", "sso/", "scim/", "setup/", "backoffice/", "health", "ready", "manifest",
    "robots", "favicon", ".well-known/",
    "accounts/login", "accounts/logout", "accounts/inactive", "accounts/signup", "accounts/confirm-email",
    "accounts/^confirm-email", "accounts/password/reset", "accounts/^password/reset", "accounts/not-me/",
    "accounts/email-change/<str:token>/", "accounts/passkeys/sign-in", "accounts/passkeys/second-factor",
    "accounts/passkeys/confirmation", "accounts/two-factor/verify/", "accounts/email/", "accounts/reauthenticate/code",
    # A stylesheet, the API and the email provider's webhook, which no session opens.
    "brand/", "api", "emails/events/",
)  # fmt: skip


@pytest.fixture
def bo(cast: Cast) -> User:
    add_provider(cast.acme)
    return cast.bo.user


@pytest.fixture
def client(cast: Cast, bo: User) -> Client:
    return with_sso(cast.client("bo"), cast.acme)


def url_of(route: str) -> str:
    values = {
        "<slug:slug>": "acme",
        "<int:passkey_id>": "1",
        "<uuid:browser_id>": "01a22375-77a3-7358-ae3d-5c194c153566",
        "<slug:key>": "0" * 64,
    }
    for name, value in values.items():
        route = route.replace(name, value)
    return f"/{route}"


@pytest.mark.parametrize("route", OUTCOMES)
def test_each_page_has_its_outcome(client, cast, bo, route):
    before = User.objects.values().get(pk=bo.pk)
    for method, expected in zip(("get", "post"), OUTCOMES[route], strict=True):
        if expected is None:
            continue
        json = {"data": "{}", "content_type": "application/json"} if "/registration/" in route else {}
        response = getattr(with_sso(cast.client("bo"), cast.acme), method)(url_of(route), **json)
        assert response.status_code == expected, (method, text_of(response))
        if expected == REFUSED:
            assert "You signed in with Okta." in response.content.decode()
    after = User.objects.values().get(pk=bo.pk)
    assert [name for name in ("email", "pending_email", "password") if before[name] != after[name]] == []


def test_all_pages_outside_are_listed():
    unknown = [route for route in OUTSIDE if route not in OUTCOMES and not route.startswith(OTHERS)]
    assert not unknown, f"Add the outcome in a session that only single sign-on opened: {unknown}"


def test_a_session_that_the_user_opened_as_well_may_change_it(cast, bo):
    client = with_sso(cast.client("bo"), cast.acme, own=True)
    for name in ("account_change_password", "email_change", "two_factor_setup", "browsers_forgetting"):
        assert client.get(reverse(name)).status_code == 200, name


def test_fragments_load_the_page(client, bo):
    response = client.get(reverse("browsers_forgetting"), headers={"HX-Request": "true"})
    assert response["HX-Redirect"] == reverse("browsers_forgetting")


def test_the_password_is_not_changed(client, bo):
    new = "a-new-and-long-password"
    response = client.post(
        reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": new, "password2": new}
    )
    assert response.status_code == REFUSED
    bo.refresh_from_db()
    assert bo.check_password(PASSWORD)


def test_confirming_with_the_password_does_not_open_it(client, bo):
    """An own factor confirms an action (S-7). It doesn't make the session the user's own."""
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": "/o/acme/"})
    assert client.get(reverse("passkey_new")).status_code == REFUSED


def test_existing_factors_are_kept(cast, bo):
    app = add_authenticator(bo, codes=("abcd2345",))
    browser = KnownBrowser.objects.create(user=bo)
    client = with_sso(cast.client("bo"), cast.acme)
    client.post("/accounts/two-factor/verify/", {"code": code_of(app), "remember": "on"})
    assert client.session["second_factor"] == "app"
    assert not KnownBrowser.objects.filter(user=bo, remembered_until__isnull=False).exists(), "a lasting way in"
    for name in ("authenticator_removal", "two_factor_setup", "backup_codes", "browsers_forgetting"):
        assert client.get(reverse(name)).status_code == REFUSED, name
        assert client.post(reverse(name)).status_code == REFUSED, name
    assert client.post(reverse("browser_forgetting", args=[browser.pk])).status_code == REFUSED
    assert AuthenticatorApp.objects.get(user=bo).pk == app.pk and count_backup_codes(bo) == 1


def test_the_page_leads_to_the_own_sign_in(client, bo):
    page = client.get(reverse("account_change_password") + "?next=/o/acme/preferences/security/")
    assert "You signed in with Okta. To change how you sign in, sign in with your password." in text_of(page)
    response = client.post(reverse("sign_in_again"), {"next": "/o/acme/preferences/security/"})
    assert response["Location"] == "/accounts/login/?next=/o/acme/preferences/security/"
    assert "_auth_user_id" not in client.session


def test_where_single_sign_on_is_enforced_there_is_no_such_way(cast, client, bo):
    set_policies(cast.acme, sso_enforced=True)
    page = text_of(client.get(reverse("account_change_password")))
    assert "Acme requires single sign-on." in page and "sign in with your password" not in page


# --- the first authenticator app ----------------------------------------------------------------------
@pytest.mark.spec("S-3")
def test_a_required_app_can_be_set_up_by_a_member_of_this_organization_alone(cast, bo):
    set_policies(cast.acme, require_two_factor=TwoFactorRule.EVERYONE)
    client = with_sso(cast.client("bo"), cast.acme)
    response = client.get("/o/acme/")
    assert response["Location"].startswith("/accounts/two-factor/?")
    page = client.get("/accounts/two-factor/")
    assert page.status_code == 200 and "Use a passkey instead" not in text_of(page)
    code = code_of(page.context["key"])
    response = client.post("/accounts/two-factor/", {"code": code})
    assert response["Location"] == "/accounts/two-factor/backup-codes/"
    assert client.get(response["Location"]).status_code == 200
    assert client.post("/accounts/two-factor/", {"code": code}).status_code == 302, "pressed twice"
    assert client.get("/accounts/two-factor/backup-codes/file/").status_code == 200
    client.post("/accounts/two-factor/backup-codes/saved/", {"saved": "on"})
    assert client.get("/o/acme/").status_code == 200
    assert client.get("/accounts/two-factor/").status_code == REFUSED
    assert client.post("/accounts/two-factor/backup-codes/").status_code == REFUSED


@pytest.mark.spec("S-3")
@pytest.mark.parametrize("why", ["not required", "other organization", "deactivated elsewhere", "mfa"])
def test_otherwise_it_cannot(cast, bo, why):
    if why != "not required":
        set_policies(cast.acme, require_two_factor=TwoFactorRule.EVERYONE)
    if why == "other organization":
        add_member(cast.globex, bo, "read_only")
    elif why == "deactivated elsewhere":
        add_member(cast.globex, bo, "read_only", status="deactivated")
    client = with_sso(cast.client("bo"), cast.acme, mfa=why == "mfa")
    assert client.get("/accounts/two-factor/").status_code == REFUSED
    assert client.post("/accounts/two-factor/", {"code": "123456"}).status_code == REFUSED


@pytest.mark.spec("S-3")
def test_the_providers_second_factor_counts(cast, bo):
    set_policies(cast.acme, require_two_factor=TwoFactorRule.EVERYONE)
    assert with_sso(cast.client("bo"), cast.acme, mfa=True).get("/o/acme/").status_code == 200
    add_authenticator(bo)
    response = with_sso(cast.client("bo"), cast.acme).get("/o/acme/")
    assert response["Location"].startswith("/accounts/two-factor/verify/")


# --- Privacy & security -----------------------------------------------------------------------------------
@pytest.mark.spec("S-4")
def test_privacy_and_security_says_so_and_offers_no_changes(cast, client, bo):
    page = client.get("/o/acme/preferences/security/")
    text = text_of(page)
    assert "You signed in with Okta. To change how you sign in, sign in with your password." in text
    for label in ("Change password", "Change email", "Set up app", "Add passkey", "Forget all devices"):
        assert label not in text, label
    assert "This session" in text
    own = text_of(cast.client("bo").get("/o/acme/preferences/security/"))
    assert "You signed in with" not in own and "Change password" in own and "Add passkey" in own


@pytest.mark.spec("S-4")
def test_other_sessions_can_be_ended(cast, client, bo):
    other = cast.client("bo")
    client.post("/accounts/sessions/ending/")
    assert other.get("/o/acme/")["Location"].startswith("/accounts/login/")
    assert WebAuthnCredential.objects.count() == 0 and Membership.objects.filter(user=bo).count() == 1


@pytest.mark.spec("J-2")
def test_an_invitation_of_another_organization_needs_the_own_sign_in(cast, client, bo):
    invitation = cast.invite(cast.tess, role="billing", people=[("Bo", "Lindqvist", bo.email)])[0]
    client.get(f"/invitations/{make_token(invitation)}/")
    response = client.post(reverse("accept"))
    assert response["Location"] == "/accounts/sign-in-again/?next=%2Finvitations%2Faccept%2F"
    assert "To accept this invitation, sign in with your password." in text_of(client.get(response["Location"]))
    assert Membership.objects.get(pk=invitation.membership_id).status == "invited"
    client.post("/accounts/sign-in-again/", {"next": reverse("accept")})
    client.post("/accounts/login/", {"login": bo.email, "password": PASSWORD})
    assert client.post(reverse("accept")).status_code == 302
    assert Membership.objects.get(pk=invitation.membership_id).status == "active"
