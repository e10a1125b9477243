"""Roles through the API."""

import pytest

from api.tests.keys import ApiClient
from api.tests.test_core import assert_problem
from audit.models import Entry
from organizations.models import Role
from organizations.permissions import Permission
from organizations.queries import direct_roles_of
from teamadmin.testing.cast import add_member, add_role, add_user, role_named


@pytest.mark.spec("A-7", "R-1", "R-3")
def test_built_in_and_custom_roles_are_listed(cast, admin):
    add_role(cast.globex, "Foreign", Permission.PEOPLE_VIEW)
    add_role(cast.acme, "Support", Permission.PEOPLE_VIEW)
    roles = admin.get("roles").json()["items"]
    assert [role["name"] for role in roles] == ["Admin", "Manager", "Builder", "Operator", "Support"]
    assert [role["built_in"] for role in roles] == [True] * 4 + [False]
    assert [role["administrative"] for role in roles] == [True, True, False, False, False]
    assert roles[4]["permissions"] == ["people.view"]
    assert admin.get(f"roles/{roles[0]['id']}").json() == roles[0]


@pytest.mark.spec("A-7", "R-3")
def test_the_life_of_a_custom_role(cast, admin):
    created = admin.send("POST", "roles", {"name": "Support", "permissions": ["people.invite"]})
    assert created.status_code == 201, created.content
    role = created.json()
    assert role["permissions"] == ["people.view", "people.invite"] and role["administrative"]
    changed = admin.send("PATCH", f"roles/{role['id']}", {"permissions": ["audit.view"]}, If_Match=created["ETag"])
    assert (changed.json()["name"], changed.json()["permissions"]) == ("Support", ["audit.view"])
    assert_problem(admin.send("PATCH", f"roles/{role['id']}", {"name": "X"}, If_Match=created["ETag"]), 412)
    assert admin.send("DELETE", f"roles/{role['id']}").status_code == 204
    assert_problem(admin.get(f"roles/{role['id']}"), 404)
    assert [each.action for each in Entry.objects.filter(actor_id=cast.olga.pk).order_by("at")] == [
        "role.created",
        "role.edited",
        "role.deleted",
    ]


@pytest.mark.spec("R-3")
def test_a_role_in_use_needs_a_replacement(cast, admin):
    support = add_role(cast.acme, "Support", Permission.PEOPLE_VIEW)
    member = add_member(cast.acme, add_user("sue@acme.example", "Sue"), support)
    assert "in use" in assert_problem(admin.send("DELETE", f"roles/{support.pk}"), 409)["detail"]
    for wrong in (support.pk, cast.bo.pk):
        problem = assert_problem(admin.send("DELETE", f"roles/{support.pk}?replacement={wrong}"), 422)
        assert problem["errors"][0]["field"] == "replacement"
    operator = role_named("operator")
    assert admin.send("DELETE", f"roles/{support.pk}?replacement={operator.pk}").status_code == 204
    assert direct_roles_of(member) == [operator]


@pytest.mark.spec("R-3")
def test_a_role_in_a_draft_needs_a_replacement(cast, admin):
    support = add_role(cast.acme, "Support", Permission.PEOPLE_VIEW)
    draft = cast.draft()
    type(draft).objects.filter(pk=draft.pk).update(role_ids=[str(support.pk)])
    assert_problem(admin.send("DELETE", f"roles/{support.pk}"), 409)


def test_wrong_values(cast, admin):
    for body in (
        {"name": "X", "permissions": []},
        {"name": "X", "permissions": ["everything"]},
        {"name": " ", "permissions": ["people.view"]},
        {"name": "X"},
    ):
        assert_problem(admin.send("POST", "roles", body), 422)
    assert_problem(admin.send("POST", "roles", {"name": "admin", "permissions": ["people.view"]}), 409)
    assert not Role.objects.filter(organization=cast.acme).exists()


@pytest.mark.spec("R-3")
def test_built_in_roles_stay(cast, admin):
    for method in ("PATCH", "DELETE"):
        body = {"name": "X"} if method == "PATCH" else None
        response = admin.send(method, f"roles/{role_named('operator').pk}", body)
        assert "built-in" in assert_problem(response, 403)["detail"]


@pytest.mark.spec("R-6", "A-6")
def test_a_key_makes_no_role_with_more_than_it_has(cast):
    client = ApiClient(cast.acme, "roles:write")
    assert_problem(client.send("POST", "roles", {"name": "X", "permissions": ["people.admin"]}), 403)
    assert client.send("POST", "roles", {"name": "X", "permissions": ["projects.manage"]}).status_code == 201
    strong = add_role(cast.acme, "Strong", Permission.PEOPLE_ADMIN)
    for method in ("PATCH", "DELETE"):
        assert_problem(client.send(method, f"roles/{strong.pk}", {"name": "Y"} if method == "PATCH" else None), 403)


@pytest.mark.spec("A-5")
@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_another_organization_s_roles_do_not_exist(cast, admin, method):
    foreign = add_role(cast.globex, "Foreign", Permission.PEOPLE_VIEW)
    assert_problem(admin.send(method, f"roles/{foreign.pk}", {"name": "X"} if method == "PATCH" else None), 404)


@pytest.mark.spec("R-4")
def test_managers_and_builders_make_no_roles(cast):
    for member in (cast.max, cast.bo):
        assert_problem(ApiClient(member).send("POST", "roles", {"name": "X", "permissions": ["people.view"]}), 403)
