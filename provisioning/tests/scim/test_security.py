"""What SCIM must never do: open without its token, or touch users, other organizations or members it doesn't manage."""

import logging
from datetime import timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import User
from audit.models import Entry
from base.policies import Refused
from organizations.models import ManagedBy, Membership, Organization, Status
from organizations.services import link_provisioned_member
from provisioning.models import ScimConnection, ScimLogEntry, ScimToken, ScimUser
from provisioning.services.scim_log import delete_old_entries
from provisioning.services.scim_tokens import TooManyTokens, create_token, revoke_token
from provisioning.tests.scim.conftest import user
from teamadmin.testing.cast import add_member, add_user

pytestmark = pytest.mark.spec("C-1")


def everything_about_users() -> list:
    """Return all columns of all users that signing in, and being recognized, depends on."""
    return list(User.objects.order_by("pk").values("pk", "email", "password", "is_active", "is_staff", "is_superuser"))


def test_only_a_live_token_opens_it(cast, scim, client):
    assert scim.get("/Users").status_code == 200
    admin = cast.client("olga")
    for headers in (
        {},
        {"authorization": "Bearer "},
        {"authorization": "Bearer tas_wrong"},
        {"authorization": f"Basic {scim.token}"},
        {"authorization": scim.token},
        {"authorization": f"Bearer {scim.token}x"},
        {"authorization": f"Bearer {scim.token.removeprefix('tas_')}"},
        {"authorization": "Bearer tas_\u00fc"},
    ):
        for each in (client, admin):
            for path in ("/scim/v2/Users", "/scim/v2/ServiceProviderConfig", "/scim/v2/nothing"):
                assert each.get(path, headers=headers).status_code == 401
            assert (
                each.post("/scim/v2/Users", b"{", content_type="application/json", headers=headers).status_code == 401
            )


@pytest.mark.parametrize("end", ["revoked", "expired", "suspended", "connection deleted", "organization deleted"])
def test_tokens_end_at_once(cast, scim, end):
    token = ScimToken.objects.get()
    if end == "revoked":
        assert revoke_token(actor=cast.olga, token=token)
        assert not revoke_token(actor=cast.olga, token=token)
    elif end == "expired":
        ScimToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    elif end == "suspended":
        Organization.objects.filter(pk=cast.acme.pk).update(is_active=False)
    elif end == "connection deleted":
        ScimConnection.objects.all().delete()
    else:
        Organization.objects.filter(pk=cast.acme.pk).delete()
    assert scim.get("/Users").status_code == 401


def test_a_renamed_organization_keeps_its_token_and_its_data(cast, scim):
    Organization.objects.filter(pk=cast.acme.pk).update(name="Other", slug="other")
    assert scim.get("/Users").data["totalResults"] == 0


def test_two_tokens_live_at_a_time(cast, scim):
    create_token(actor=cast.olga, connection=scim.connection, name="Second")
    with pytest.raises(TooManyTokens):
        create_token(actor=cast.olga, connection=scim.connection, name="Third")
    ScimToken.objects.filter(name="Second").update(expires_at=timezone.now())
    token, text = create_token(actor=cast.olga, connection=scim.connection, name="Third")
    assert (text.startswith(token.prefix), len(token.digest), text in str(vars(token))) == (True, 64, False)
    assert Entry.objects.filter(action="scim.token_created", actor_id=cast.olga.pk).count() == 2
    with pytest.raises(Refused):
        create_token(actor=cast.max, connection=scim.connection, name="Fourth")


def test_last_used_and_last_sync_are_saved_now_and_then(cast, scim, django_assert_num_queries):
    created = scim.create_user()
    token, connection = ScimToken.objects.get(), ScimConnection.objects.get()
    assert token.last_used_at and connection.last_sync_at
    scim.patch(f"/Users/{created['id']}", {"op": "replace", "path": "title", "value": "A"})
    assert ScimToken.objects.get().last_used_at == token.last_used_at
    assert ScimConnection.objects.get().last_sync_at == connection.last_sync_at


def test_the_command_prints_a_token_once(cast, capsys, client):
    call_command("scim_token", "acme", "--name", "Terraform", "--days", "30")
    text = capsys.readouterr().out.split("Token: ")[1].strip()
    assert client.get("/scim/v2/Users", headers={"authorization": f"Bearer {text}"}).status_code == 200
    for arguments in (["nothing"], ["acme", "--days", "0"]):
        with pytest.raises(CommandError):
            call_command("scim_token", *arguments)


