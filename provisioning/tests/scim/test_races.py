"""SCIM at the same time as SCIM and as the screens (R11, R22)."""

import json

import pytest
from django.test import Client

from organizations.models import ManagedBy, Membership, Status
from organizations.queries import admin_exists
from provisioning.tests.scim.conftest import PATCH, make_client, user
from teamadmin.testing.cast import add_member, add_user
from teamadmin.testing.parallel import on_postgresql, run_in_parallel

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.spec("C-2")]


@pytest.fixture
def send(live_cast):
    if not on_postgresql():
        pytest.skip("one writer")
    token = make_client(live_cast.acme).token

    def request(method: str, path: str, body: dict | None = None) -> int:
        content = b"" if body is None else json.dumps(body).encode()
        headers = {"authorization": f"Bearer {token}"}
        url = f"/scim/v2{path}"
        return Client().generic(method, url, content, content_type="application/json", headers=headers).status_code

    return request


def patch(*operations: dict) -> dict:
    return {"schemas": [PATCH], "Operations": list(operations)}


def test_one_of_many_equal_creations_wins(send):
    statuses = run_in_parallel(8, lambda _number: send("POST", "/Users", user()))
    assert sorted(statuses) == [201, *[409] * 7]
    assert Membership.objects.filter(email_key="ada@acme.example").count() == 1


@pytest.mark.spec("R-8")
def test_scim_and_an_admin_leave_one_admin(live_cast, send):
    """SCIM deactivates Ann while Ann deactivates Olga. One Admin is left, whoever is faster."""
    ann = add_member(live_cast.acme, add_user("ann@acme.example", "Ann"), "admin")
    Membership.objects.filter(pk=ann.pk).update(managed_by=ManagedBy.SCIM)
    assert send("POST", "/Users", user("ann@acme.example")) == 201
    live_cast.ann = ann
    deactivate = patch({"op": "replace", "path": "active", "value": False})
    for _round in range(3):
        Membership.objects.filter(pk__in=[ann.pk, live_cast.olga.pk]).update(status=Status.ACTIVE)
        browser = live_cast.client("ann")
        ways = (
            lambda: send("PATCH", f"/Users/{ann.pk}", deactivate),
            lambda browser=browser: browser.post(f"/o/acme/users/{live_cast.olga.pk}/deactivation/").status_code,
        )
        statuses = run_in_parallel(2, lambda number: ways[number]())  # noqa: B023
        assert all(isinstance(status, int) and status < 500 for status in statuses), statuses
        assert admin_exists(live_cast.acme)


def test_a_storm_answers_without_server_errors(send):
    """Four clients create, find, change and put into one group. Every request gets an answer."""
    body = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Everyone"}
    assert send("POST", "/Groups", body) == 201
    group = Membership.objects.model._meta.apps.get_model("provisioning", "ScimGroup").objects.get().pk

    def client(number: int) -> list[int]:
        statuses = []
        for index in range(6):
            name = f"s{number}x{index}@acme.example"
            statuses.append(send("POST", "/Users", user(name, name={})))
            member = Membership.objects.get(email_key=name)
            add = {"op": "add", "path": "members", "value": [{"value": str(member.pk)}]}
            statuses.append(send("PATCH", f"/Groups/{group}", patch(add)))
            statuses.append(send("GET", f'/Users?filter=userName eq "{name}"'))
            statuses.append(send("PATCH", f"/Users/{member.pk}", patch({"op": "replace", "value": {"title": "T"}})))
        return statuses

    results = run_in_parallel(4, client)
    statuses = [status for each in results for status in each]
    assert set(statuses) == {200, 201, 204}, results
    assert Membership.objects.filter(group_links__group=group).count() == 24
