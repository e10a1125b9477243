"""The page of single sign-on: the steps of the guided setup, turning it on, and deleting it."""

import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from audit.models import Entry
from base.outgoing import OutgoingError
from console.sso.seen import Seen
from console.tests.sso_forms import CONNECTION, METADATA, SECRET, URL, post, stored
from provisioning.services import readings
from provisioning.sso.oidc.discovery import discover
from provisioning.sso.profile import SsoError
from provisioning.tests.saml_documents import metadata_xml
from teamadmin.testing import aging
from teamadmin.testing.html import text_of


@pytest.mark.spec("O-1")
def test_an_admin_sets_up_oidc_step_by_step(olga):
    assert "Choose your provider" in text_of(olga.get(URL))
    response = post(olga, "provider", provider="okta", protocol="oidc")
    assert response["Location"] == f"{URL}#provider"
    page = text_of(olga.get(URL))
    assert "Create an app in Okta and copy these values" in page
    values = ["Sign-in redirect URI http://testserver/sso/acme/callback/"]
    values += ["Back-channel logout URI http://testserver/sso/acme/logout/", "Authorization Code with PKCE"]
    positions = [page.index(value) for value in values]
    assert positions == sorted(positions)
    assert post(olga, "connection", **CONNECTION).status_code == 302
    page = text_of(olga.get(URL))
    assert "Issuer https://acme.okta.example" in page and "signs with RS256" in page
    assert post(olga, "attributes", email_attribute="upn").status_code == 302
    found = stored()
    assert (found.issuer, found.client_id, found.client_secret) == (METADATA["issuer"], "0oa7k2p9", SECRET)
    assert found.email_attribute == "upn" and found.version == 3 and not found.is_enabled


@pytest.mark.spec("O-1")
@pytest.mark.parametrize("provider", ["okta", "entra", "google", "keycloak", "oidc", "saml"])
def test_every_provider_has_a_guide(olga, provider):
    for protocol in ("oidc", "saml"):
        post(olga, "provider", provider=provider, protocol=protocol)
        found = stored()
        response = olga.get(URL)
        assert response.status_code == 200
        assert ("/sso/acme/callback/" if found.protocol == "oidc" else "/sso/acme/acs/") in text_of(response)
        assert response.content.count(b"data-copy=") >= 2
    assert found.protocol == {"google": "oidc", "oidc": "oidc"}.get(provider, "saml")


@pytest.mark.spec("O-1")
def test_the_secret_is_never_shown_again(olga, provider):
    page = olga.get(URL).content.decode()
    assert SECRET not in page and "Saved. Enter a new one to replace it." in page
    assert post(olga, "connection", **CONNECTION | {"client_secret": ""}).status_code == 302
    assert stored().client_secret == SECRET and stored().version == 1
    page = post(olga, "connection", **CONNECTION | {"client_secret": "another-one", "client_id": ""})
    assert page.status_code == 422 and b"another-one" not in page.content
    post(olga, "connection", **CONNECTION | {"client_secret": "another-one"})
    assert stored().client_secret == "another-one" and stored().version == 2
    entry = Entry.objects.get(action="sso.settings_changed")
    assert entry.data == {"fields": ["client_secret"]}
    assert "another-one" not in json.dumps([list(row) for row in Entry.objects.values_list("data", "target_label")])


def test_pages_with_settings_are_not_stored_by_browsers(olga, provider):
    assert "no-store" in olga.get(URL)["Cache-Control"]


@pytest.mark.spec("O-1")
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"discovery_url": ""}, "Enter the discovery URL or issuer."),
        ({"client_id": ""}, "Enter the client ID."),
        ({"client_secret": ""}, "Enter the client secret."),
    ],
)
def test_missing_values_are_named_beside_their_field(olga, changes, message):
    post(olga, "provider", provider="okta", protocol="oidc")
    response = post(olga, "connection", **CONNECTION | changes)
    assert response.status_code == 422 and message in text_of(response)
    (name,) = changes
    assert f'id="id_{name}_error"' in response.content.decode()
    for other, value in CONNECTION.items():
        assert other in (name, "client_secret") or f'value="{value}"' in response.content.decode(), "nothing is lost"


@pytest.mark.spec("O-1")
@pytest.mark.parametrize(
    "error",
    [
        OutgoingError("acme.okta.example didn’t respond within 5 seconds."),
        OutgoingError("10.0.0.1 isn’t a public address, so we don’t connect to it."),
        SsoError("This address belongs to another issuer: https://evil.example.", code="issuer_mismatch"),
    ],
)
def test_errors_of_reading_are_beside_the_address(olga, discovery, error):
    post(olga, "provider", provider="okta", protocol="oidc")
    discovery["https://acme.okta.example"] = error
    response = post(olga, "connection", **CONNECTION)
    assert response.status_code == 422 and str(error) in text_of(response)
    assert 'id="id_discovery_url_error"' in response.content.decode() and stored().issuer == ""


