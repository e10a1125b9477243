"""A hostile identity provider gets into no account that isn't its organization's (O-3, CVE-2025-22146)."""

import pytest
from django.test import Client

from accounts.models import User
from organizations.models import Membership
from provisioning.models import ExternalIdentity
from provisioning.tests.answers import come_back, enable_sso
from provisioning.tests.test_identities import user_of
from teamadmin.testing.cast import PASSWORD, add_member
from teamadmin.testing.html import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.urls("provisioning.tests.answers"), pytest.mark.spec("O-3")]
LINK = "/sso/acme/link/"


@pytest.fixture
def okta(cast):
    return enable_sso(cast.acme, "acme.example")


@pytest.fixture
def bo_elsewhere(cast):
    """Bo is a member of Globex, too."""
    return add_member(cast.globex, cast.bo.user, "read_only")


def sign_in(client, email="bo@acme.example", next_url=LINK):
    return client.post("/accounts/login/", {"login": email, "password": PASSWORD, "next": next_url})


def test_a_provider_that_asserts_another_organizations_admin_signs_no_one_in(cast, okta):
    evil = enable_sso(cast.globex, "globex.example")
    client = Client()
    assert come_back(client, evil, "olga@acme.example", "olga").status_code == 400
    assert user_of(client) is None and not ExternalIdentity.objects.exists()
    assert client.get("/o/acme/").status_code == 302


def test_not_even_if_the_admin_works_there_too(cast):
    """Olga's address isn't at Globex's domain, so Globex can't assert it, member or not."""
    evil = enable_sso(cast.globex, "globex.example")
    add_member(cast.globex, cast.olga.user, "read_only")
    client = Client()
    assert come_back(client, evil, "olga@acme.example").status_code == 400
    assert user_of(client) is None


def test_a_link_opens_only_the_providers_organization(cast):
    """Globex may sign Olga in for Globex. Acme asks for her own sign-in."""
    evil = enable_sso(cast.globex, "globex.example")
    add_member(cast.globex, cast.olga.user, "read_only")
    ExternalIdentity.objects.create(organization=cast.globex, issuer=evil.issuer, subject="olga", user=cast.olga.user)
    client = Client()
    come_back(client, evil, "olga@globex.example", "olga")
    assert client.get("/o/globex/").status_code == 200
    response = client.get("/o/acme/")
    assert response.status_code == 302 and "/accounts/sign-in-again/" in response["Location"]
    assert client.get("/o/acme/users/").status_code == 302
    assert client.post("/o/acme/groups/new/", {"name": "X"}).status_code == 302


def test_a_subject_means_another_person_in_another_organization(cast, okta):
    """Both organizations may use the same multi-tenant provider, with the same issuer."""
    other = enable_sso(cast.globex, "globex.example", issuer=okta.issuer)
    come_back(Client(), okta, "olga@acme.example", "42")
    client = Client()
    assert come_back(client, other, "tess@globex.example", "42").status_code == 302
    assert user_of(client) == cast.tess.user
    assert come_back(Client(), other, "olga@acme.example", "42").status_code == 302  # Tess, whatever the address says
    assert set(ExternalIdentity.objects.values_list("user__email", flat=True)) == {
        "olga@acme.example",
        "tess@globex.example",
    }


def test_a_link_in_use_cannot_move_to_the_account_that_confirms(cast, okta, bo_elsewhere):
    """Someone opens the confirmation for Bo's subject, which is linked with another account meanwhile."""
    client = Client()
    come_back(client, okta, "bo@acme.example", "bo")
    sign_in(client)
    ExternalIdentity.objects.create(organization=cast.acme, issuer=okta.issuer, subject="bo", user=cast.max.user)
    assert client.post(LINK).status_code == 400
    assert ExternalIdentity.objects.get().user == cast.max.user


def test_a_member_listed_under_someone_elses_address_is_not_taken_over(cast, okta):
    """The directory lists Max's membership under the address of Bo's account: neither is signed in."""
    Membership.objects.filter(pk=cast.bo.pk).delete()
    Membership.objects.filter(pk=cast.max.pk).update(email="bo@acme.example", email_key="bo@acme.example")
    User.objects.filter(pk=cast.max.user_id).update(email="max@private.example")
    client = Client()
    response = come_back(client, okta, "bo@acme.example")
    assert response.status_code == 400 and user_of(client) is None
    assert "Another account already uses this address" in text_of(response)


def test_a_new_session_id_after_signing_in(cast, okta):
    client = Client()
    client.get("/accounts/login/")
    session = client.session
    session["x"] = 1
    session.save()
    client.cookies["teamadmin-session"] = before = session.session_key
    come_back(client, okta, "bo@acme.example")
    assert client.session.session_key != before
