"""Setup links for IT administrators (O-6)."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from audit.models import Entry
from base.policies import Refused
from console.setup_links import pages
from organizations.models import Membership, Organization
from provisioning.models import Domain, ScimConnection, ScimToken, SetupLink
from provisioning.services.domains import add_domain
from provisioning.services.scim_tokens import create_token, find_connection
from provisioning.services.setup_links import MAX_LINKS, create_setup_link
from provisioning.txt_records import txt_record
from teamadmin.testing.aging import age, asks
from teamadmin.testing.html import text_of

pytestmark = pytest.mark.spec("O-6")
URL = "/o/acme/security/setup-links/domain/"


def make(client) -> str:
    """Make a link on its page, and return its path."""
    page = client.post(URL).content.decode()
    return unescape(re.search(r"http://testserver(/setup/[^<\"]+)", page)[1])


@pytest.fixture
def path(cast) -> str:
    return make(cast.client("olga"))


@pytest.fixture
def it(path) -> Client:
    """A browser that has opened the link."""
    client = Client()
    assert client.get(path).status_code == 302
    return client


def page_of(link: SetupLink | None = None) -> str:
    return f"/setup/{(link or SetupLink.objects.get()).pk}/domains/"


def test_a_link_is_shown_once_and_stored_as_a_hash(cast):
    client = cast.client("olga")
    path = make(client)
    token = path.removeprefix("/setup/").removesuffix("/")
    response = client.get(URL)
    assert token not in response.content.decode() and "Created by Olga Ivanova just now" in text_of(response)
    assert "no-store" in response["Cache-Control"]
    link = SetupLink.objects.get()
    assert token not in str(vars(link)) and "Not used yet" in text_of(response)
    assert timedelta(days=6, hours=23) < link.expires_at - timezone.now() <= timedelta(days=7)
    assert Entry.objects.get(action="setup_link.created").data == {"intent": "Domain"}
    assert token not in str(list(Entry.objects.values()))


def test_opening_changes_nothing_and_moves_the_token_into_a_cookie(path, settings):
    client = Client()
    response = client.get(path)
    link = SetupLink.objects.get()
    assert response["Location"] == f"/setup/{link.pk}/" and response["Referrer-Policy"] == "no-referrer"
    assert "no-store" in response["Cache-Control"] and link.last_used_at is None
    cookie = response.cookies[settings.SETUP_COOKIE_NAME]
    assert cookie["path"] == f"/setup/{link.pk}/" and cookie["httponly"] and cookie["samesite"] == "Lax"
    page = client.get(response["Location"], follow=True)
    assert page.request["PATH_INFO"] == page_of() and "no-store" in page["Cache-Control"]
    assert path not in page.content.decode()
    assert SetupLink.objects.get().last_used_at


def test_the_page_shows_only_this_and_who_asked(it, cast):
    Domain.objects.create(organization=cast.acme, name="secret.example", token="t")
    text = text_of(it.get(page_of()))
    assert "Olga Ivanova asked you to set this up for Acme" in text
    for private in ("secret.example", "Users", "Max", "acme.example", "Security"):
        assert private not in text
    for url in ("/o/acme/", "/o/acme/security/domains/"):
        assert it.get(url)["Location"].startswith("/accounts/login/")


def test_a_domain_is_verified_through_the_link(it, cast, dns_server):
    text = text_of(it.post(page_of(), {"name": "acme.example"}, follow=True))
    domain = Domain.objects.get()
    record = txt_record("acme.example", domain.token)
    assert record.value in text
    dns_server.values[record.name] = [record.value]
    text = text_of(it.post(f"{page_of()}{domain.pk}/checks/", follow=True))
    assert "Verified" in text and record.value not in text
    added = Entry.objects.get(action="domain.added")
    assert added.actor_label == "setup link of Olga Ivanova" and added.actor_id == SetupLink.objects.get().pk
    assert Entry.objects.get(action="domain.verified").actor_label == "setup link of Olga Ivanova"
    assert "Set up through a setup link" in text_of(cast.client("olga").get("/o/acme/security/domains/"))
    assert it.post(page_of(), {"name": "gmail.com"}).status_code == 422


def test_a_pending_domain_can_be_taken_up_and_a_verified_one_not(it, cast):
    domain = Domain.objects.create(organization=cast.acme, name="acme.example", token="abc")
    assert "teamadmin-verify=abc" in text_of(it.post(page_of(), {"name": "acme.example"}, follow=True))
    Domain.objects.update(setup_link=None, verified_at=timezone.now())
    assert it.post(page_of(), {"name": "acme.example"}).status_code == 422
    assert it.post(f"{page_of()}{domain.pk}/checks/").status_code == 404


def end(cast, how):
    link = SetupLink.objects.get()
    if how == "revoked":
        cast.client("olga").post(f"/o/acme/security/setup-links/{link.pk}/revocation/")
    elif how == "expired":
        SetupLink.objects.update(expires_at=timezone.now())
    elif how == "suspended":
        Organization.objects.filter(pk=cast.acme.pk).update(is_active=False)
    elif how == "deactivated":
        Membership.objects.filter(pk=cast.olga.pk).update(status="deactivated")
    elif how == "demoted":
        cast.olga.role_links.all().delete()
    else:
        cast.olga.delete()


@pytest.mark.parametrize("how", ["revoked", "expired", "suspended", "deactivated", "demoted", "deleted"])
def test_a_link_that_has_ended_opens_nothing_also_in_open_pages(it, cast, path, how):
    it.post(page_of(), {"name": "acme.example"})
    page, check = page_of(), f"{page_of()}{Domain.objects.get().pk}/checks/"
    end(cast, how)
    expected = 404 if how == "deleted" else 410
    for client in (it, Client()):
        assert client.get(path).status_code == expected
    assert it.get(page).status_code == it.post(page, {"name": "b.example"}).status_code == expected
    assert it.post(check).status_code == expected
    assert "b.example" not in Domain.objects.values_list("name", flat=True)
    assert "can’t be used" in text_of(it.get(page))


def test_a_link_that_ends_during_the_request_changes_nothing(it, cast, monkeypatch):
    add = pages.add_domain

    def revoke_first(**options):
        SetupLink.objects.update(revoked_at=timezone.now())
        return add(**options)

    monkeypatch.setattr(pages, "add_domain", revoke_first)
    response = it.post(page_of(), {"name": "b.example"})
    assert response.status_code == 410 and "was revoked" in text_of(response)
    assert not Domain.objects.exists()


def test_a_browser_without_the_link_gets_nothing(cast, path, it, settings):
    other = SetupLink.objects.get()
    link, _token = create_setup_link(actor=cast.tess, intent="domain")
    assert Client().get(page_of(other)).status_code == 404
    assert it.get(page_of(link)).status_code == 404
    forged = Client()
    forged.cookies[settings.SETUP_COOKIE_NAME] = path.split("/")[2]
    assert forged.get(page_of(other)).status_code == 404
    assert cast.client("olga").get(page_of(other)).status_code == 404


@pytest.mark.parametrize("intent", ["sso", "scim"])
def test_a_link_opens_only_the_forms_of_its_intent(cast, intent):
    link, token = create_setup_link(actor=cast.olga, intent=intent)
    client = Client()
    client.get(f"/setup/{token}/")
    assert client.get(page_of(link)).status_code == 404
    assert client.post(page_of(link), {"name": "b.example"}).status_code == 404
    assert not Domain.objects.exists()


def test_guessing_tokens_is_limited(path):
    client = Client()
    statuses = {client.get(f"/setup/{'x' * number}/").status_code for number in range(1, 60)}
    assert statuses == {404, 403} or 429 in statuses
    assert client.get(path).status_code != 302


def test_only_people_who_manage_security_make_and_revoke_links(cast, path):
    link = SetupLink.objects.get()
    revoke = f"/o/acme/security/setup-links/{link.pk}/revocation/"
    for name in ("max", "bo"):
        assert cast.client(name).get(URL).status_code == cast.client(name).post(URL).status_code == 403
        assert cast.client(name).post(revoke).status_code == 403
    assert cast.client("tess").post(revoke.replace("acme", "globex")).status_code == 404
    assert SetupLink.objects.get().revoked_at is None
    assert cast.client("olga").get(URL.replace("domain", "nonsense")).status_code == 404


@pytest.mark.spec("S-7")
def test_making_a_link_needs_a_fresh_sign_in(cast):
    client = cast.client("olga")
    age(client, 16)
    assert asks(client.post(URL)) and not SetupLink.objects.exists()


def test_revoking_twice_says_so_once_and_links_are_limited(cast):
    for _number in range(MAX_LINKS):
        create_setup_link(actor=cast.olga, intent="sso")
    client = cast.client("olga")
    response = client.post(URL)
    assert response.status_code == 409 and "Revoke one first" in text_of(response)
    link = SetupLink.objects.first()
    for _press in range(2):
        client.post(f"/o/acme/security/setup-links/{link.pk}/revocation/")
    assert Entry.objects.filter(action="setup_link.revoked").count() == 1


def test_revoking_asks_first_and_says_what_happens(cast):
    link, _token = create_setup_link(actor=cast.olga, intent="sso")
    client, revoke = cast.client("olga"), f"/o/acme/security/setup-links/{link.pk}/revocation/"
    page = client.get(URL.replace("domain", "sso")).content.decode()
    assert f'href="{revoke}"' in page and f'action="{revoke}"' not in page
    for headers in ({}, {"HX-Request": "true"}):
        text = text_of(client.get(revoke, headers=headers))
        assert "Revoke the setup link for Single sign-on?" in text and "This can’t be undone." in text
        assert "The IT administrator who got it from Olga Ivanova can’t use it anymore" in text
        assert "Last used: never" in text and "Anything already set up with it keeps working" in text
    assert SetupLink.objects.get().revoked_at is None
    done = client.post(revoke, headers={"HX-Request": "true"})
    assert done["HX-Redirect"] == URL.replace("domain", "sso")
    assert "The setup link was revoked." in text_of(client.get(done["HX-Redirect"]))
    again = client.post(revoke, follow=True)
    assert "The setup link had already ended." in text_of(again) and "data-undo" not in again.content.decode()


@pytest.fixture
def scim(cast) -> tuple[Client, str]:
    """A browser that has opened a link for provisioning, and the URL of its page."""
    link, token = create_setup_link(actor=cast.olga, intent="scim")
    client = Client()
    client.get(f"/setup/{token}/")
    return client, client.get(f"/setup/{link.pk}/")["Location"]


def test_provisioning_is_set_up_and_tested_through_the_link(scim, cast):
    client, base = scim
    assert "Create a token" not in text_of(client.get(base))
    assert client.post(f"{base}connection/", {"provider": "nonsense"}).status_code == 422
    assert client.post(f"{base}tokens/", {"name": "Okta"}).status_code == 404
    client.post(f"{base}connection/", {"provider": "okta"})
    assert "http://testserver/scim/v2" in text_of(client.get(base))
    response = client.post(f"{base}tokens/", {"name": "Okta", "expires": "90"})
    secret = re.search(r"tas_[\w-]{43}", response.content.decode())[0]
    assert "no-store" in response["Cache-Control"]
    assert find_connection(secret).connection.organization == cast.acme
    assert secret not in client.get(base).content.decode()
    assert "steps passed" in text_of(client.post(f"{base}tests/"))
    labels = set(Entry.objects.filter(action__startswith="scim.").values_list("actor_label", flat=True))
    assert labels == {"setup link of Olga Ivanova"}
    client.post(f"{base}tokens/", {"name": "Second"})
    assert "already two tokens" in text_of(client.post(f"{base}tokens/", {"name": "Third"}))


def test_a_revoked_link_creates_no_token_and_runs_no_test(scim):
    client, base = scim
    client.post(f"{base}connection/", {"provider": "okta"})
    SetupLink.objects.update(revoked_at=timezone.now())
    for path, data in (("connection/", {"provider": "entra"}), ("tokens/", {"name": "Okta"}), ("tests/", {})):
        assert client.post(base + path, data).status_code == 410
    assert not ScimToken.objects.exists() and ScimConnection.objects.get().provider == "okta"


def test_services_of_one_intent_refuse_links_of_others(cast, it):
    domain_link = SetupLink.objects.get()
    connection = ScimConnection.objects.create(organization=cast.acme)
    with pytest.raises(Refused):
        create_token(actor=domain_link, connection=connection, name="Okta")
    with pytest.raises(Refused):
        add_domain(actor=create_setup_link(actor=cast.olga, intent="scim")[0], organization=cast.acme, name="a.example")
    with pytest.raises(Refused):
        add_domain(actor=domain_link, organization=cast.globex, name="a.example")
