"""SCIM users: creating, reading, changing, deactivating and removing members."""

import pytest

from audit.models import Entry
from organizations.models import ManagedBy, Membership, Status
from provisioning.models import AdoptionRequest, ScimUser
from provisioning.tests.scim.conftest import USER, user

pytestmark = pytest.mark.spec("C-2")


def member(data: dict) -> Membership:
    return Membership.objects.get(pk=data["id"])


@pytest.mark.spec("C-1", "U-16")
def test_a_created_user_is_an_active_member_without_an_account(cast, scim):
    created = scim.create_user(externalId="00u1", title="Analyst")
    ada = member(created)
    assert (ada.name, ada.email, ada.status, ada.user) == ("Ada Lovelace", "ada@acme.example", Status.ACTIVE, None)
    assert (ada.organization, ada.managed_by) == (cast.acme, ManagedBy.SCIM)
    assert [role.key for role in ada.roles.all()] == ["operator"]
    assert created["meta"]["location"].endswith(f"/scim/v2/Users/{ada.pk}")
    assert created["title"] == "Analyst"
    assert Entry.objects.filter(action="member.provisioned", actor_label="Okta", target_id=ada.pk).count() == 1


def test_a_created_user_can_be_read(scim):
    created = scim.create_user()
    read = scim.get(f"/Users/{created['id']}")
    assert read.data == created
    assert read["ETag"] == created["meta"]["version"] == 'W/"1"'
    assert read["Content-Type"] == "application/scim+json"
    assert scim.get(f"/Users/{created['id']}", if_none_match='W/"1"').status_code == 304


def test_replace_changes_names_email_and_attributes(scim):
    created = scim.create_user(title="Analyst")
    body = user("ada@acme.example", name={"givenName": "Augusta", "familyName": "King"})
    body["emails"] = [{"value": "augusta@acme.example"}]
    replaced = scim.put(f"/Users/{created['id']}", body)
    assert replaced.status_code == 200, replaced.data
    assert "title" not in replaced.data
    assert (member(created).name, member(created).email) == ("Augusta King", "augusta@acme.example")
    actions = set(Entry.objects.filter(target_id=created["id"]).values_list("action", flat=True))
    assert actions == {"member.provisioned", "member.renamed", "member.email_changed"}


def test_an_unchanged_replacement_keeps_the_version(scim):
    created = scim.create_user()
    assert scim.put(f"/Users/{created['id']}", user()).data["meta"]["version"] == 'W/"1"'


def test_patch_answers_with_the_user(scim):
    created = scim.create_user()
    patched = scim.patch(f"/Users/{created['id']}", {"op": "replace", "path": "name.familyName", "value": "Byron"})
    assert (patched.status_code, patched.data["name"]["familyName"]) == (200, "Byron")
    assert patched.data["meta"]["version"] == 'W/"2"' == patched["ETag"]
    assert member(created).name == "Ada Byron"


def test_a_stale_version_is_refused(scim):
    created = scim.create_user()
    path, change = f"/Users/{created['id']}", {"op": "replace", "path": "title", "value": "A"}
    assert scim.patch(path, change, if_match='W/"1"').status_code == 200
    assert scim.patch(path, change | {"value": "B"}, if_match='W/"1"').status_code == 412
    assert scim.delete(path, if_match='W/"1"').status_code == 412
    assert scim.put(path, user(title="C"), if_match='W/"1"').status_code == 412
    assert scim.get(path).data["title"] == "A"


@pytest.mark.spec("C-3")
def test_inactive_deactivates_and_active_reactivates(scim):
    created = scim.create_user()
    path = f"/Users/{created['id']}"
    answer = scim.patch(path, {"op": "replace", "path": "active", "value": False})
    assert (answer.data["active"], member(created).status) == (False, Status.DEACTIVATED)
    answer = scim.patch(path, {"op": "replace", "path": "active", "value": True})
    assert (answer.data["active"], member(created).status) == (True, Status.ACTIVE)
    actions = list(Entry.objects.filter(target_id=created["id"]).order_by("pk").values_list("action", flat=True))
    assert actions == ["member.provisioned", "member.deactivated", "member.reactivated"]


@pytest.mark.spec("C-3")
def test_delete_removes_the_member(scim):
    created = scim.create_user()
    assert scim.delete(f"/Users/{created['id']}").status_code == 204
    assert not Membership.objects.filter(pk=created["id"]).exists()
    assert scim.get(f"/Users/{created['id']}").status_code == 404
    assert scim.create_user()["id"] != created["id"]


def test_inactive_users_can_be_created(scim):
    assert member(scim.create_user(active=False)).status == Status.DEACTIVATED


