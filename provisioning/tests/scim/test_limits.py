"""Hostile and broken requests: every one gets a SCIM error, none a 5xx (the table "SCIM and JSON" of the threats)."""

import time
from urllib.parse import urlencode

import pytest
from django.conf import settings

from organizations.models import Membership
from provisioning.tests.scim.conftest import GROUP, PATCH, USER, user

pytestmark = pytest.mark.spec("C-2")


def assert_error(response, status, scim_type=None):
    assert response.status_code == status, response.content[:300]
    assert response["Content-Type"] == "application/scim+json"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response.data["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
    assert response.data["status"] == str(status)
    if scim_type:
        assert response.data["scimType"] == scim_type
    assert "Traceback" not in response.data["detail"]


BODIES = [
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b'{"userName": ' + b"9" * 10_000 + b"}",
    b'{"userName": "a", "x": NaN}',
    b'{"userName": "a", "x": -Infinity}',
    b'{"userName": "a", "x": 1e999}',
    b'{"userName": "a", "active": true, "active": false}',
    b'{"userName": "a", "active": true, "Active": false}',
    '{"userName": "a"}'.encode("utf-16"),
    '{"userName": "a"}'.encode("utf-16-le"),
    b"\xef\xbb\xbf" + b'{"userName": "a"}',
    b'{"userName": "\xff"}',
    b'{"userName": "a\\u0000b"}',
    b'{"userName": "\\ud800"}',
    b'{"userName": "a", "title": "\\u0000"}',
    b'{"userName": "a", "\\ud800": 1}',
    b"",
    b"null",
    b"[]",
    b'"a"',
    b"{",
    b'{"userName": 7}',
    b'{"userName": ""}',
    b'{"userName": "  "}',
    b"{}",
    b'{"userName": "a", "active": "maybe"}',
    b'{"userName": "a", "active": 0}',
    b'{"userName": "a", "active": []}',
    b'{"userName": "a", "emails": "a@b.example"}',
    b'{"userName": "a", "emails": [{"value": "not an address"}]}',
    b'{"userName": "a", "name": {"givenName": "a\\u202eb"}}',
    b'{"userName": "a", "externalId": {"a": 1}}',
]


def test_broken_bodies(scim):
    for raw in BODIES:
        started = time.process_time()
        body = raw.replace(b'{"userName"', b'{"schemas": ["' + USER.encode() + b'"], "userName"', 1)
        assert_error(scim.post("/Users", raw=body), 400)
        assert time.process_time() - started < 1, raw[:50]
    assert Membership.objects.filter(managed_by="scim").count() == 0


def test_strings_true_and_false_are_read(scim):
    for value, active in (("False", False), ("false", False), ("TRUE", True), ("true", True)):
        created = scim.create_user(f"{value.encode().hex()}@acme.example", active=value, name={})
        assert created["active"] is active


def test_large_bodies(scim):
    answer = scim.post("/Users", raw=b'{"userName": "' + b"a" * 1024 * 1024 + b'"}')
    assert_error(answer, 413)
    assert_error(scim.post("/Users", raw=b" " * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)), 413)


def test_long_text(scim):
    started = time.process_time()
    for name in ("userName", "externalId", "displayName", "title", "nickName"):
        assert_error(scim.post("/Users", user() | {name: "a" * 100_000}), 400, "invalidValue")
    name = {"givenName": "a" * 100_000, "familyName": "b"}
    assert_error(scim.post("/Users", user(name=name)), 400, "invalidValue")
    assert_error(scim.post("/Groups", {"schemas": [GROUP], "displayName": "a" * 100_000}), 400, "invalidValue")
    assert time.process_time() - started < 2


