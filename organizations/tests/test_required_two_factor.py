"""An organization that requires a second factor opens only to members who have used one (S-3, S-11)."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from audit.models import Entry
from organizations.models import Group, Membership
from teamadmin.testing.cast import Cast, add_member
from teamadmin.testing.html import text_of
from teamadmin.testing.two_factor import code_of, enter_password, is_signed_in

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
SET_UP = "/accounts/two-factor/"


@pytest.fixture
def acme(cast) -> Cast:
    """Acme requires a second factor of everyone. Olga is a member of Globex too."""
    cast.acme.require_two_factor = "everyone"
    cast.acme.save()
    add_member(cast.globex, cast.olga.user, "admin")
    return cast


def set_up(client: Client, path: str) -> str:
    """Follow the set-up to its end, and return where it leads."""
    page = client.get(path)
    key = re.search(r'<code id="key">([A-Z2-7 ]+)</code>', page.content.decode())[1]
    target = re.search(r'name="next" value="([^"]*)"', page.content.decode())[1]
    codes = client.post(SET_UP, {"code": code_of(key), "next": target})["Location"]
    assert "Save your backup codes" in text_of(client.get(codes))
    return client.post(SET_UP + "backup-codes/saved/", {"saved": "on", "next": target})["Location"]


@pytest.mark.spec("S-3")
@pytest.mark.parametrize("path", ["", "users/", "users/export/", "security/", "preferences/", "welcome/", "projects/"])
def test_nothing_opens_before_set_up(acme, path):
    client = acme.client("olga")
    response = client.get(f"/o/acme/{path}")
    assert response["Location"].startswith(SET_UP + "?next=%2Fo%2Facme%2F") and not response.content
    fragment = client.get(f"/o/acme/{path}", headers=HTMX)
    assert fragment["HX-Redirect"].startswith(SET_UP) and not fragment.content


@pytest.mark.spec("S-3")
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_nothing_can_be_changed_before_set_up(acme, headers):
    client, before = acme.client("olga"), Entry.objects.count()
    for path in ("groups/new/", f"users/{acme.bo.pk}/deletion/", "security/", f"users/{acme.bo.pk}/sessions/"):
        response = client.post(f"/o/acme/{path}", {"name": "New", "seen": "active"}, headers=headers)
        assert response.get("HX-Redirect", response.get("Location")).startswith(SET_UP)
    assert Entry.objects.count() == before and not Group.objects.filter(name="New").exists()
    assert Membership.objects.filter(pk=acme.bo.pk).exists()


@pytest.mark.spec("S-3", "A-5")
def test_other_organizations_and_the_account_stay_open(acme):
    client = acme.client("olga")
    assert client.get("/o/acme/").status_code == 302
    for path in ("/o/globex/", "/o/globex/users/", "/organizations/", "/accounts/password/change/", SET_UP):
        assert client.get(path).status_code == 200, path
    assert "Globex" not in text_of(client.get(SET_UP)) and "Acme requires it." in text_of(client.get(SET_UP))


@pytest.mark.spec("S-3")
def test_after_set_up_the_user_is_where_they_wanted_to_be(acme):
    client = enter_password(acme.bo.user, next="/o/acme/projects/?q=web")
    assert is_signed_in(client)
    response = client.get("/o/acme/projects/?q=web")
    assert set_up(client, response["Location"]) == "/o/acme/projects/?q=web"
    assert client.get("/o/acme/projects/?q=web").status_code == 200
    later = enter_password(acme.bo.user)
    assert not is_signed_in(later), "the next sign-in asks for it"


@pytest.mark.spec("S-3")
def test_forms_and_fragments_lead_back_to_their_page(acme):
    client, path = acme.client("olga"), f"/o/acme/groups/{acme.groups['marketing'].pk}/members/{acme.bo.pk}/removal/"
    page = "http://testserver/o/acme/groups/?q=a#top"
    for headers in ({"Referer": page}, HTMX | {"HX-Current-URL": page}):
        response = client.post(path, headers=headers)
        location = response.get("HX-Redirect", response.get("Location"))
        assert location == SET_UP + "?next=%2Fo%2Facme%2Fgroups%2F%3Fq%3Da"
    for evil in ("https://evil.example/", "//evil.example", "http://[", ""):
        for headers in ({"Referer": evil}, HTMX | {"HX-Current-URL": evil}):
            response = client.post(path, headers=headers)
            assert "evil" not in response.get("HX-Redirect", response.get("Location"))


@pytest.mark.spec("S-3")
def test_it_binds_only_the_members_it_is_for(acme):
    acme.acme.require_two_factor = "admins"
    acme.acme.save()
    assert acme.client("olga").get("/o/acme/").status_code == 302
    for name in ("bo", "opal"):
        assert acme.client(name).get("/o/acme/").status_code == 200


@pytest.mark.spec("S-11")
def test_it_binds_from_its_date_on(acme):
    client = acme.client("bo")
    for days, status in ((1, 200), (-1, 302)):
        acme.acme.two_factor_required_from = timezone.now() + timedelta(days=days)
        acme.acme.save()
        assert client.get("/o/acme/").status_code == status