@pytest.mark.spec("A-5", "C-4")
def test_ids_of_others_are_not_found(cast, scim, globex_scim):
    foreign, group = globex_scim.create_user("gil@globex.example"), globex_scim.create_group("Turbines")
    for key in (foreign["id"], cast.bo.pk, cast.olga.pk, cast.tess.pk, cast.bo.user.pk, cast.acme.pk):
        path = f"/Users/{key}"
        assert scim.get(path).status_code == 404
        assert scim.put(path, user("x@acme.example")).status_code == 404
        assert scim.patch(path, {"op": "replace", "path": "active", "value": False}).status_code == 404
        assert scim.delete(path).status_code == 404
    assert scim.get(f"/Groups/{group['id']}").status_code == 404
    assert scim.get("/Users").data["totalResults"] == 0
    for text in (f'id eq "{foreign["id"]}"', 'userName eq "gil@globex.example"', 'emails eq "bo@acme.example"'):
        assert scim.get(f"/Users?filter={text}").data["Resources"] == []
    assert globex_scim.get(f"/Users/{foreign['id']}").data == foreign


@pytest.mark.spec("C-4")
def test_an_external_id_is_no_id(cast, scim):
    """CVE-2025-41115: an externalId was taken for the id of a user."""
    before = everything_about_users()
    for number, external_id in enumerate((1, "1", str(cast.olga.pk), str(cast.olga.user.pk), "olga@acme.example")):
        created = scim.create_user(f"new{number}@acme.example", externalId=external_id)
        assert created["externalId"] == str(external_id)
        assert created["id"] not in (str(cast.olga.pk), str(cast.olga.user.pk))
    assert everything_about_users() == before


@pytest.mark.spec("C-4")
def test_no_user_and_no_other_organization_changes(cast, scim, globex_scim):
    """CVE-2022-1680: SCIM changed the address with which a user signs in."""
    before = everything_about_users()
    shared = add_member(cast.globex, cast.bo.user, "admin", email="bo@globex.example")
    Membership.objects.filter(pk=cast.bo.pk).update(managed_by=ManagedBy.SCIM)
    bo = scim.create_user("bo@acme.example")
    path = f"/Users/{bo['id']}"
    body = user("evil@evil.example", password="new-password-12345", is_superuser=True, roles=[{"value": "admin"}])
    assert scim.put(path, body).status_code == 200
    for operation in (
        {"op": "replace", "path": 'emails[type eq "work"].value', "value": "evil2@evil.example"},
        {"op": "replace", "value": {"password": "new-password-12345", "is_superuser": True, "is_staff": True}},
        {"op": "add", "value": {"userName": "tess@globex.example"}},
        {"op": "replace", "path": "active", "value": False},
    ):
        assert scim.patch(path, operation).status_code == 200
    assert everything_about_users() == before
    shared.refresh_from_db()
    assert (shared.email, shared.status) == ("bo@globex.example", Status.ACTIVE)
    cast.bo.refresh_from_db()
    assert (cast.bo.email, cast.bo.status, cast.bo.user) == ("evil2@evil.example", Status.DEACTIVATED, shared.user)
    assert scim.delete(path).status_code == 204
    assert everything_about_users() == before
    assert Membership.objects.filter(pk=shared.pk).exists()


@pytest.mark.spec("C-3", "U-10")
@pytest.mark.parametrize("change", ["deactivate", "delete"])
def test_sessions_end_with_the_next_request(cast, scim, change):
    ada = add_user("ada@home.example", "Ada", "L")
    created = scim.create_user()
    member = Membership.objects.get(pk=created["id"])
    assert link_provisioned_member(member=member, user=ada)
    Membership.objects.filter(pk=member.pk).update(welcomed_at=timezone.now())
    member.refresh_from_db()
    cast.ada = member
    browser = cast.client("ada")
    assert browser.get("/o/acme/").status_code == 200
    if change == "delete":
        assert scim.delete(f"/Users/{member.pk}").status_code == 204
        assert not User.objects.filter(pk=ada.pk).exists()  # U-13: they had no other organization
    else:
        scim.patch(f"/Users/{member.pk}", {"op": "replace", "path": "active", "value": "False"})
    assert browser.get("/o/acme/").status_code in (302, 404)
    if change == "deactivate":
        scim.patch(f"/Users/{member.pk}", {"op": "replace", "path": "active", "value": True})
        assert browser.get("/o/acme/").status_code == 302


@pytest.mark.spec("C-3", "U-11")
def test_deactivating_a_shared_member_ends_this_organization_only(cast, scim):
    ada = add_user("ada@home.example", "Ada", "L")
    add_member(cast.globex, ada, "read_only")
    member = Membership.objects.get(pk=scim.create_user()["id"])
    link_provisioned_member(member=member, user=ada)
    Membership.objects.update(welcomed_at=timezone.now())
    member.refresh_from_db()
    cast.ada = member
    browser = cast.client("ada")
    assert scim.patch(f"/Users/{member.pk}", {"op": "replace", "path": "active", "value": False}).status_code == 200
    assert browser.get("/o/acme/").status_code == 404
    assert browser.get("/o/globex/").status_code == 200


