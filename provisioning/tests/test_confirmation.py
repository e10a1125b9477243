"""Fresh sign-in with the identity provider that opened the session (S-7)."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.urls import reverse

from accounts.fresh import is_fresh
from accounts.models import Session, User
from accounts.services.sign_in import CONFIRMED_AT, SSO_CONFIRMED_AT
from organizations.models import Membership, Status
from provisioning.models import IdentityProvider, SsoPurpose, SsoRequest
from provisioning.sso import completion
from provisioning.sso.profile import SsoError, SsoProfile
from provisioning.tests.providers import ISSUER, add_identity, add_provider
from teamadmin.testing.cast import Cast, add_member
from teamadmin.testing.html import text_of
from teamadmin.testing.sso import with_sso

pytestmark = [pytest.mark.django_db, pytest.mark.spec("S-7", "O-4")]


@pytest.fixture
def okta(cast: Cast) -> IdentityProvider:
    """Acme's Okta, where Olga and Max are known."""
    for member in (cast.olga, cast.max):
        add_identity(member)
    return add_provider(cast.acme)


@pytest.fixture
def client(cast: Cast, okta: IdentityProvider) -> Client:
    """Olga's session, which Okta opened long ago."""
    return age(with_sso(cast.client("olga"), cast.acme))


def age(client: Client) -> Client:
    session = client.session
    session[SSO_CONFIRMED_AT] = dict.fromkeys(session.get(SSO_CONFIRMED_AT, {}), 1)
    session.pop(CONFIRMED_AT, None)
    session.save()
    Session.objects.update(signed_in_at="2026-01-01T00:00Z")
    return client


def delete_bo(client: Client, cast: Cast):
    return client.post(reverse("user_deletion", args=["acme", cast.bo.pk]))


def answer(client: Client, subject: Membership, url: str):
    """Follow the link to the provider, and return that redirect, the request, and the answer about `subject`."""
    response = client.get(url)
    assert response.status_code == 302, text_of(response)
    row = SsoRequest.objects.select_related("identity_provider__organization").latest("created_at")
    return response, row, SsoProfile(ISSUER, str(subject.pk))


def finish(client: Client, row: SsoRequest, profile: SsoProfile, rf):
    """Finish it in the client's session, as the callback does."""
    request = rf.get("/")
    request.session = client.session
    request.session.load()
    request.user = User.objects.get(pk=client.session[SESSION_KEY])
    response = completion.finish(request, row, profile)
    request.session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = request.session.session_key
    return response


def test_the_page_offers_the_provider_that_opened_the_session_and_runs_the_action(cast, client, rf):
    asked = delete_bo(client, cast)
    assert asked.status_code == 302 and "/reauthenticate/" in asked["Location"]
    page = client.get(asked["Location"])
    assert "Continue with Okta" in text_of(page)
    link = next(part for part in page.content.decode().split('"') if "/sso/acme/confirmation/" in part)
    response, row, profile = answer(client, cast.olga, link.replace("&amp;", "&"))
    sent = parse_qs(urlsplit(response["Location"]).query)
    assert sent["prompt"] == ["login"] and row.purpose == SsoPurpose.CONFIRM
    back = finish(client, row, profile, rf)
    assert Membership.objects.filter(pk=cast.bo.pk).exists()  # GET changes nothing
    page = client.get(back["Location"])
    assert "You’re confirmed" in text_of(page)
    token = parse_qs(urlsplit(back["Location"]).query)["request"][0]
    client.post(reverse("account_reauthenticate"), {"request": token})
    assert not Membership.objects.filter(pk=cast.bo.pk).exists()


def test_someone_else_at_the_provider_confirms_nothing(cast, client, rf):
    _response, row, profile = answer(client, cast.max, "/sso/acme/confirmation/?next=/o/acme/")
    with pytest.raises(SsoError, match="different account"):
        finish(client, row, profile, rf)
    assert "/reauthenticate/" in delete_bo(client, cast)["Location"]


def test_it_counts_in_its_organization_only(cast, client, rf):
    add_member(cast.globex, cast.olga.user, "admin")
    with_sso(client, cast.acme, own=True)
    age(client)
    _response, row, profile = answer(client, cast.olga, "/sso/acme/confirmation/?next=/o/acme/")
    finish(client, row, profile, rf)
    globex = client.post(reverse("user_deletion", args=["globex", cast.tess.pk]))
    assert "/reauthenticate/" in globex["Location"]
    assert "Continue with Okta" not in text_of(client.get(globex["Location"]))
    assert "/reauthenticate/" in client.get(reverse("passkey_new"))["Location"]
    assert "/reauthenticate/" not in delete_bo(client, cast)["Location"]


def test_signing_in_with_the_provider_is_fresh_for_its_organization_only(cast, okta, rf):
    client = with_sso(cast.client("olga"), cast.acme)
    request = rf.get("/")
    request.session = client.session
    assert not is_fresh(request)
    assert is_fresh(request, organization_id=str(cast.acme.pk))
    assert not is_fresh(request, organization_id=str(cast.globex.pk))


def test_only_a_session_that_the_provider_opened_can_confirm_with_it(cast, okta):
    assert cast.client("olga").get("/sso/acme/confirmation/").status_code == 404
    assert "/login/" in cast.client().get("/sso/acme/confirmation/")["Location"]
    assert with_sso(cast.client("tess"), cast.globex).get("/sso/acme/confirmation/").status_code == 404
    page = age(cast.client("olga")).get("/accounts/reauthenticate/?next=/o/acme/")
    assert "Continue with Okta" not in text_of(page)


def test_a_signed_out_browser_confirms_nothing(cast, client, okta, rf):
    _response, row, profile = answer(client, cast.olga, "/sso/acme/confirmation/?next=/o/acme/")
    Membership.objects.filter(pk=cast.olga.pk).update(status=Status.DEACTIVATED)
    request = rf.get("/")
    request.session, request.user = client.session, AnonymousUser()
    with pytest.raises(SsoError, match="no longer signed in"):
        completion.finish(request, row, profile)


def test_a_failed_confirmation_leads_back_to_the_page_that_asked(cast, client, rf):
    _response, row, _profile = answer(client, cast.max, "/sso/acme/confirmation/?next=/o/acme/users/")
    request = rf.get("/")
    request.session, request.user = client.session, cast.olga.user
    page = completion.fail(request, row.identity_provider, SsoError("Someone else.", code="other_user"), row)
    assert page.status_code == 400 and "We couldn’t confirm it’s you" in text_of(page)
    assert "/sso/acme/confirmation/?next=%2Fo%2Facme%2Fusers%2F" in page.content.decode()
