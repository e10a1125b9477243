"""Projects through the API."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from api.tests.keys import ApiClient
from api.tests.test_core import assert_problem
from audit.models import Entry
from organizations.models import Project, ProjectGrant
from teamadmin.testing.cast import add_member, add_user


def names(response):
    assert response.status_code == 200, response.content
    return [item["name"] for item in response.json()["items"]]


@pytest.mark.spec("A-7", "P-1")
def test_the_life_of_a_project(cast):
    client = ApiClient(cast.acme, "projects:write")
    created = client.send("POST", "projects", {"name": "Bridge"})
    assert created.status_code == 201, created.content
    project = created.json()
    assert project["archived_at"] is None and created["Location"].endswith(project["id"])
    assert names(client.get("projects")) == ["Atlas", "Bridge", "Ledger", "Website"]
    assert names(client.get("projects?q=e&limit=1")) == ["Bridge"]
    changed = client.send("PATCH", f"projects/{project['id']}", {"description": "Spans."}, If_Match=created["ETag"])
    assert (changed.json()["name"], changed.json()["description"]) == ("Bridge", "Spans.")
    assert_problem(client.send("PATCH", f"projects/{project['id']}", {"name": "X"}, If_Match=created["ETag"]), 412)
    assert_problem(client.send("POST", f"projects/{project['id']}/archive", If_Match=created["ETag"]), 412)
    assert client.send("POST", f"projects/{project['id']}/archive").json()["archived_at"]
    assert names(client.get("projects")) == ["Atlas", "Ledger", "Website"]
    assert names(client.get("projects?archived=true")) == ["Bridge"]
    assert "archived" in assert_problem(client.send("PATCH", f"projects/{project['id']}", {"name": "X"}), 403)["detail"]
    assert_problem(client.send("POST", "projects", {"name": "BRIDGE"}), 409)
    assert client.send("POST", f"projects/{project['id']}/restoration").json()["archived_at"] is None
    assert_problem(client.send("POST", f"projects/{project['id']}/restoration"), 403)


@pytest.mark.spec("P-1", "R-4")
def test_a_builder_s_key_sees_and_edits_what_they_can_access(cast):
    client = ApiClient(cast.bo)
    assert names(client.get("projects")) == ["Atlas", "Website"]
    assert client.send("PATCH", f"projects/{cast.projects['atlas'].pk}", {"name": "Atlas 2"}).status_code == 200
    for method, path in (("GET", ""), ("PATCH", ""), ("POST", "/archive"), ("POST", "/restoration")):
        body = {"name": "X"} if method == "PATCH" else None
        response = client.send(method, f"projects/{cast.projects['ledger'].pk}{path}", body)
        assert_problem(response, 403 if method == "POST" else 404)
    assert_problem(client.send("POST", "projects", {"name": "X"}), 403)
    assert_problem(client.get(f"projects/{cast.projects['atlas'].pk}/members"), 403)
    assert names(client.get("projects?archived=true")) == []
    assert names(ApiClient(cast.opal).get("projects")) == []
    assert_problem(ApiClient(cast.opal).send("PATCH", f"projects/{cast.projects['atlas'].pk}", {"name": "X"}), 403)


@pytest.mark.spec("P-1")
@pytest.mark.parametrize("kind", ["members", "groups"])
def test_access_of_members_and_groups(cast, admin, kind):
    ledger = cast.projects["ledger"]
    owner = cast.opal if kind == "members" else cast.groups["research"]
    path = f"projects/{ledger.pk}/{kind}"
    for _time in range(2):
        assert admin.send("PUT", f"{path}/{owner.pk}").status_code == 204
    assert names(admin.get(path)) == [owner.name]
    assert ProjectGrant.objects.filter(project=ledger).count() == 1
    assert admin.send("DELETE", f"{path}/{owner.pk}").status_code == 204
    assert_problem(admin.send("DELETE", f"{path}/{owner.pk}"), 404)
    assert names(admin.get(path)) == []


def test_an_archived_project_is_not_shared(cast, admin):
    ledger = cast.projects["ledger"]
    admin.send("POST", f"projects/{ledger.pk}/archive")
    for method in ("PUT", "DELETE"):
        detail = assert_problem(admin.send(method, f"projects/{ledger.pk}/members/{cast.bo.pk}"), 403)["detail"]
        assert "archived" in detail


@pytest.mark.spec("A-5")
def test_another_organization_s_ids_do_not_exist(cast, admin):
    mine, theirs = cast.projects["atlas"].pk, cast.globex_project.pk
    for method, path, body in (
        ("GET", f"projects/{theirs}", None),
        ("PATCH", f"projects/{theirs}", {"name": "X"}),
        ("POST", f"projects/{theirs}/archive", None),
        ("POST", f"projects/{theirs}/restoration", None),
        ("GET", f"projects/{theirs}/members", None),
        ("GET", f"projects/{theirs}/groups", None),
        ("PUT", f"projects/{theirs}/members/{cast.bo.pk}", None),
        ("PUT", f"projects/{mine}/members/{cast.tess.pk}", None),
        ("DELETE", f"projects/{mine}/members/{cast.tess.pk}", None),
        ("PUT", f"projects/{mine}/groups/{cast.globex_group.pk}", None),
    ):
        assert_problem(admin.send(method, path, body), 404)
    assert not Entry.objects.filter(actor_id=cast.olga.pk).exists()


@pytest.mark.parametrize("path", ["projects", "projects/{atlas}/members"])
def test_a_page_costs_the_same_for_one_and_for_thirty(cast, admin, path):
    atlas = cast.projects["atlas"]
    path = path.format(atlas=atlas.pk)

    def fill(numbers):
        for number in numbers:
            Project(organization=cast.acme, name=f"Project {number}").save()
            member = add_member(cast.acme, add_user(f"u{number}@acme.example", "U", str(number)), "operator")
            ProjectGrant.objects.create(organization=cast.acme, membership=member, project=atlas)

    def count():
        with CaptureQueriesContext(connection) as queries:
            assert admin.get(path).status_code == 200
        return len(queries)

    fill(range(1))
    count()
    before = count()
    fill(range(1, 30))
    assert count() == before <= 8
