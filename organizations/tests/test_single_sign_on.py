"""Single sign-on enforced: every way around it is closed for the organization's members (O-4)."""

from urllib.parse import urlsplit

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.emails import render_password_reset
from accounts.models import KnownBrowser, User
from accounts.policies import can_sign_in
from accounts.services.sign_in import SignIns
from audit.models import Entry
from invitations.links import make_token
from organizations.models import Membership, Organization, Status
from organizations.tests.session_clients import sign_in, statuses
from outbox.models import OutgoingEmail
from provisioning.models import ExternalIdentity, IdentityProvider
from provisioning.tests.providers import add_provider
from teamadmin.testing.cast import PASSWORD, Cast, add_member
from teamadmin.testing.html import text_of
from teamadmin.testing.parallel import run_in_parallel
from teamadmin.testing.sso import with_sso
from teamadmin.testing.two_factor import add_authenticator, code_of, is_signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.spec("O-4")]
SSO_PAGE = "/organizations/acme/single-sign-on/"
HTMX = {"HX-Request": "true"}


def enforce(organization: Organization) -> None:
    Organization.objects.filter(pk=organization.pk).update(sso_enforced=True)


@pytest.fixture
def enforced(cast: Cast) -> IdentityProvider:
    """Acme enforces single sign-on with Okta."""
    enforce(cast.acme)
    return add_provider(cast.acme)


def enter_password(client: Client, user: User, password: str = PASSWORD, **data: str) -> HttpResponse:
    return client.post("/accounts/login/", {"login": user.email, "password": password} | data)


# --- sessions from before --------------------------------------------------------------------------
def test_a_session_that_a_password_opened_ends_at_its_next_request(cast):
    add_provider(cast.acme)
    client = sign_in(cast.bo.email, "acme")
    assert statuses(client, "acme") == [200]
    enforce(cast.acme)
    response = client.get("/o/acme/projects/?q=a")
    assert response["Location"] == f"{SSO_PAGE}?next=%2Fo%2Facme%2Fprojects%2F%3Fq%3Da"
    page = client.get(response["Location"])
    assert page.status_code == 403 and "Acme requires single sign-on." in text_of(page)
    assert "Continue with Okta" in text_of(page)
    assert "/sso/acme/?next=%2Fo%2Facme%2Fprojects%2F%3Fq%3Da" in page.content.decode()


@pytest.mark.parametrize("method", ["get", "post"])
def test_fragments_and_forms_are_refused_as_well(cast, enforced, method):
    client = cast.client("olga")
    response = getattr(client, method)(reverse("user_deletion", args=["acme", cast.bo.pk]), headers=HTMX)
    assert response["HX-Redirect"].startswith(SSO_PAGE)
    response = getattr(client, method)(reverse("user_deletion", args=["acme", cast.bo.pk]))
    assert response.status_code == 302 and response["Location"].startswith(SSO_PAGE)
    assert Membership.objects.filter(pk=cast.bo.pk).exists()


def test_every_page_of_the_organization_is_closed(cast, enforced):
    client = cast.client("olga")
    for name in ("homepage", "users", "groups", "security", "sso_settings", "privacy", "preferences", "welcome"):
        response = client.get(reverse(name, args=["acme"]))
        assert response.status_code == 302 and response["Location"].startswith(SSO_PAGE), name


def test_a_session_that_the_provider_opened_goes_on(cast, enforced):
    assert statuses(with_sso(cast.client("bo"), cast.acme), "acme") == [200]
    assert statuses(with_sso(cast.client("bo"), cast.globex), "acme") == [SSO_PAGE]


def test_the_page_is_for_members_and_leads_on_when_nothing_is_missing(cast, enforced):
    assert cast.client("tess").get(SSO_PAGE).status_code == 404
    assert cast.client("bo").get("/organizations/nowhere/single-sign-on/").status_code == 404
    response = with_sso(cast.client("bo"), cast.acme).get(f"{SSO_PAGE}?next=/o/acme/projects/")
    assert response["Location"] == "/o/acme/projects/"
    assert cast.client("bo").get(f"{SSO_PAGE}?next=https://evil.example/").content.decode().count("evil") == 0


# --- signing in ------------------------------------------------------------------------------------
@pytest.mark.spec("S-1")
def test_the_right_password_is_refused_with_the_reason_and_a_link(cast, enforced):
    client = Client()
    response = enter_password(client, cast.bo.user, next="/o/acme/projects/")
    assert response.status_code == 403 and not is_signed_in(client)
    assert "Acme requires single sign-on." in text_of(response) and "Continue with Okta" in text_of(response)
    assert "/sso/acme/?next=%2Fo%2Facme%2Fprojects%2F" in response.content.decode()
    entry = Entry.objects.get(action="sign_in.failed", organization_id=cast.acme.pk)
    assert entry.data["reason"] == "single_sign_on"


