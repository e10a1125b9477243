"""Access keys and the audit log through the API."""

import json
from uuid import uuid4

import pytest

from api.tests.keys import ApiClient, add_key
from api.tests.test_core import assert_problem
from audit.models import Entry
from audit.services.chain import seal
from organizations.models import AccessKey, Membership, Organization, TwoFactorRule


@pytest.mark.spec("A-6")
def test_keys_are_listed_without_secrets(cast, admin, django_assert_num_queries):
    add_key(cast.acme, "members:read", name="HR sync")
    _key, secret = add_key(cast.bo, "groups:read", name="Bo’s script")
    admin.get("keys")
    with django_assert_num_queries(6):  # the secret and the key of the request, its roles (2), the keys, their secrets
        response = admin.get("keys")
    names = {each["name"]: each for each in response.json()["items"]}
    assert set(names) == {"Nightly report", "HR sync", "Bo’s script"}
    assert names["HR sync"]["owner"] == {"type": "organization", "id": str(cast.acme.pk), "name": "Acme"}
    assert names["Bo’s script"]["owner"]["name"] == "Bo Lindqvist"
    assert names["Bo’s script"]["secrets"][0]["prefix"] == secret[:12] and secret not in response.content.decode()
    shown = [each["name"] for each in admin.get("keys?owner=organization").json()["items"]]
    assert shown == ["HR sync"]


@pytest.mark.spec("A-6")
def test_a_revoked_key_stops_working(cast, admin):
    bo = ApiClient(cast.bo)
    assert admin.send("DELETE", f"keys/{bo.key.pk}").status_code == 204
    assert_problem(bo.get("organization"), 401)
    assert_problem(admin.send("DELETE", f"keys/{bo.key.pk}"), 404)
    assert Entry.objects.filter(action="access_key.revoked", via__contains="Nightly report").exists()


def test_a_key_can_revoke_itself(cast, admin):
    assert admin.send("DELETE", f"keys/{admin.key.pk}").status_code == 204
    assert_problem(admin.get("organization"), 401)


@pytest.mark.spec("A-5")
def test_keys_of_other_organizations_are_not_found(cast, admin):
    key, _secret = add_key(cast.globex)
    for key_id in (key.pk, uuid4()):
        assert_problem(admin.get(f"keys/{key_id}"), 404)
        assert_problem(admin.send("DELETE", f"keys/{key_id}"), 404)
    assert AccessKey.objects.filter(pk=key.pk).exists()


@pytest.fixture
def entries(cast, admin):
    """Three entries of Acme, sealed: Olga's key created groups."""
    for name in ("One", "Two", "Three"):
        assert admin.send("POST", "groups", {"name": name}).status_code == 201
    seal(cast.acme.pk)
    return Entry.objects.filter(organization_id=cast.acme.pk).order_by("sequence")


@pytest.mark.spec("A-4", "A-8")
def test_the_audit_log_is_read_by_sequence(cast, admin, entries):
    page = admin.get("audit?limit=2").json()
    assert [each["sequence"] for each in page["items"]] == [1, 2] and page["next"] == 2 and page["more"]
    first = page["items"][0]
    assert first["action"] == "group.created" and first["actor"]["name"] == "Olga Ivanova"
    assert first["via"] == "the access key Nightly report" and first["hash"] == entries[0].hash
    page = admin.get("audit?after=2").json()
    assert [each["target"]["name"] for each in page["items"]] == ["Three"] and not page["more"]
    assert admin.get("audit?after=3").json() == {"items": [], "next": 3, "more": False}


@pytest.mark.spec("A-8")
def test_the_audit_log_as_ocsf_lines(cast, admin, entries):
    response = admin.get("audit?limit=2", Accept="application/x-ndjson")
    assert response["Content-Type"] == "application/x-ndjson"
    events = [json.loads(line) for line in response.content.decode().splitlines()]
    assert [event["metadata"]["sequence"] for event in events] == [1, 2]
    assert "after=2&limit=2" in response["Link"]


def test_unsealed_entries_and_other_organizations_are_not_in_it(cast, admin, entries):
    admin.send("POST", "groups", {"name": "Four"})
    assert len(admin.get("audit").json()["items"]) == 3
    assert ApiClient(cast.tess).get("audit").json()["items"] == []


@pytest.mark.parametrize("after", ["-1", "x", "9" * 30])
def test_unusable_sequence_numbers(cast, admin, after):
    assert_problem(admin.get(f"audit?after={after}"), 422)


@pytest.mark.spec("A-4", "R-6")
def test_reading_the_whole_log_is_an_export(cast, entries):
    assert_problem(ApiClient(cast.max).get("audit"), 403)


@pytest.mark.spec("A-6", "S-3")
def test_a_key_of_a_member_without_a_required_second_factor_opens_nothing(cast):
    bo = ApiClient(cast.bo)
    Organization.objects.filter(pk=cast.acme.pk).update(require_two_factor=TwoFactorRule.EVERYONE)
    assert "requires two-factor authentication" in assert_problem(bo.get("organization"), 403)["detail"]
    Membership.objects.filter(pk=cast.bo.pk).update(two_factor=True)
    assert bo.get("organization").status_code == 200
