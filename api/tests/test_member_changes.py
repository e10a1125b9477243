"""Changing members through the API: what callers change, and what they can't."""

import pytest

from accounts.models import User
from api.tests.keys import ApiClient, ids
from api.tests.test_core import assert_problem
from audit.models import Entry
from organizations.models import ManagedBy, Membership, ProjectGrant
from teamadmin.testing.cast import add_member, add_user, role_named


def test_one_member_with_projects_and_etag(cast, admin):
    ProjectGrant.objects.create(organization=cast.acme, project=cast.projects["ledger"], membership=cast.bo)
    first = admin.get(f"members/{cast.bo.pk}")
    assert [each["name"] for each in first.json()["projects"]] == ["Ledger"]
    Membership.objects.filter(pk=cast.bo.pk).update(last_active_at=cast.bo.created_at)
    assert admin.get(f"members/{cast.bo.pk}")["ETag"] == first["ETag"]
    Membership.objects.filter(pk=cast.bo.pk).update(first_name="Beau")
    assert admin.get(f"members/{cast.bo.pk}")["ETag"] != first["ETag"]


@pytest.mark.spec("U-8")
def test_everything_is_changed_at_once(cast, admin):
    research, ledger, atlas = cast.groups["research"], cast.projects["ledger"], cast.projects["atlas"]
    ProjectGrant.objects.create(organization=cast.acme, project=ledger, membership=cast.bo)
    response = admin.send(
        "PATCH",
        f"members/{cast.bo.pk}",
        {
            "first_name": "Beau",
            "roles": ids(role_named("operator")),
            "groups": ids(research),
            "projects": ids(atlas),
        },
    )
    body = response.json()
    assert response.status_code == 200 and (body["first_name"], body["last_name"]) == ("Beau", "Lindqvist")
    assert [each["name"] for each in body["roles"]] == ["Operator"]
    assert [each["name"] for each in body["groups"]] == ["Research"]
    assert [each["name"] for each in body["projects"]] == ["Atlas"]
    assert response["ETag"] == admin.get(f"members/{cast.bo.pk}")["ETag"]
    entry = Entry.objects.get(action="member.renamed")
    assert entry.actor_id == cast.olga.pk


def test_access_to_archived_projects_is_kept(cast, admin):
    ledger = cast.projects["ledger"]
    ProjectGrant.objects.create(organization=cast.acme, project=ledger, membership=cast.bo)
    type(ledger).objects.filter(pk=ledger.pk).update(archived_at=cast.bo.created_at)
    assert admin.send("PATCH", f"members/{cast.bo.pk}", {"projects": []}).json()["projects"] == []
    assert ProjectGrant.objects.filter(project=ledger, membership=cast.bo).exists()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"roles": []}, "roles"),
        ({"roles": ["nonsense"]}, "roles.0"),
        ({"roles": "all"}, "roles"),
        ({"roles": None}, "roles"),
        ({"first_name": "\u0000"}, ""),
        ({"first_name": "a" * 101}, "first_name"),
        ({"first_name": "a\u202eb"}, "first_name"),
        ({"email": "new@acme.example"}, "email"),
        ({"status": "active"}, "status"),
    ],
)
def test_bad_values_change_nothing(cast, admin, body, field):
    problem = admin.send("PATCH", f"members/{cast.bo.pk}", body)
    assert problem.status_code in (400, 422)
    if field:
        assert [each["field"] for each in problem.json()["errors"]] == [field]
    assert not Entry.objects.filter(target_id=cast.bo.pk).exists()


def test_ids_of_other_organizations_are_unknown_values(cast, admin):
    for field, item in (("groups", cast.globex_group), ("projects", cast.globex_project)):
        body = assert_problem(admin.send("PATCH", f"members/{cast.bo.pk}", {field: ids(item)}), 422)
        assert body["errors"][0]["field"] == field
    two_roles = {"roles": ids(role_named("operator"), role_named("builder"))}
    assert assert_problem(admin.send("PATCH", f"members/{cast.bo.pk}", two_roles), 422)["detail"] == "Choose one role."


@pytest.mark.spec("A-7")
def test_a_stale_etag_changes_nothing(cast, admin):
    tag = admin.get(f"members/{cast.bo.pk}")["ETag"]
    fresh = admin.send("PATCH", f"members/{cast.bo.pk}", {"first_name": "Beau"}, If_Match=tag)
    assert fresh.status_code == 200
    assert_problem(admin.send("PATCH", f"members/{cast.bo.pk}", {"first_name": "Bob"}, If_Match=tag), 412)
    assert_problem(admin.send("DELETE", f"members/{cast.bo.pk}", If_Match=tag), 412)
    assert admin.get(f"members/{cast.bo.pk}").json()["first_name"] == "Beau"
    assert admin.send("DELETE", f"members/{cast.bo.pk}", If_Match=fresh["ETag"]).status_code == 204


@pytest.mark.spec("R-6")
@pytest.mark.parametrize("owner", ["max", "acme"])
def test_no_one_gives_a_role_that_allows_more_than_theirs(cast, owner):
    client = ApiClient(getattr(cast, owner), *([] if owner == "max" else ["members:write"]))
    response = client.send("PATCH", f"members/{cast.bo.pk}", {"roles": ids(role_named("admin"))})
    assert "more than yours" in assert_problem(response, 403)["detail"]