@pytest.mark.spec("S-1")
def test_wrong_passwords_are_answered_as_always(cast, enforced):
    known = enter_password(Client(), cast.bo.user, "wrong-wrong-wrong")
    unknown = Client().post("/accounts/login/", {"login": "no@acme.example", "password": "wrong-wrong-wrong"})
    assert known.status_code == unknown.status_code
    assert "single sign-on" not in text_of(known).lower().replace("continue with single sign-on", "")
    assert text_of(known) == text_of(unknown).replace("no@acme.example", cast.bo.email)


def test_a_member_of_other_organizations_signs_in_for_those(cast, enforced):
    add_member(cast.globex, cast.bo.user, "read_only")
    assert statuses(sign_in(cast.bo.email), "acme", "globex") == [SSO_PAGE, 200]
    enforce(cast.globex)
    add_provider(cast.globex)
    # Until a provider has signed them in, they need it to link their account (O-3).
    assert statuses(sign_in(cast.bo.email), "acme", "globex") == [SSO_PAGE, "/organizations/globex/single-sign-on/"]
    ExternalIdentity.objects.create(organization=cast.acme, issuer="i", subject="bo", user=cast.bo.user)
    client = Client()
    page = text_of(enter_password(client, cast.bo.user))
    assert "Acme and Globex require single sign-on." in page
    assert "Continue with Okta (Acme)" in page and "Continue with Okta (Globex)" in page
    assert not is_signed_in(client)


def test_an_invitation_elsewhere_and_platform_staff_keep_their_sign_in(cast, enforced):
    cast.invite(cast.tess, role="billing", people=[("Bo", "Lindqvist", cast.bo.email)])
    assert enter_password(Client(), cast.bo.user).status_code == 302
    User.objects.filter(pk=cast.opal.user_id).update(is_staff=True)
    client = Client()
    assert enter_password(client, cast.opal.user).status_code == 302
    assert statuses(client, "acme") == [SSO_PAGE]


def test_a_passkey_or_a_remembered_device_opens_no_session(cast, enforced):
    app = add_authenticator(cast.bo.user)
    client = Client()
    Organization.objects.update(sso_enforced=False)
    enter_password(client, cast.bo.user)
    client.post("/accounts/two-factor/verify/", {"code": code_of(app), "remember": "on"})
    assert KnownBrowser.objects.get(user=cast.bo.user).remembered_until
    client.post("/accounts/logout/")
    enforce(cast.acme)
    assert enter_password(client, cast.bo.user).status_code == 403 and not is_signed_in(client)
    assert not can_sign_in(cast.bo.user, "passkey") and can_sign_in(cast.bo.user, "sso") and can_sign_in(cast.bo.user)


def test_enforcing_it_while_someone_enters_the_second_factor(cast):
    add_provider(cast.acme)
    app = add_authenticator(cast.bo.user)
    client = Client()
    assert "/two-factor/verify/" in enter_password(client, cast.bo.user)["Location"]
    enforce(cast.acme)
    client.post("/accounts/two-factor/verify/", {"code": code_of(app)})
    assert not is_signed_in(client)


@pytest.mark.django_db(transaction=True)
def test_enforcing_it_while_someone_signs_in_opens_nothing(live_cast):
    cast, client = live_cast, Client()
    add_provider(cast.acme)
    run_in_parallel(2, lambda number: enforce(cast.acme) if number else enter_password(client, cast.bo.user))
    assert client.get("/o/acme/projects/").status_code == 302


# --- passwords and invitations -----------------------------------------------------------------------
@pytest.mark.spec("S-1")
def test_a_reset_is_answered_as_always_and_the_email_leads_to_single_sign_on(cast, enforced):
    known = Client().post("/accounts/password/reset/", {"email": cast.bo.email})
    unknown = Client().post("/accounts/password/reset/", {"email": "no@acme.example"})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    message = render_password_reset(OutgoingEmail.objects.get(subject_id=cast.bo.user_id))
    assert message.subject == "Sign in to TeamAdmin with single sign-on"
    for part in (message.body, message.alternatives[0][0]):
        assert "Acme requires single sign-on." in part and "/sso/acme/" in part and "/reset/key/" not in part


def test_members_of_an_organization_without_it_get_a_reset_link(cast, enforced):
    add_member(cast.globex, cast.bo.user, "read_only")
    Client().post("/accounts/password/reset/", {"email": cast.bo.email})
    assert "/reset/key/" in render_password_reset(OutgoingEmail.objects.get(subject_id=cast.bo.user_id)).body


