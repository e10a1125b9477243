"""Members through the API: what callers see."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from api.tests.keys import ApiClient
from api.tests.test_core import assert_problem
from organizations.models import GroupMembership, Membership, Status
from teamadmin.testing.cast import add_member, add_user, role_named


def names(response):
    assert response.status_code == 200, response.content
    return [f"{item['first_name']} {item['last_name']}" for item in response.json()["items"]]


@pytest.mark.spec("A-7")
def test_members_are_listed_by_name_with_roles_and_groups(cast, admin):
    cast.invite()
    body = admin.get("members").json()
    people = ["Bo Lindqvist", "Max Keller", "Nadia Petrov", "Olga Ivanova", "Opal Nakamura"]
    assert names(admin.get("members")) == people and body["next"] is None
    bo, _max, nadia, *_others = body["items"]
    assert bo["roles"] == [{"id": str(role_named("builder").pk), "name": "Builder"}]
    assert bo["groups"] == [{"id": str(cast.groups["marketing"].pk), "name": "Marketing"}]
    assert bo["status"] == "active" and bo["joined_at"] and bo["invite_expires_at"] is None
    assert nadia["status"] == "pending" and nadia["joined_at"] is None and nadia["invite_expires_at"]
    assert nadia["invited_by"] == str(cast.olga.pk)


def test_filters_search_and_sort(cast, admin):
    cast.invite()
    builder, marketing = role_named("builder"), cast.groups["marketing"]
    assert names(admin.get("members?status=pending")) == ["Nadia Petrov"]
    assert names(admin.get(f"members?role={builder.pk}")) == ["Bo Lindqvist", "Nadia Petrov"]
    assert names(admin.get(f"members?role={builder.pk}&status=active")) == ["Bo Lindqvist"]
    assert names(admin.get(f"members?group={marketing.pk}")) == ["Bo Lindqvist"]
    assert names(admin.get(f"members?project={cast.projects['atlas'].pk}")) == ["Bo Lindqvist"]
    assert names(admin.get("members?q=max%20kel")) == ["Max Keller"]
    assert names(admin.get("members?sort=-name"))[0] == "Opal Nakamura"
    assert names(admin.get("members?sort=role"))[0] == "Olga Ivanova"
    # Another organization's ids match no one.
    assert names(admin.get(f"members?group={cast.globex_group.pk}")) == []
    assert names(admin.get(f"members?project={cast.globex_project.pk}")) == []


@pytest.mark.parametrize("query", ["status=nobody", "role=1", "sort=email", "limit=0", "limit=201", "after=abc", "x=1"])
def test_wrong_parameters_are_named(cast, admin, query):
    body = assert_problem(admin.get(f"members?{query}"), 422)
    assert body["errors"][0]["field"] == query.partition("=")[0]


@pytest.mark.parametrize("sort", ["name", "-name", "role", "joined", "-last_active", "invite_expires"])
@pytest.mark.parametrize("search", ["", "acme", "max"])
def test_pages_have_everyone_once(cast, admin, sort, search):
    cast.invite()
    for number in range(6):
        add_member(cast.acme, add_user(f"u{number}@acme.example", "Max", f"Nr{number}"), "operator")
    found, path = [], f"members?limit=2&sort={sort}&q={search}"
    after = ""
    for _page in range(10):
        response = admin.get(f"{path}&after={after}" if after else path)
        found += [item["id"] for item in response.json()["items"]]
        after = response.json()["next"]
        assert ('rel="next"' in response.get("Link", "")) == bool(after)
        if not after:
            break
    everyone = [item["id"] for item in admin.get(f"members?sort={sort}&q={search}").json()["items"]]
    assert found == everyone and len(set(found)) == len(found) == (7 if search == "max" else 11)


def test_a_cursor_belongs_to_its_list(cast, admin):
    after = admin.get("members?limit=1").json()["next"]
    assert_problem(admin.get(f"members?limit=1&sort=-name&after={after}"), 422)
    assert_problem(ApiClient(cast.tess).get(f"members?limit=1&after={after}"), 422)


def test_a_page_costs_the_same_for_one_and_for_thirty(cast, admin):
    admin.get("members")

    def count():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert admin.get("members").status_code == 200
        return len(queries)

    before = count()
    for number in range(30):
        member = add_member(cast.acme, add_user(f"u{number}@acme.example", "U", str(number)), "operator")
        GroupMembership.objects.create(organization=cast.acme, group=cast.groups["research"], membership=member)
    assert count() == before <= 11


@pytest.mark.spec("A-5")
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("PATCH", ""),
        ("DELETE", ""),
        ("POST", "/deactivation"),
        ("POST", "/reactivation"),
        ("POST", "/sessions-ending"),
        ("POST", "/two-factor-reset"),
    ],
)
def test_another_organization_s_members_do_not_exist(cast, admin, method, path):
    body = {} if method == "PATCH" else None
    assert_problem(admin.send(method, f"members/{cast.tess.pk}{path}", body), 404)
    assert Membership.objects.get(pk=cast.tess.pk).status == Status.ACTIVE