@pytest.mark.spec("R-7")
@pytest.mark.parametrize(
    ("method", "path"),
    [("PATCH", ""), ("DELETE", ""), ("POST", "/deactivation"), ("POST", "/sessions-ending")],
)
def test_no_one_changes_a_member_with_more_than_they_have(cast, method, path):
    for owner in (cast.max, cast.acme):
        client = ApiClient(owner, "members:write")
        body = {"first_name": "X"} if method == "PATCH" else None
        assert_problem(client.send(method, f"members/{cast.olga.pk}{path}", body), 403)
    assert not Entry.objects.filter(target_id=cast.olga.pk).exists()


@pytest.mark.spec("R-8")
def test_the_last_admin_stays(cast, admin):
    everything = ApiClient(cast.acme)
    for client in (admin, everything):
        for method, path, body in (
            ("PATCH", "", {"roles": ids(role_named("operator"))}),
            ("DELETE", "", None),
            ("POST", "/deactivation", None),
        ):
            assert_problem(client.send(method, f"members/{cast.olga.pk}{path}", body), 403)


@pytest.mark.spec("U-10", "U-13", "U-9")
@pytest.mark.parametrize(("method", "path"), [("DELETE", ""), ("POST", "/deactivation"), ("POST", "/two-factor-reset")])
def test_personal_keys_are_never_for_oneself(cast, admin, method, path):
    add_member(cast.acme, add_user("second@acme.example", "Second", "Admin"), "admin")
    Membership.objects.filter(pk=cast.olga.pk).update(two_factor=True)
    assert "your" in assert_problem(admin.send(method, f"members/{cast.olga.pk}{path}"), 403)["detail"]


@pytest.mark.spec("U-10")
def test_deactivating_and_reactivating(cast, admin):
    response = admin.send("POST", f"members/{cast.bo.pk}/deactivation")
    assert response.status_code == 200 and response.json()["status"] == "deactivated"
    assert [each["name"] for each in response.json()["groups"]] == ["Marketing"]
    assert_problem(admin.send("POST", f"members/{cast.bo.pk}/deactivation"), 403)
    assert admin.send("POST", f"members/{cast.bo.pk}/reactivation").json()["status"] == "active"


@pytest.mark.spec("U-11")
def test_shared_members_are_not_deactivated(cast, admin):
    add_member(cast.globex, cast.bo.user, "read_only")
    detail = assert_problem(admin.send("POST", f"members/{cast.bo.pk}/deactivation"), 403)["detail"]
    assert "member of other organizations" in detail


@pytest.mark.spec("U-13")
def test_deleting(cast, admin):
    user = cast.bo.user_id
    assert admin.send("DELETE", f"members/{cast.bo.pk}").status_code == 204
    assert not User.objects.filter(pk=user).exists()
    assert_problem(admin.get(f"members/{cast.bo.pk}"), 404)


@pytest.mark.spec("U-14")
def test_deleting_a_pending_member_withdraws_the_invitation(cast, admin):
    (invitation,) = cast.invite()
    assert admin.send("DELETE", f"members/{invitation.membership_id}").status_code == 204
    invitation.refresh_from_db()
    assert invitation.revoked_at and invitation.membership is None


@pytest.mark.spec("U-16")
def test_managed_members_keep_their_name(cast, admin):
    Membership.objects.filter(pk=cast.bo.pk).update(managed_by=ManagedBy.SCIM)
    response = admin.send("PATCH", f"members/{cast.bo.pk}", {"first_name": "Beau"})
    assert "identity provider" in assert_problem(response, 403)["detail"]
    assert "identity provider" in assert_problem(admin.send("DELETE", f"members/{cast.bo.pk}"), 403)["detail"]
    assert admin.send("PATCH", f"members/{cast.bo.pk}", {"roles": ids(role_named("operator"))}).status_code == 200


@pytest.mark.spec("S-5")
def test_sessions_end(cast, admin):
    client = cast.client("bo")
    assert client.get("/o/acme/").status_code == 200
    assert admin.send("POST", f"members/{cast.bo.pk}/sessions-ending").status_code == 204
    assert client.get("/o/acme/").status_code == 302


@pytest.mark.spec("U-9")
def test_two_factor_reset(cast, admin):
    assert "multi-factor" in assert_problem(admin.send("POST", f"members/{cast.bo.pk}/two-factor-reset"), 403)["detail"]
    Membership.objects.filter(pk=cast.bo.pk).update(two_factor=True)
    assert admin.send("POST", f"members/{cast.bo.pk}/two-factor-reset").json()["two_factor"] is False


@pytest.mark.spec("A-6")
@pytest.mark.parametrize("name", ["bo", "opal"])
def test_members_who_cannot_see_people_see_no_one(cast, name):
    client = ApiClient(getattr(cast, name))
    assert_problem(client.get("members"), 403)
    assert_problem(client.get(f"members/{cast.olga.pk}"), 403)
    assert_problem(client.send("PATCH", f"members/{cast.opal.pk}", {"first_name": "X"}), 403)


@pytest.mark.spec("A-6")
def test_reading_takes_no_writing(cast):
    client = ApiClient(cast.olga, "members:read")
    assert client.get("members").status_code == 200
    assert_problem(client.send("PATCH", f"members/{cast.bo.pk}", {"first_name": "X"}), 403)
