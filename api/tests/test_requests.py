"""Bodies, pages and versions: what requests may contain, and nothing of it is ever a 500 (A-7)."""

import json
from urllib.parse import urlsplit

import pytest

from api.tests.keys import ApiClient
from api.tests.test_core import assert_problem
from base.strict_json import BadJson, read_json
from organizations.models import Group

DEEP = b"[" * 100_000


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"nonsense",
        b'{"name": NaN}',
        b'{"name": Infinity}',
        b'{"name": 1e999}',
        b'{"name": "a", "name": "b"}',
        b'{"name": "\\u0000"}',
        b'{"name": "\\ud800"}',
        b'{"name": ' + b"9" * 10_000 + b"}",
        b'{"name": "\xff"}',
        b'\xef\xbb\xbf{"name": "a"}',
        '{"name": "a"}'.encode("utf-16"),
        DEEP,
        b'{"name":' * 50 + b"1" + b"}" * 50,
    ],
)
def test_bodies_that_are_not_our_json(cast, admin, body):
    assert_problem(admin.send("POST", "groups", body), 400)


def test_json_is_read_as_it_is():
    value = {"a": [1, -2.5, True, None, "é\U0001f600"]}
    assert read_json(json.dumps(value).encode()) == value
    with pytest.raises(BadJson):
        read_json(b"")


@pytest.mark.parametrize(("body", "field"), [([], ""), ("x", ""), ({}, "name"), ({"name": 1}, "name")])
def test_bodies_of_another_form(cast, admin, body, field):
    problem = assert_problem(admin.send("POST", "groups", body), 422)
    assert problem["errors"][0]["field"] == field and problem["errors"][0]["message"]


def test_no_body(cast, admin):
    assert_problem(admin.send("POST", "groups"), 422)


def test_unknown_properties_are_refused(cast, admin):
    problem = assert_problem(admin.send("POST", "groups", {"name": "Sales", "is_superuser": True}), 422)
    assert problem["errors"] == [{"field": "is_superuser", "message": "This field doesn’t exist."}]


def test_large_bodies(cast, admin):
    assert_problem(admin.send("POST", "groups", b" " * (1024 * 1024 + 1)), 413)


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "", "x"])
def test_other_media_types(cast, admin, kind):
    assert_problem(admin.send("POST", "groups", b'{"name": "Sales"}', Content_Type=kind), 415)


def test_media_type_with_charset(cast, admin):
    kind = "application/json; charset=UTF-8"
    assert admin.send("POST", "groups", b'{"name": "Sales"}', Content_Type=kind).status_code == 201


@pytest.mark.spec("A-7")
def test_pages_follow_the_cursor_without_gaps(cast, admin):
    for number in range(5):
        Group(organization=cast.acme, name=f"Group {number}").save()
    names, path = [], "groups?limit=2"
    for _page in range(10):
        response = admin.get(path)
        names += [each["name"] for each in response.json()["items"]]
        if response.json()["next"] is None:
            assert "Link" not in response
            break
        url = response["Link"].removeprefix("<").removesuffix('>; rel="next"')
        path = "groups?" + urlsplit(url).query
    assert sorted(names) == sorted(Group.objects.filter(organization=cast.acme).values_list("name", flat=True))
    assert len(names) == len(set(names)) == 7


@pytest.mark.parametrize("limit", ["0", "201", "-1", "x", "1.5", ""])
def test_unusable_limits(cast, admin, limit):
    assert assert_problem(admin.get(f"groups?limit={limit}"), 422)["errors"][0]["field"] == "limit"


def test_cursors_belong_to_one_list(cast, admin):
    cursor = admin.get("groups?limit=1").json()["next"]
    assert cursor
    for client, path in ((admin, f"projects?after={cursor}"), (ApiClient(cast.tess), f"groups?after={cursor}")):
        assert assert_problem(client.get(path), 422)["errors"][0]["field"] == "after"
    assert_problem(admin.get(f"groups?limit=1&after={cursor[:-1]}x"), 422)
    assert admin.get(f"groups?limit=1&after={cursor}").status_code == 200


@pytest.mark.spec("A-7")
def test_changes_only_to_what_was_read(cast, admin):
    path = f"groups/{cast.groups['research'].pk}"
    etag = admin.get(path)["ETag"]
    assert admin.send("PATCH", path, {"name": "Labs"}, If_Match=f"W/{etag}").status_code == 200
    response = admin.send("PATCH", path, {"name": "Research"}, If_Match=etag)
    assert_problem(response, 412)
    assert admin.get(path).json()["name"] == "Labs"
    assert admin.send("PATCH", path, {"name": "Research"}, If_Match="*").status_code == 200
    assert_problem(admin.send("PATCH", path, {"name": "Labs"}, If_Match="nonsense"), 422)


def test_ids_are_written_in_one_way(cast, admin):
    key = str(cast.groups["research"].pk)
    for text in (key.upper(), key.replace("-", ""), f"{{{key}}}", f"urn:uuid:{key}"):
        assert_problem(admin.get(f"groups/{text}"), 404)