def test_a_reset_link_from_before_gives_no_session(cast, enforced):
    client, user = Client(), cast.bo.user
    key = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    form = client.get(reverse("account_reset_password_from_key", kwargs=key))
    new = {"password1": "a-new-and-long-password", "password2": "a-new-and-long-password"}
    client.post(form["Location"], new)
    assert not is_signed_in(client)
    user.refresh_from_db()
    assert enter_password(client, user, new["password1"]).status_code == 403 and not is_signed_in(client)


def test_an_invitation_is_not_accepted_with_a_password(cast):
    invitation = cast.invite()[0]
    enforce(cast.acme)
    add_provider(cast.acme)
    client = Client()
    client.get(f"/invitations/{make_token(invitation)}/")
    response = client.post(reverse("accept"), {"password": "a-new-and-long-password"})
    assert response.status_code in (403, 409) and not is_signed_in(client)
    assert Membership.objects.get(pk=invitation.membership_id).status == Status.INVITED
    assert not User.objects.filter(email="nadia@acme.example").exists()


def test_an_invitation_is_not_accepted_by_a_user_who_signed_in_with_a_password(cast):
    invitation = cast.invite(people=[("Tess", "Tester", cast.tess.user.email)])[0]
    enforce(cast.acme)
    add_provider(cast.acme)
    client = cast.client("tess")
    client.get(f"/invitations/{make_token(invitation)}/")
    assert client.post(reverse("accept")).status_code in (403, 409)
    assert Membership.objects.get(pk=invitation.membership_id).status == Status.INVITED


# --- ended sessions ------------------------------------------------------------------------------------
@pytest.mark.spec("S-5")
def test_a_session_that_was_ended_leads_back_to_the_provider(cast, enforced):
    client = with_sso(cast.client("bo"), cast.acme)
    Organization.objects.filter(pk=cast.acme.pk).update(sessions_ended_at="2100-01-01T00:00Z")
    response = client.get("/o/acme/projects/")
    assert not is_signed_in(client)
    page = client.get(response["Location"])
    assert "Acme requires single sign-on." in text_of(page)
    assert "/sso/acme/?next=%2Fo%2Facme%2Fprojects%2F" in page.content.decode()


@pytest.mark.spec("S-5")
def test_signing_in_again_among_several_organizations_leads_there_too(cast, enforced):
    add_member(cast.globex, cast.bo.user, "read_only")
    client = with_sso(cast.client("bo"), cast.acme)
    Organization.objects.filter(pk=cast.acme.pk).update(sessions_ended_at="2100-01-01T00:00Z")
    response = client.get("/o/acme/projects/")
    assert urlsplit(response["Location"]).path == "/accounts/sign-in-again/"
    response = client.post("/accounts/sign-in-again/", {"next": "/o/acme/projects/"})
    assert "Continue with Okta" in text_of(client.get(response["Location"]))


def test_the_sign_in_page_offers_the_provider_of_the_page_that_was_opened(cast, enforced):
    page = text_of(Client().get("/accounts/login/?next=/o/acme/"))
    assert "Acme requires single sign-on." in page and "Continue with Okta" in page
    for url in ("/accounts/login/", "/accounts/login/?next=/o/globex/", "/accounts/login/?next=/nonsense"):
        assert "Continue with Okta" not in text_of(Client().get(url))
    IdentityProvider.objects.update(is_enabled=False)
    assert "Continue with Okta" not in text_of(Client().get("/accounts/login/?next=/o/acme/"))


# --- another organization ---------------------------------------------------------------------------------
@pytest.mark.spec("O-3")
def test_a_provider_opens_its_own_organization_only(cast):
    add_member(cast.globex, cast.bo.user, "read_only")
    add_provider(cast.acme)
    client = with_sso(cast.client("bo"), cast.acme)
    assert statuses(client, "acme", "globex") == [200, "/accounts/sign-in-again/"]
    Membership.objects.filter(user=cast.bo.user, organization=cast.globex).update(last_active_at="2100-01-01T00:00Z")
    assert client.get("/")["Location"] == "/o/acme/"
    assert not SignIns.of(client.session).own


@pytest.mark.spec("A-5")
def test_a_provider_does_not_learn_of_other_organizations(cast):
    """Neither the switcher, the chooser nor the account pages name them, until the user signs in by themselves."""
    add_member(cast.globex, cast.bo.user, "read_only")
    client = with_sso(cast.client("bo"), cast.acme)
    for path in ("/o/acme/projects/", "/organizations/", "/o/acme/preferences/", "/o/acme/preferences/security/"):
        assert "Globex" not in client.get(path).content.decode(), path
    with_sso(client, cast.acme, own=True)
    assert "Globex" in client.get("/organizations/").content.decode()
