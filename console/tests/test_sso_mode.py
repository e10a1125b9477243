"""Turning single sign-on on and off, deleting it, and who may."""

import pytest
from django.test import Client

from accounts.models import AuthenticatorApp
from accounts.services import notify_two_factor_listeners
from accounts.services.sign_in import SECOND_FACTOR
from audit.models import Entry
from console.tests.sso_forms import CONNECTION, METADATA, SECRET, URL, post, stored
from organizations.models import Organization
from organizations.permissions import Permission
from provisioning.models import ExternalIdentity, IdentityProvider, SsoTest
from provisioning.services.identity_providers import SettingsConflict, save_provider
from teamadmin.testing.cast import add_member, add_role, add_user
from teamadmin.testing.html import text_of
from teamadmin.testing.parallel import run_in_parallel


@pytest.mark.spec("O-1", "O-2")
def test_single_sign_on_is_turned_on_and_off(olga, provider):
    assert post(olga, "mode", mode="optional").status_code == 302
    assert stored().is_enabled
    assert post(olga, "mode", mode="enforced")["Location"] == f"{URL}enforcement/"
    assert not Organization.objects.get(slug="acme").sso_enforced
    assert post(olga, "mode", mode="off").status_code == 302
    assert not stored().is_enabled
    assert list(Entry.objects.order_by("at").values_list("action", flat=True)) == ["sso.turned_on", "sso.turned_off"]


def test_an_incomplete_provider_is_not_turned_on(olga):
    assert "Choose your provider first." in text_of(post(olga, "mode", mode="optional"))
    post(olga, "provider", provider="okta", protocol="oidc")
    response = post(olga, "mode", mode="optional")
    assert response.status_code == 422 and "First fill in what your provider shows." in text_of(response)
    assert not stored().is_enabled


@pytest.mark.spec("O-4")
def test_while_it_is_enforced_the_only_way_in_is_neither_closed_nor_exchanged(olga, provider, cast, discovery):
    IdentityProvider.objects.update(is_enabled=True)
    client = _break_glass(cast)
    response = post(client, "mode", mode="off")
    assert response.status_code == 422 and "Stop enforcing it first." in text_of(response)
    assert post(client, "mode", mode="optional")["Location"] == f"{URL}enforcement/"
    assert post(client, "deletion").status_code == 403
    assert post(client, "provider", provider="okta", protocol="saml").status_code == 403
    discovery["https://other.example"] = METADATA | {"issuer": "https://other.example"}
    assert post(client, "connection", **CONNECTION | {"discovery_url": "https://other.example"}).status_code == 403
    found = stored()
    assert found.is_enabled and found.issuer == METADATA["issuer"]
    assert post(client, "connection", **CONNECTION | {"client_secret": "rotated"}).status_code == 302


def _break_glass(cast) -> Client:
    """Return a client of Acme's break-glass Admin, with single sign-on enforced."""
    AuthenticatorApp.objects.create(user=cast.olga.user, name="App", confirmed=True)
    notify_two_factor_listeners(user=cast.olga.user)
    type(cast.olga).objects.filter(pk=cast.olga.pk).update(is_break_glass=True)
    Organization.objects.filter(slug="acme").update(sso_enforced=True)
    client = cast.client("olga")
    session = client.session
    session[SECOND_FACTOR] = "authenticator"
    session.save()
    return client


def test_a_change_that_leaves_the_connection_incomplete_turns_it_off(olga, provider):
    IdentityProvider.objects.update(is_enabled=True)
    post(olga, "provider", provider="okta", protocol="saml")
    assert not stored().is_enabled and stored().issuer == ""
    post(olga, "provider", provider="okta", protocol="oidc")
    assert stored().issuer == METADATA["issuer"], "what was read from the provider is still there"


@pytest.mark.spec("O-1")
def test_deleting_it_deletes_the_links_and_keeps_the_members(olga, provider, cast):
    ExternalIdentity.objects.create(organization=cast.acme, issuer="i", subject="s", user=cast.bo.user)
    ExternalIdentity.objects.create(organization=cast.globex, issuer="i", subject="s", user=cast.tess.user)
    SsoTest.objects.create(identity_provider=provider, version=1, passed=True, tested_by="Olga")
    page = text_of(olga.get(f"{URL}deletion/"))
    assert "1 link between an account here and one at the provider is deleted" in page
    assert olga.post(f"{URL}deletion/").status_code == 302
    assert not IdentityProvider.objects.exists() and not SsoTest.objects.exists()
    assert [identity.organization for identity in ExternalIdentity.objects.all()] == [cast.globex]
    cast.bo.refresh_from_db()
    assert cast.bo.status == "active"
    assert "Choose your provider" in text_of(olga.get(URL))


def test_viewers_see_the_settings_without_buttons(olga, cast, provider):
    role = add_role(cast.acme, "Security viewer", Permission.SECURITY_VIEW)
    add_member(cast.acme, add_user("vera@acme.example", "Vera"), role)
    client = Client()
    client.login(username="vera@acme.example", password="correct-horse-battery")
    response = client.get(URL)
    page = response.content.decode().partition("<main")[2].partition("</main>")[0]
    assert response.status_code == 200 and "0oa7k2p9" in page and SECRET not in page
    assert 'type="submit"' not in page and page.count('<fieldset class="contents" disabled>') == 4
    assert "tests/new/" not in page and "deletion/" not in page
    assert client.post(f"{URL}attributes/", {"email_attribute": "x"}).status_code == 403


def test_admins_of_another_organization_find_nothing(cast, provider):
    tess = cast.client("tess")
    assert tess.get(URL).status_code == 404
    assert tess.post(f"{URL}connection/", CONNECTION).status_code == 404
    assert "0oa7k2p9" not in text_of(tess.get("/o/globex/security/single-sign-on/"))


@pytest.mark.django_db(transaction=True)
def test_of_two_admins_at_once_one_saves_and_the_other_one_sees_it(live_cast):
    def save(number: int) -> object:
        values = {"provider": "okta", "protocol": "oidc", "client_id": f"from {number}"}
        actor, organization = live_cast.olga, live_cast.acme
        return save_provider(actor=actor, organization=organization, values=values, version_seen=0)

    results = run_in_parallel(4, save)
    assert sum(isinstance(result, IdentityProvider) for result in results) == 1, results
    assert sum(isinstance(result, SettingsConflict) for result in results) == 3, results
    assert stored().version == 1 and Entry.objects.filter(action="sso.settings_changed").count() == 1


def test_forged_forms_are_refused(cast, provider):
    client = cast.client("olga", enforce_csrf_checks=True)
    for step in ("provider", "connection", "attributes", "mode", "deletion"):
        assert client.post(f"{URL}{step}/", {"mode": "optional"}).status_code == 403
    assert not stored().is_enabled
