"""Groups through the API."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from api.tests.keys import ApiClient
from api.tests.test_core import assert_problem
from audit.models import Entry
from organizations.models import Group, GroupMembership, GroupRole, ManagedBy, ProjectGrant
from organizations.queries import all_roles_of
from teamadmin.testing.cast import add_member, add_user, role_named


def names(response):
    assert response.status_code == 200, response.content
    return [item["name"] for item in response.json()["items"]]


@pytest.mark.spec("A-7", "G-1", "G-2")
def test_the_life_of_a_group(cast):
    client = ApiClient(cast.acme, "groups:write")
    created = client.send("POST", "groups", {"name": " Sales ", "description": "Sells."})
    assert created.status_code == 201, created.content
    group = created.json()
    assert (group["name"], group["description"], group["roles"]) == ("Sales", "Sells.", [])
    assert created["Location"].endswith(f"/api/v1/groups/{group['id']}")
    assert client.get(f"groups/{group['id']}").json() == group
    assert names(client.get("groups")) == ["Marketing", "Research", "Sales"]
    assert names(client.get("groups?q=ARK")) == ["Marketing"]
    changed = client.send("PATCH", f"groups/{group['id']}", {"name": "Sales EU"}, If_Match=created["ETag"])
    assert changed.json()["name"] == "Sales EU" and changed.json()["description"] == "Sells."
    assert_problem(client.send("PATCH", f"groups/{group['id']}", {"name": "X"}, If_Match=created["ETag"]), 412)
    assert_problem(client.send("DELETE", f"groups/{group['id']}", If_Match=created["ETag"]), 412)
    assert client.send("DELETE", f"groups/{group['id']}").status_code == 204
    assert_problem(client.get(f"groups/{group['id']}"), 404)
    entry = Entry.objects.get(action="group.created")
    assert (entry.actor_id, entry.actor_label) == (client.key.pk, "Nightly report")


def test_names_are_unique_and_not_blank(cast, admin):
    assert_problem(admin.send("POST", "groups", {"name": "MARKETING"}), 409)
    group = cast.groups["research"]
    assert_problem(admin.send("PATCH", f"groups/{group.pk}", {"name": "marketing"}), 409)
    for body in ({"name": " "}, {"name": ""}, {}, {"name": "a" * 101}, {"name": "a\u202eb"}, {"name": "x", "id": 1}):
        assert_problem(admin.send("POST", "groups", body), 422)
    assert Group.objects.filter(organization=cast.acme).count() == 2


@pytest.mark.spec("A-7")
def test_a_repeated_request_creates_one_group(cast, admin):
    sent = [admin.send("POST", "groups", {"name": "Sales"}, Idempotency_Key="k") for _time in range(2)]
    assert [each.status_code for each in sent] == [201, 201] and sent[0].json() == sent[1].json()
    assert sent[1]["Location"] == sent[0]["Location"] and sent[1]["ETag"] == sent[0]["ETag"]


@pytest.mark.spec("G-2", "G-3", "U-12")
def test_members_of_a_group(cast, admin):
    (invitation,) = cast.invite()
    group = cast.groups["research"]
    for member in (cast.opal, invitation.membership, cast.opal):
        assert admin.send("PUT", f"groups/{group.pk}/members/{member.pk}").status_code == 204
    assert names(admin.get(f"groups/{group.pk}/members")) == ["Opal Nakamura", "Nadia Petrov"]
    following = admin.get(f"groups/{group.pk}/members?limit=1").json()["next"]
    assert names(admin.get(f"groups/{group.pk}/members?limit=1&after={following}")) == ["Nadia Petrov"]
    assert admin.send("DELETE", f"groups/{group.pk}/members/{cast.opal.pk}").status_code == 204
    assert_problem(admin.send("DELETE", f"groups/{group.pk}/members/{cast.opal.pk}"), 404)
    assert names(admin.get(f"groups/{group.pk}/members")) == ["Nadia Petrov"]


@pytest.mark.spec("G-2", "P-1")
def test_projects_of_a_group(cast, admin):
    marketing, ledger = cast.groups["marketing"], cast.projects["ledger"]
    assert admin.send("PUT", f"groups/{marketing.pk}/projects/{ledger.pk}").status_code == 204
    assert sorted(names(admin.get(f"groups/{marketing.pk}/projects"))) == ["Atlas", "Ledger", "Website"]
    assert admin.send("DELETE", f"groups/{marketing.pk}/projects/{ledger.pk}").status_code == 204
    assert_problem(admin.send("DELETE", f"groups/{marketing.pk}/projects/{ledger.pk}"), 404)
    assert not ProjectGrant.objects.filter(group=marketing, project=ledger).exists()


@pytest.mark.spec("G-4", "R-6", "R-7", "R-8")
def test_roles_of_a_group(cast, admin):
    marketing, manager = cast.groups["marketing"], role_named("manager")
    path = f"groups/{marketing.pk}/roles/{manager.pk}"
    body = admin.send("PUT", path).json()
    assert [role["name"] for role in body["roles"]] == ["Manager"]
    assert manager in all_roles_of(cast.bo)
    through = admin.get(f"members/{cast.bo.pk}").json()["roles_through_groups"]
    assert [(each["role"]["name"], each["group"]["name"]) for each in through] == [("Manager", "Marketing")]
    # A key that can't give the role can neither give nor remove it, nor put people into the group.
    weak = ApiClient(cast.acme, "groups:write")
    for method, where in (
        ("DELETE", path),
        ("PUT", f"groups/{marketing.pk}/members/{cast.opal.pk}"),
        ("DELETE", f"groups/{marketing.pk}"),
        ("PUT", f"groups/{marketing.pk}/roles/{role_named('admin').pk}"),
    ):
        assert_problem(weak.send(method, where), 403)
    assert admin.send("DELETE", path).status_code == 204
    assert_problem(admin.send("DELETE", path), 404)


@pytest.mark.spec("R-7", "R-8", "A-6")
@pytest.mark.parametrize("owner", ["olga", "acme"])
def test_no_key_touches_admins_through_groups(cast, owner):
    """No scope has all permissions of an Admin, so no key can give or take the role."""
    marketing, admin = cast.groups["marketing"], role_named("admin")
    client = ApiClient(getattr(cast, owner))
    assert_problem(client.send("PUT", f"groups/{marketing.pk}/roles/{admin.pk}"), 403)
    GroupRole.objects.create(organization=cast.acme, group=marketing, role=admin)
    for method, path in (
        ("DELETE", f"groups/{marketing.pk}"),
        ("DELETE", f"groups/{marketing.pk}/members/{cast.bo.pk}"),
        ("PUT", f"groups/{marketing.pk}/members/{cast.opal.pk}"),
        ("DELETE", f"groups/{marketing.pk}/roles/{admin.pk}"),
    ):
        assert_problem(client.send(method, path), 403)


@pytest.mark.spec("G-3", "U-16")
def test_managed_groups_keep_name_and_members(cast, admin):
    research = cast.groups["research"]
    Group.objects.filter(pk=research.pk).update(managed_by=ManagedBy.SCIM)
    for method, path, body in (
        ("PATCH", "", {"name": "X"}),
        ("DELETE", "", None),
        ("PUT", f"/members/{cast.bo.pk}", None),
        ("DELETE", f"/members/{cast.bo.pk}", None),
    ):
        detail = assert_problem(admin.send(method, f"groups/{research.pk}{path}", body), 403)["detail"]
        assert "identity provider" in detail
    assert admin.send("PUT", f"groups/{research.pk}/projects/{cast.projects['atlas'].pk}").status_code == 204
    assert admin.send("PUT", f"groups/{research.pk}/roles/{role_named('operator').pk}").status_code == 200


@pytest.mark.spec("A-5")
def test_another_organization_s_ids_do_not_exist(cast, admin):
    mine, theirs = cast.groups["research"].pk, cast.globex_group.pk
    for method, path, body in (
        ("GET", f"groups/{theirs}", None),
        ("PATCH", f"groups/{theirs}", {"name": "X"}),
        ("DELETE", f"groups/{theirs}", None),
        ("GET", f"groups/{theirs}/members", None),
        ("GET", f"groups/{theirs}/projects", None),
        ("PUT", f"groups/{theirs}/members/{cast.bo.pk}", None),
        ("PUT", f"groups/{mine}/members/{cast.tess.pk}", None),
        ("DELETE", f"groups/{mine}/members/{cast.tess.pk}", None),
        ("PUT", f"groups/{theirs}/projects/{cast.projects['atlas'].pk}", None),
        ("PUT", f"groups/{mine}/projects/{cast.globex_project.pk}", None),
        ("DELETE", f"groups/{mine}/projects/{cast.globex_project.pk}", None),
        ("PUT", f"groups/{theirs}/roles/{role_named('operator').pk}", None),
        ("PUT", f"groups/{mine}/roles/{cast.bo.pk}", None),
    ):
        assert_problem(admin.send(method, path, body), 404)
    assert not Entry.objects.filter(actor_id=cast.olga.pk).exists()


@pytest.mark.parametrize("path", ["groups", "groups/{research}/members", "groups/{research}/projects"])
def test_a_page_costs_the_same_for_one_and_for_thirty(cast, admin, path):
    research = cast.groups["research"]
    path = path.format(research=research.pk)

    def fill(numbers):
        for number in numbers:
            group = Group(organization=cast.acme, name=f"Group {number}")
            group.save()
            member = add_member(cast.acme, add_user(f"u{number}@acme.example", "U", str(number)), "operator")
            GroupMembership.objects.create(organization=cast.acme, group=research, membership=member)
            project = type(cast.projects["atlas"])(organization=cast.acme, name=f"Project {number}")
            project.save()
            ProjectGrant.objects.create(organization=cast.acme, group=research, project=project)

    def count():
        with CaptureQueriesContext(connection) as queries:
            assert admin.get(path).status_code == 200
        return len(queries)

    fill(range(1))
    count()
    before = count()
    fill(range(1, 30))
    assert count() == before <= 8


@pytest.mark.spec("R-4")
@pytest.mark.parametrize("name", ["bo", "opal"])
def test_those_who_cannot_see_people_see_no_groups(cast, name):
    client = ApiClient(getattr(cast, name))
    assert_problem(client.get("groups"), 403)
    assert_problem(client.send("POST", "groups", {"name": "X"}), 403)
