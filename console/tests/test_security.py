"""The Security page: allowed email domains and members of other organizations."""

import pytest

from audit.models import Entry
from organizations.models import Organization
from teamadmin.testing.cast import add_member, add_user

URL = "/o/acme/security/"


def rules(cast) -> tuple:
    found = Organization.objects.get(pk=cast.acme.pk)
    return found.allowed_email_domains, found.deactivate_shared


@pytest.mark.spec("U-11")
def test_admins_can_change_the_rules(cast):
    client = cast.client("olga")
    response = client.post(
        URL, {"deactivate_shared": "on", "allowed_email_domains": "@Acme.example; b\u00fccher.example acme.example"}
    )
    assert response.status_code == 302
    assert rules(cast) == (["acme.example", "xn--bcher-kva.example"], True)
    page = client.get(URL).content.decode()
    assert 'value="acme.example, xn--bcher-kva.example"' in page and "checked" in page
    client.post(URL, {})
    assert rules(cast) == ([], False)
    assert Entry.objects.filter(action="organization.rules_changed").count() == 2
    client.post(URL, {})
    assert Entry.objects.filter(action="organization.rules_changed").count() == 2, "nothing changed"


def test_an_invalid_domain_is_an_error_next_to_its_field(cast):
    for typed in ("acme", "acme..example", "a@b.example", "<b>x</b>", "x" * 300 + ".example"):
        response = cast.client("olga").post(
            URL, {"allowed_email_domains": f"ok.example {typed}", "deactivate_shared": "on"}
        )
        text = response.content.decode()
        assert response.status_code == 422 and "isn’t a valid domain" in text and "ok.example" in text
    assert rules(cast) == ([], False)
    assert cast.client("olga").post(URL, {"allowed_email_domains": "a.example " * 51}).status_code == 422


def test_readers_of_security_settings_cannot_change_them(cast):
    client = cast.client("tess")
    reader = add_member(cast.globex, add_user("rea@globex.example", "Rea"), "read_only")
    client.force_login(reader.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get("/o/globex/security/").content.decode()
    assert "doesn’t include" in page and "Save rules" not in page and "disabled" in page
    assert client.post("/o/globex/security/", {"deactivate_shared": "on"}).status_code == 403
    assert not Organization.objects.get(pk=cast.globex.pk).deactivate_shared