@pytest.mark.spec("O-1")
@pytest.mark.parametrize(
    "url", ["https://127.0.0.1/", "https://10.0.0.1", "http://169.254.169.254/latest/", "file:///etc"]
)
def test_private_addresses_are_not_read(olga, monkeypatch, settings, url):
    monkeypatch.setattr(readings, "discover", discover)
    settings.OUTGOING_ALLOWED_NETWORKS = []
    post(olga, "provider", provider="oidc", protocol="oidc")
    assert post(olga, "connection", **CONNECTION | {"discovery_url": url}).status_code == 422
    post(olga, "provider", provider="saml", protocol="saml")
    assert post(olga, "connection", metadata_url=url).status_code == 422


@pytest.mark.spec("O-1")
def test_saml_metadata_is_pasted_uploaded_or_read(olga, monkeypatch):
    post(olga, "provider", provider="okta", protocol="saml")
    page = text_of(olga.get(URL))
    assert "http://testserver/sso/acme/acs/" in page and "-----BEGIN CERTIFICATE-----" in page
    assert "PRIVATE KEY" not in olga.get(URL).content.decode() and "PRIVATE KEY" in stored().sp_private_key
    assert post(olga, "connection", metadata_xml=metadata_xml("https://idp.example/one")).status_code == 302
    assert (stored().issuer, len(stored().certificates)) == ("https://idp.example/one", 1)
    assert "Valid until" in text_of(olga.get(URL))
    file = SimpleUploadedFile("metadata.xml", metadata_xml("https://idp.example/two").encode())
    assert post(olga, "connection", metadata_file=file).status_code == 302
    assert stored().issuer == "https://idp.example/two"
    answer = type("Answer", (), {"status": 200, "body": metadata_xml("https://idp.example/three").encode()})
    monkeypatch.setattr(readings.outgoing, "get", lambda url: answer)
    assert post(olga, "connection", metadata_url="https://idp.example/metadata").status_code == 302
    assert (stored().issuer, stored().metadata_url) == ("https://idp.example/three", "https://idp.example/metadata")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({}, "metadata_url"),
        ({"metadata_xml": "hello"}, "metadata_xml"),
        ({"metadata_xml": "<a/>"}, "metadata_xml"),
        ({"metadata_xml": "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>"}, "metadata_xml"),
        ({"metadata_xml": "<a>" + "x" * 300_000 + "</a>"}, "metadata_xml"),
    ],
)
def test_wrong_metadata_is_refused_beside_its_field(olga, values, field):
    post(olga, "provider", provider="saml", protocol="saml")
    response = post(olga, "connection", **values)
    assert response.status_code == 422 and f'id="id_{field}_error"' in response.content.decode()
    assert stored().issuer == ""


@pytest.mark.spec("O-1")
def test_two_admins_do_not_overwrite_each_other(olga, provider):
    seen = Seen.of(provider).to_json()
    post(olga, "attributes", email_attribute="upn")
    response = post(olga, "connection", seen=seen, **CONNECTION | {"client_id": "mine"})
    assert response.status_code == 409 and stored().client_id == "0oa7k2p9"
    page = response.content.decode()
    assert "Attribute for the email address: upn" in text_of(response) and 'value="mine"' in page
    again = re.search(r'action="[^"]*connection/".*?name="as_seen" value="([^"]*)"', page, re.DOTALL)
    assert again
    response = post(olga, "connection", seen=again[1].replace("&quot;", '"'), **CONNECTION | {"client_id": "mine"})
    assert response.status_code == 302 and stored().client_id == "mine"


@pytest.mark.parametrize("seen", ["", "x", "[]", '{"version": "x"}', '{"version": 1e999, "values": {}}', "[" * 9000])
def test_a_tampered_form_overwrites_nothing(olga, provider, seen):
    response = olga.post(f"{URL}attributes/", {"as_seen": seen, "email_attribute": "upn"})
    assert response.status_code == 409 and stored().email_attribute == ""


@pytest.mark.spec("S-7")
def test_settings_need_a_fresh_sign_in_and_a_secret_is_not_kept_meanwhile(olga, provider):
    aging.age(olga, 60)
    assert olga.get(URL).status_code == 200
    response = post(olga, "connection", **CONNECTION | {"client_secret": "another-one"})
    assert aging.asks(response)
    assert "another-one" not in json.dumps(dict(olga.session.items()))
    response = aging.confirm(olga, response)
    assert response.status_code == 422 and "Enter the client secret again." in text_of(response)
    assert stored().client_secret == SECRET
    aging.age(olga, 60)
    without = CONNECTION | {"client_secret": "", "client_id": "another-id"}
    assert aging.confirm(olga, post(olga, "connection", **without)).status_code == 302
    assert (stored().client_secret, stored().client_id) == (SECRET, "another-id")
    aging.age(olga, 60)
    assert aging.confirm(olga, post(olga, "attributes", email_attribute="upn")).status_code == 302
    assert stored().email_attribute == "upn"