@pytest.mark.spec("O-4")
def test_a_break_glass_admin_stays_while_single_sign_on_is_enforced(cast, scim):
    Membership.objects.filter(pk=cast.bo.pk).update(managed_by=ManagedBy.SCIM, is_break_glass=True)
    Organization.objects.filter(pk=cast.acme.pk).update(sso_enforced=True)
    scim.create_user("bo@acme.example")
    assert scim.delete(f"/Users/{cast.bo.pk}").status_code == 409
    assert scim.patch(f"/Users/{cast.bo.pk}", {"op": "replace", "path": "active", "value": False}).status_code == 409


@pytest.mark.spec("C-5")
def test_the_log_is_masked(cast, scim):
    body = user("samuel@acme.example", phoneNumbers=[{"value": "+49 30 901820"}], addresses=[{"locality": "Berlin"}])
    body |= {"active": "True", "password": "hunter2hunter2", "title": "Auditor-in-chief", "externalId": "e@x.example"}
    created = scim.post("/Users", body)
    scim.get('/Users?filter=userName eq "samuel@acme.example"')
    scim.patch(
        f"/Users/{created.data['id']}",
        {"op": "Replace", "value": {"active": "False", "phoneNumbers": [{"value": "+49 30 901821"}]}},
    )
    scim.post("/Users", body | {"userName": "bo@acme.example", "emails": []})
    rows = list(ScimLogEntry.objects.order_by("pk"))
    assert [row.action for row in rows] == ["create_user", "find_user", "deactivate_user", "create_user"]
    assert [row.status for row in rows] == [201, 200, 200, 409]
    assert [row.about for row in rows] == [
        "Samuel Lovelace",
        'userName eq "s•••••@acme.example"',
        *["Samuel Lovelace"] * 2,
    ]
    assert "“False” was read as false." in rows[2].note and "“Replace” was read as replace." in rows[2].note
    assert "adoption request" in rows[3].note
    stored = str([[row.request, row.response, row.path] for row in rows])
    for secret in (scim.token, scim.token[4:], "90182", "Berlin", "hunter2", "samuel@", "Samuel", "Auditor", "e@x"):
        assert secret not in stored, secret
    assert rows[0].request["headers"]["Authorization"] == "masked"
    assert rows[0].request["body"]["userName"] == "s•••••@acme.example"
    assert rows[0].response["body"]["id"] == created.data["id"]
    assert rows[0].reference == created["X-Request-ID"]
    assert cast.acme == rows[0].organization


@pytest.mark.spec("C-5")
def test_the_log_is_kept_for_30_days(scim):
    for _number in range(3):
        scim.get("/Users")
    with time_machine.travel(timezone.now() + timedelta(days=29)):
        assert delete_old_entries() == 0
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        assert [delete_old_entries(limit=2), delete_old_entries(limit=2)] == [2, 1]
    assert ScimLogEntry.objects.count() == 0


def test_no_log_has_a_token(cast, scim, caplog, capsys):
    caplog.set_level(logging.DEBUG)
    scim.create_user()
    scim.get("/Users?filter=password eq 1")
    scim.post("/Users", raw=b"{")
    printed = capsys.readouterr()
    for text in (caplog.text, printed.out, printed.err, str(list(ScimLogEntry.objects.values()))):
        assert scim.token[4:] not in text
    assert scim.token[4:] not in str(list(ScimToken.objects.values())) + str(list(Entry.objects.values()))


@pytest.mark.spec("C-3")
def test_the_same_creation_again_changes_nothing(scim):
    """R22: a client that repeats a POST gets 409 with a reason, and one member is there."""
    body = user(externalId="00u1")
    statuses = [scim.post("/Users", body).status_code for _number in range(5)]
    assert statuses == [201, 409, 409, 409, 409]
    assert ScimUser.objects.count() == 1


def test_text_that_looks_like_code_stays_text(scim):
    for number, text in enumerate(("<script>alert(1)</script>", "{{7*7}}", "Robert'); DROP", "=1+1", "%_\\")):
        name = {"givenName": text, "familyName": "X"}
        created = scim.create_user(f"t{number}@acme.example", name=name)
        assert Membership.objects.get(pk=created["id"]).first_name == text
        assert created["name"]["givenName"] == text


def test_members_of_two_organizations_are_two_users(cast, scim, globex_scim):
    mine, theirs = scim.create_user(), globex_scim.create_user()
    assert mine["id"] != theirs["id"]
