"""Seats, where people join by their domain and identity providers create members (A-9)."""

import pytest
from django.test import Client

from organizations.models import JoinRule, Membership, Organization, Status
from provisioning.models import JoinRequest, ScimLogEntry
from provisioning.tests.answers import come_back, enable_sso
from provisioning.tests.scim.conftest import make_client, user
from provisioning.tests.test_joining_pages import JOIN, nadia  # noqa: F401 - a fixture
from teamadmin.testing.cast import role_named
from teamadmin.testing.html import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.spec("A-9")]


def fill(slug: str = "acme", free: int = 0, **fields) -> None:
    used = Membership.objects.filter(organization__slug=slug, status=Status.ACTIVE).count()
    Organization.objects.filter(slug=slug).update(seat_limit=used + free, **fields)


@pytest.mark.spec("O-5")
def test_who_would_join_automatically_asks_while_no_seat_is_free(cast, nadia):  # noqa: F811
    fill(join_rule=JoinRule.AUTOMATIC)
    text = text_of(nadia.post(JOIN, follow=True))
    assert "Acme has no free seats at the moment" in text and "You asked to join Acme" in text and "of 4" not in text
    olga = cast.client("olga")
    page = text_of(olga.get("/o/acme/users/pending/"))
    assert "No one can be approved at the moment" in page and "Acme has 0 of 4 seats free" in page
    approval = f"/o/acme/users/requests/{JoinRequest.objects.get().pk}/approval/"
    assert "Acme has 0 of 4 seats free" in text_of(olga.post(approval, follow=True))
    assert not Membership.objects.filter(email="nadia@acme.example").exists()
    fill(free=1)
    assert "is now a member" in text_of(olga.post(approval, follow=True))


@pytest.mark.spec("O-5")
def test_a_free_seat_lets_them_join_later(cast, nadia):  # noqa: F811
    fill(join_rule=JoinRule.AUTOMATIC)
    nadia.post(JOIN)
    fill(free=1)
    assert "Welcome to Acme" in text_of(nadia.post(JOIN, follow=True))
    assert JoinRequest.objects.get().status == "approved"


@pytest.mark.spec("O-5", "J-6")
@pytest.mark.urls("provisioning.tests.answers")
def test_single_sign_on_without_a_free_seat_becomes_a_request(cast):
    okta = enable_sso(cast.acme, "acme.example")
    fill(join_rule=JoinRule.AUTOMATIC, join_role=role_named("builder"))
    okta.refresh_from_db()
    client = Client()
    response = come_back(client, okta, "nadia@acme.example", first_name="Nadia", last_name="Petrov")
    assert "Your request was sent" in text_of(response)
    assert JoinRequest.objects.get().status == "open"
    assert not Membership.objects.filter(email="nadia@acme.example").exists()


@pytest.mark.spec("C-3")
def test_scim_refuses_new_people_with_a_reason_that_identity_providers_show(cast):
    scim = make_client(cast.acme)
    fill(free=1)
    first = scim.create_user("ada@acme.example")
    refused = scim.post("/Users", user("eve@acme.example"))
    assert refused.status_code == 403 and refused.data["status"] == "403"
    assert refused.data["detail"] == "Acme has 0 of 5 seats free. Remove someone, or request more seats."
    assert "scimType" not in refused.data
    assert scim.post("/Users", user("off@acme.example", active=False)).status_code == 201
    patch = {"op": "replace", "path": "active", "value": False}
    assert scim.patch(f"/Users/{first['id']}", patch).status_code in (200, 204)
    assert scim.post("/Users", user("eve@acme.example")).status_code == 201
    refused = scim.patch(f"/Users/{first['id']}", patch | {"value": True})
    assert refused.status_code == 403 and "seats free" in refused.data["detail"]
    assert not scim.get(f"/Users/{first['id']}").data["active"]
    entry = ScimLogEntry.objects.filter(status=403).last()
    log = text_of(cast.client("olga").get(f"/o/acme/security/provisioning/?entry={entry.pk}"))
    assert "0 of 5 seats free" in log, "Admins see why"
