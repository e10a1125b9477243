"""The Access keys page, a member's own keys, and what their dialogs do (A-2, A-6)."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Session
from organizations.models import AccessKey
from organizations.permissions import Permission as P
from organizations.queries import find_access_key
from organizations.services import deactivate_member
from organizations.services.access_keys import create_access_key, rotate_access_key
from teamadmin.testing.cast import add_member, add_role, add_user
from teamadmin.testing.html import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.spec("A-2", "A-6")]
ADMIN, OWN = "/o/acme/access-keys/", "/o/acme/preferences/keys/"
SECRET = re.compile(r"ta[po]_[A-Za-z0-9_-]{43}")


def create(actor, *scopes, personal=True, name="Nightly report", expires_at=None):
    return create_access_key(
        actor=actor, name=name, scopes=scopes or ("projects:read",), expires_at=expires_at, personal=personal
    )


def submit(client: Client, url: str, **fields):
    return client.post(url, {"name": "Nightly report", "expires": "90", "scopes": "projects:read", **fields})


def test_a_member_creates_a_key_and_sees_it_once(cast):
    client = cast.client("bo")
    response = submit(client, OWN + "new/")
    secret = SECRET.search(response.content.decode())[0]
    key, _secret = find_access_key(secret)
    assert response["Cache-Control"] == "no-store" and key.membership == cast.bo and key.scopes == ["projects:read"]
    assert timedelta(89) < key.expires_at - timezone.now() <= timedelta(90)
    text = text_of(response)
    assert "Copy your key now" in text and "Reads projects" in text and "/api/v1/projects" in text
    page = client.get(OWN).content.decode()
    assert "Nightly report" in page and secret[:8] in page and not SECRET.search(page)


def test_an_admin_creates_a_key_for_the_organization(cast):
    response = submit(cast.client("olga"), ADMIN + "new/", owner="organization", expires="", scopes="members:write")
    secret = SECRET.search(response.content.decode())[0]
    key = AccessKey.objects.get()
    assert secret.startswith("tao_") and key.membership is None and key.scopes == ["members:read", "members:write"]
    text = text_of(response)
    assert "Never expires" in text and "Reads and changes members" in text


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"name": ""}, "Enter a name."),
        ({"scopes": []}, "Choose at least one scope."),
        ({"scopes": "billing:read"}, "Choose from the list."),
        ({"expires": "12"}, "Choose when it expires."),
        ({"expires": "date"}, "Choose a date."),
        ({"expires": "date", "expires_on": "2001-01-01"}, "Choose a date in the future."),
        ({"expires": "date", "expires_on": "soon"}, "Enter a date like 2027-01-31."),
        ({"scopes": "members:read"}, "Your role doesn’t include “See people”."),
    ],
)
def test_bad_input_is_explained_beside_its_field_and_kept(cast, fields, message):
    response = submit(cast.client("bo"), OWN + "new/", **({"name": "Warehouse"} | fields))
    assert response.status_code == 422 and message in text_of(response) and not AccessKey.objects.exists()
    assert fields.get("name", "Warehouse") in response.content.decode()


def test_a_key_can_expire_at_the_end_of_a_chosen_day(cast):
    day = (timezone.now() + timedelta(days=10)).date()
    submit(cast.client("bo"), OWN + "new/", expires="date", expires_on=day.isoformat())
    assert AccessKey.objects.get().expires_at.isoformat() == f"{day}T23:59:59+00:00"


@pytest.mark.spec("R-6")
def test_scopes_that_the_viewer_may_not_give_are_disabled_with_the_reason(cast):
    page = cast.client("bo").get(OWN + "new/").content.decode()
    groups = re.search(r'<input[^>]*value="groups:write"[^>]*>', page)[0]
    assert "disabled" in groups and 'aria-describedby="why-groups"' in groups
    assert "Your role doesn’t include “See people”." in page
    assert "disabled" not in re.search(r'<input[^>]*value="projects:write"[^>]*>', page)[0]
    # A key keeper has fewer permissions than Admins, and the organization's keys get no more than theirs.
    role = add_role(cast.acme, "Key keeper", P.KEYS_MANAGE, P.PEOPLE_VIEW, P.PEOPLE_EDIT)
    user = add_member(cast.acme, add_user("kim@acme.example", "Kim"), role).user
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    response = submit(client, ADMIN + "new/", owner="organization", scopes="members:write")
    assert response.status_code == 422 and "Reset 2FA, log out, deactivate" in text_of(response)
    assert SECRET.search(submit(client, ADMIN + "new/", owner="me", scopes="members:write").content.decode())


def test_a_builder_can_t_post_for_the_organization(cast):
    client = cast.client("bo")
    assert submit(client, ADMIN + "new/", owner="organization").status_code == 403
    submit(client, OWN + "new/", owner="organization")
    assert AccessKey.objects.get().membership == cast.bo


@pytest.mark.spec("S-7")
def test_creating_and_rotating_need_a_fresh_sign_in_and_revoking_doesn_t(cast):
    key, text = create(cast.bo)
    client = cast.client("bo")
    Session.objects.update(signed_in_at=timezone.now() - timedelta(hours=2))
    assert "you’ll be asked to sign in again" in text_of(client.get(OWN + "new/"))
    assert not SECRET.search(submit(client, OWN + "new/").content.decode())
    assert not SECRET.search(client.post(f"{OWN}{key.pk}/rotation/").content.decode())
    assert AccessKey.objects.get().secrets.count() == 1
    client.post(f"{OWN}{key.pk}/revocation/")
    assert not find_access_key(text)


def test_rotating_shows_the_new_secret_and_until_when_the_old_one_works(cast):
    key, old = create(cast.bo)
    client = cast.client("bo")
    response = client.post(f"{OWN}{key.pk}/rotation/", {"old": "keep"})
    new = SECRET.search(response.content.decode())[0]
    assert "The old secret works until" in text_of(response) and response["Cache-Control"] == "no-store"
    assert find_access_key(old) and find_access_key(new)
    page = text_of(client.get(OWN))
    assert "Old secret expires" in page and new[:8] in page and old[:8] not in page
    # A second rotation asks first, because the old secret may still be in use.
    response = client.post(f"{OWN}{key.pk}/rotation/", {"old": "keep"})
    assert response.status_code == 422 and "already has two secrets" in text_of(response)
    client.post(f"{OWN}{key.pk}/old-secret/")
    assert not find_access_key(old) and find_access_key(new)
    third = SECRET.search(client.post(f"{OWN}{key.pk}/rotation/", {"old": "end"}).content.decode())[0]
    assert not find_access_key(new) and find_access_key(third)


def test_renaming(cast):
    key, _text = create(cast.bo)
    client = cast.client("bo")
    assert client.post(f"{OWN}{key.pk}/name/", {"name": " "}).status_code == 422
    assert client.post(f"{OWN}{key.pk}/name/", {"name": "Weekly report"}).status_code == 302
    assert AccessKey.objects.get().name == "Weekly report"


def test_the_confirmation_says_what_stops(cast):
    key, text = create(cast.bo)
    rotate_access_key(actor=cast.bo, key=key)
    page = text_of(cast.client("olga").get(f"{ADMIN}personal/{key.pk}/revocation/"))
    assert (
        "Requests with tap_" in page
        and text[:8] in page
        and "Anything that uses it loses access: Projects: read" in page
    )
    assert "Last used: never" in page and "We’ll email Bo Lindqvist" in page


def test_admins_see_and_revoke_everyone_s_keys_but_can_t_use_them(cast):
    key, text = create(cast.bo)
    client = cast.client("olga")
    assert "1 personal key" in text_of(client.get(ADMIN))
    page = client.get(ADMIN + "personal/").content.decode()
    assert "Bo Lindqvist" in page and "Projects: read" in page and "rotation" not in page and not SECRET.search(page)
    for action in ("rotation", "name"):
        assert client.post(f"{ADMIN}{key.pk}/{action}/", {"name": "Mine"}).status_code == 403
    assert client.post(f"{ADMIN}personal/{key.pk}/revocation/").status_code == 302 and not find_access_key(text)


@pytest.mark.spec("A-5")
def test_other_people_and_organizations_get_404(cast):
    key, text = create(cast.olga)
    shared, _text = create(cast.olga, personal=False)
    for client, base in ((cast.client("tess"), "/o/globex/access-keys/"), (cast.client("bo"), OWN)):
        for each in (key, shared):
            for action in ("rotation", "old-secret", "name", "revocation"):
                assert client.post(f"{base}{each.pk}/{action}/", {"name": "Mine"}).status_code == 404
    assert find_access_key(text)


def test_the_list_of_everyone_s_keys_is_searched_by_owner_and_paged(cast):
    for number in range(51):
        AccessKey.objects.create(organization=cast.acme, membership=cast.bo, name=f"Key {number}")
    create(cast.max, name="Of Max")
    create(cast.tess, "members:read", name="Of Tess")
    client = cast.client("olga")
    first = client.get(ADMIN + "personal/").content.decode()
    assert "Of Max" in first and "Key 50" in first and ">Key 1<" not in first and "Of Tess" not in first
    following = re.search(r'href="([^"]*after=[^"]*)"', first)[1].replace("&amp;", "&")
    assert ">Key 1<" in client.get(following).content.decode()
    found = text_of(client.get(ADMIN + "personal/?q=keller"))
    assert "Of Max" in found and "Key 50" not in found
    assert "No key owners match" in text_of(client.get(ADMIN + "personal/?q=nobody%00"))
    assert client.get(ADMIN + "personal/?after=%00x").status_code == 200
    assert "52 personal keys owned by 2 members" in text_of(client.get(ADMIN))


def test_states_are_shown(cast):
    now = timezone.now()
    create(cast.olga, name="Soon", expires_at=now + timedelta(days=6))
    create(cast.olga, personal=False, name="Old bot")
    AccessKey.objects.filter(name="Old bot").update(last_used_at=now - timedelta(days=94))
    AccessKey.objects.create(
        organization=cast.acme, membership=cast.olga, name="Past", expires_at=now, scopes=["audit:read"]
    )
    page = text_of(cast.client("olga").get(ADMIN))
    assert ", in 6 days" in page and "Unused for 94 days" in page and "Expired" in page and "Audit log: read" in page
    assert "This key has expired. Create a new one." in page and "by Olga Ivanova" in page


def test_keys_of_deactivated_members_are_marked(cast):
    create(cast.bo)
    deactivate_member(actor=cast.olga, member=cast.bo)
    assert "Deactivated" in text_of(cast.client("olga").get(ADMIN + "personal/"))


@pytest.mark.parametrize(("path", "queries"), [(ADMIN, 9), (ADMIN + "personal/", 5), (OWN, 6)])
def test_pages_take_the_same_number_of_queries_with_1_and_with_20_keys(cast, django_assert_num_queries, path, queries):
    client = cast.client("olga")
    create(cast.olga, "members:read")
    create(cast.olga, "members:read", personal=False)
    create(cast.bo)
    client.get(path)
    with django_assert_num_queries(queries):
        client.get(path)
    for member in (cast.olga, cast.bo, cast.max):
        for _number in range(15):
            create(member)
    for _number in range(15):
        create(cast.olga, "members:read", personal=False)
    with django_assert_num_queries(queries):
        client.get(path)


@pytest.mark.spec("U-10", "U-13")
def test_the_confirmations_say_which_keys_stop_with_the_member_and_which_don_t(cast):
    ada = add_member(cast.acme, add_user("ada@acme.example", "Ada", "Berg"), "admin")
    client, users = cast.client("olga"), f"/o/acme/users/{ada.pk}/"
    assert "access key" not in text_of(client.get(users + "deactivation/"))
    create(ada)
    text = create(ada, name="Laptop")[1]
    shared_text = create(ada, "members:read", personal=False, name="HR sync")[1]
    page = text_of(client.get(users + "deactivation/"))
    assert "2 personal access keys stop working until they’re reactivated" in page
    assert "Organization keys keep working. Rotate them, because Ada Berg has seen their secrets: HR sync" in page
    assert client.post(users + "deactivation/").status_code == 302
    assert not find_access_key(text) and find_access_key(shared_text)
    assert client.post(users + "reactivation/").status_code == 302 and find_access_key(text)
    page = text_of(client.get(users + "deletion/"))
    assert "2 personal access keys stop working" in page and "has seen their secrets: HR sync" in page
    assert client.post(users + "deletion/").status_code == 302
    assert not find_access_key(text) and find_access_key(shared_text)


@pytest.mark.spec("A-7")
def test_a_key_from_the_page_opens_the_api_until_its_owner_is_deactivated(cast):
    secret = SECRET.search(submit(cast.client("bo"), OWN + "new/").content.decode())[0]
    bearer = {"authorization": f"Bearer {secret}"}

    def status(path: str) -> int:
        return Client(headers=bearer).get(f"/api/v1/{path}").status_code

    assert (status("projects"), status("members")) == (200, 403)
    assert "Now" in text_of(cast.client("bo").get(OWN)), "the last use is shown"
    cast.client("olga").post(f"/o/acme/users/{cast.bo.pk}/deactivation/")
    assert status("projects") == 401
    cast.client("olga").post(f"/o/acme/users/{cast.bo.pk}/reactivation/")
    assert status("projects") == 200
    key = AccessKey.objects.get()
    cast.client("olga").post(f"{ADMIN}personal/{key.pk}/revocation/")
    assert status("projects") == 401