FILTERS = [
    "(" * 5000 + 'userName eq "a"' + ")" * 5000,
    "(" * 500 + 'userName eq "a"' + ")" * 500,
    "not (" * 200 + 'userName eq "a"' + ")" * 200,
    " or ".join(['userName eq "a"'] * 3000),
    " or ".join(['id eq "a"'] * 51),
    "%%",
    'userName eq "a',
    "userName eq",
    'userName eq "a" or',
    'password eq "a"',
    'token eq "a"',
    "isAdmin eq true",
    'roles.value eq "admin"',
    'meta.location eq "a"',
    "userName eq 7 and",
    "<script>",
    "\x00",
    'userName eq "\\ud800"',
    'emails[type eq "work"',
    'active eq "maybe"',
    'userName co "a"',
    'name.familyName eq "a"',
    'emails[value co "a"]',
    'members eq "a"',
]


def test_filters_beyond_the_limits_or_without_an_index(scim):
    for text in FILTERS:
        started = time.process_time()
        assert_error(scim.get(f"/Users?{urlencode({'filter': text})}"), 400)
        body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "filter": text}
        assert_error(scim.post("/Users/.search", body), 400)
        assert time.process_time() - started < 2, text[:50]


def test_a_filter_without_a_token_is_not_parsed(cast, client):
    response = client.get("/scim/v2/Users", {"filter": "(" * 5000})
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == 'Bearer realm="SCIM"'


def test_an_error_shows_a_filter_as_text(scim):
    answer = scim.get("/Users?filter=%3Cscript%3Ealert(1)%3C/script%3E%20eq%20%22a%22")
    assert_error(answer, 400, "invalidFilter")


def test_strange_ids(scim):
    for key in ("..", "a" * 3000, "0", str(10**20), "%00", "..%2f..", "{0}", "-1", "null"):
        for method in ("GET", "DELETE"):
            for path in (f"/Users/{key}", f"/Groups/{key}"):
                assert_error(scim.send(method, path), 404)


def test_addresses_without_a_resource(scim):
    body = {"schemas": [PATCH], "Operations": []}
    for path in (
        "/Nothing",
        "/Users/a/b",
        "/.search",
        "/Me",
        "/Schemas/x",
        "/Bulk",
        "/token",
        "/log",
        "/debug",
    ):
        for method in ("GET", "PUT", "PATCH", "POST", "DELETE", "OPTIONS", "HEAD"):
            answer = scim.send(method, path, body)
            assert answer.status_code in (400, 403, 404, 405, 501), (method, path, answer.status_code)


def test_too_many_operations(scim):
    created = scim.create_user()
    change = {"op": "replace", "path": "title", "value": "a"}
    assert_error(scim.patch(f"/Users/{created['id']}", *[change] * 1001), 413)
    body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": [{}] * 5000}
    assert_error(scim.post("/Bulk", body), 413)


def test_unknown_members_change_nothing(scim):
    group, ada = scim.create_group("Analysts"), scim.create_user()
    ids = [ada["id"], *(f"0198a6b0-0000-7000-8000-{number:012}" for number in range(5000))]
    add = {"op": "add", "path": "members", "value": [{"value": each} for each in ids]}
    assert_error(scim.patch(f"/Groups/{group['id']}", add), 400, "invalidValue")
    assert "members" not in scim.get(f"/Groups/{group['id']}").data


def test_strange_pages(scim):
    scim.create_user()
    for query in ("count=-1", "count=0", "startIndex=-5", "startIndex=99999999999", "count=100000"):
        answer = scim.get(f"/Users?{query}")
        assert (answer.status_code, answer.data["totalResults"]) == (200, 1), query
    for query in ("count=a", "startIndex=x", "sortBy=password", "sortBy=title", "cursor=abc", "sortOrder=up"):
        assert_error(scim.get(f"/Users?{query}"), 400)


def test_other_media_types(scim):
    answer = scim.client.post(
        "/scim/v2/Users", "<user/>", content_type="text/xml", headers={"authorization": f"Bearer {scim.token}"}
    )
    assert answer.status_code == 415


def test_too_many_requests(scim, settings):
    settings.SCIM_REQUESTS_PER_SECOND = 1
    answers = [scim.get("/Users?count=0") for _number in range(25)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert 1 <= len(refused) <= 15
    assert 1 <= int(refused[0]["Retry-After"]) <= 11
    assert_error(refused[0], 429)