@pytest.mark.parametrize(
    ("emails", "expected"),
    [
        ([{"value": "a@acme.example"}, {"value": "b@acme.example", "primary": True}], "b@acme.example"),
        ([{"value": "a@acme.example", "type": "home"}, {"value": "b@acme.example", "type": "work"}], "b@acme.example"),
        ([{"value": "a@acme.example"}, {"value": "b@acme.example"}], "a@acme.example"),
        ([], "ada@acme.example"),
    ],
)
def test_one_address_is_used_and_all_are_kept(scim, emails, expected):
    created = scim.create_user("ada@acme.example", emails=emails)
    assert member(created).email == expected
    assert [entry["value"] for entry in created.get("emails", [])] == [entry["value"] for entry in emails]


def test_people_without_an_address_can_be_created(scim):
    created = scim.create_user("ada", displayName="Ada L.", name={})
    assert (member(created).name, "emails" in created) == ("Ada L.", False)
    assert member(created).email.endswith("@no-email.invalid")
    scim.patch(f"/Users/{created['id']}", {"op": "add", "path": "emails", "value": [{"value": "ada@acme.example"}]})
    assert member(created).email == "ada@acme.example"


def test_user_name_and_address_are_unique(scim):
    scim.create_user()
    for body in (user("ADA@acme.example"), user("other", emails=[{"value": "Ada@ACME.example"}])):
        answer = scim.post("/Users", body)
        assert (answer.status_code, answer.data["scimType"]) == (409, "uniqueness"), answer.data
    bob = scim.create_user("bob@acme.example")
    answer = scim.patch(f"/Users/{bob['id']}", {"op": "replace", "path": "userName", "value": "ada@acme.example"})
    assert (answer.status_code, answer.data["scimType"]) == (409, "uniqueness")


@pytest.mark.spec("C-3")
@pytest.mark.parametrize(
    ("attributes", "reason"),
    [
        ({"user_name": "bo@acme.example"}, "email"),
        ({"user_name": "bo2@acme.example", "name": {"givenName": "bo", "familyName": "LINDQVIST"}}, "name"),
    ],
)
def test_a_manual_member_is_not_taken_over(cast, scim, attributes, reason):
    answer = scim.post("/Users", user(**attributes))
    assert (answer.status_code, answer.data["scimType"]) == (409, "uniqueness")
    assert "adoption" in answer.data["detail"]
    request = AdoptionRequest.objects.get()
    assert (request.membership, request.reason, request.status) == (cast.bo, reason, "open")
    assert request.payload["userName"] == attributes["user_name"]
    cast.bo.refresh_from_db()
    assert (cast.bo.managed_by, ScimUser.objects.count()) == (ManagedBy.MANUAL, 0)
    # Asking again changes nothing (R22).
    assert scim.post("/Users", user(**attributes)).status_code == 409
    assert AdoptionRequest.objects.count() == Entry.objects.filter(action="scim.adoption_requested").count() == 1


@pytest.mark.spec("C-3")
def test_a_pending_member_is_not_taken_over(cast, scim):
    cast.invite()
    assert scim.post("/Users", user("nadia@acme.example")).status_code == 409
    assert AdoptionRequest.objects.get().membership.status == Status.INVITED


@pytest.mark.spec("C-3")
def test_a_refused_adoption_stays_refused_but_another_person_may_have_the_name(cast, scim):
    scim.post("/Users", user("bo@acme.example"))
    AdoptionRequest.objects.update(status="refused")
    answer = scim.post("/Users", user("bo@acme.example"))
    assert answer.status_code == 409
    assert "manually managed" in answer.data["detail"]
    AdoptionRequest.objects.all().delete()
    same_name = user("bo2@acme.example", name={"givenName": "Bo", "familyName": "Lindqvist"})
    scim.post("/Users", same_name)
    AdoptionRequest.objects.update(status="refused")
    assert scim.post("/Users", same_name).status_code == 201


@pytest.mark.spec("C-3")
def test_an_approved_member_is_attached(cast, scim):
    Membership.objects.filter(pk=cast.bo.pk).update(managed_by=ManagedBy.SCIM)
    created = scim.create_user("bo@acme.example")
    assert created["id"] == str(cast.bo.pk)
    assert member(created).user == cast.bo.user


def test_unknown_attributes_are_ignored(scim):
    created = scim.create_user(
        roles=[{"value": "admin"}], is_superuser=True, password="hunter2hunter2", schemas=[USER, "urn:example:x"]
    )
    assert not {"roles", "is_superuser", "password"} & set(created)
    assert [role.key for role in member(created).roles.all()] == ["operator"]
    assert "hunter2" not in str(ScimUser.objects.values().get())


def test_projections(scim):
    created = scim.create_user()
    path = f"/Users/{created['id']}"
    assert set(scim.get(f"{path}?attributes=userName").data) == {"schemas", "id", "userName"}
    assert "emails" not in scim.get(f"{path}?excludedAttributes=emails").data
    listed = scim.get("/Users?attributes=userName,active").data["Resources"]
    assert set(listed[0]) == {"schemas", "id", "userName", "active"}
