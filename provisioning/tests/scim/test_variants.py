"""What Okta and Entra send, as recorded from them: every variant is accepted and noted in the log."""

import pytest

from organizations.models import Membership, Status
from provisioning.models import ScimLogEntry
from provisioning.scim.schemas import ENTERPRISE
from provisioning.tests.scim.conftest import PATCH, USER, user

pytestmark = pytest.mark.spec("C-2")


def test_entras_updates_without_and_with_its_flag(scim):
    created = scim.create_user(
        externalId="3f2", **{ENTERPRISE: {"department": "Math", "manager": "26118915"}}, displayName="Ada L"
    )
    assert created[ENTERPRISE]["manager"]["value"] == "26118915"
    path = f"/Users/{created['id']}?aadOptscim062020"
    answer = scim.patch(
        path,
        {"op": "Replace", "path": "displayName", "value": "Ada King"},
        {"op": "Replace", "path": 'emails[type eq "work"].value', "value": "ada.king@acme.example"},
        {"op": "Replace", "path": "name.givenName", "value": "Ada"},
        {"op": "Add", "path": "name.familyName", "value": "King"},
        {"op": "Add", "path": f"{ENTERPRISE}:department", "value": "Engines"},
        {"op": "Add", "path": f"{ENTERPRISE}:manager", "value": "26118916"},
        {"op": "Add", "path": 'phoneNumbers[type eq "mobile"].value', "value": "123"},
        {"op": "Replace", "path": "active", "value": "False"},
    )
    assert answer.status_code == 200, answer.data
    assert answer.data["emails"][0]["value"] == "ada.king@acme.example"
    assert answer.data["phoneNumbers"] == [{"type": "mobile", "value": "123"}]
    assert answer.data[ENTERPRISE]["department"] == "Engines"
    assert answer.data[ENTERPRISE]["manager"]["value"] == "26118916"
    member = Membership.objects.get(pk=created["id"])
    assert (member.name, member.email, member.status) == ("Ada King", "ada.king@acme.example", Status.DEACTIVATED)
    note = ScimLogEntry.objects.latest("pk").note
    assert "“False” was read as false." in note and "“Add” was read as add." in note


def test_entra_names_paths_as_attributes(scim):
    created = scim.create_user()
    value = {
        "displayName": "A K",
        "name.familyName": "King",
        'emails[type eq "work"].value': "a.k@acme.example",
        f"{ENTERPRISE}:department": "Engines",
        "active": "True",
    }
    answer = scim.patch(f"/Users/{created['id']}", {"op": "replace", "value": value})
    assert (answer.status_code, answer.data["displayName"]) == (200, "A K")
    assert answer.data[ENTERPRISE] == {"department": "Engines"}
    member = Membership.objects.get(pk=created["id"])
    assert (member.name, member.email) == ("Ada King", "a.k@acme.example")


def test_entra_finds_by_external_id_and_email(scim):
    created = scim.create_user(externalId="3f2")
    for text in (
        'externalId eq "3f2"',
        'userName eq "ADA@acme.example"',
        'emails[type eq "work"].value eq "ada@acme.example"',
        'emails[type eq "work" and value eq "ada@acme.example"]',
        'emails.value eq "Ada@Acme.example"',
        f'id eq "{created["id"]}"',
        'userName eq "nobody" or externalId eq "3f2"',
        'active eq true and userName sw "ad"',
        'userName sw "ad" and not (externalId eq "x")',
        f'{USER}:userName eq "ada@acme.example"',
    ):
        answer = scim.get(f"/Users?filter={text}")
        assert answer.data.get("totalResults") == 1, (text, answer.data)
        assert answer.data["Resources"][0]["id"] == created["id"]
    for text in (
        'externalId eq "3F2"',
        "active eq false",
        'userName eq "ad"',
        'externalId eq ""',
    ):
        answer = scim.get(f"/Users?filter={text}")
        assert (answer.status_code, answer.data.get("Resources")) == (200, []), (text, answer.data)


def test_entra_asks_whether_someone_is_in_a_group(scim):
    ada = scim.create_user()["id"]
    group, other = scim.create_group("Analysts", ada), scim.create_group("Others")
    for text, expected in (
        ('displayName eq "ANALYSTS"', [group["id"]]),
        (f'id eq "{group["id"]}" and members eq "{ada}"', [group["id"]]),
        (f'id eq "{other["id"]}" and members eq "{ada}"', []),
        (f'members[value eq "{ada}"]', [group["id"]]),
        (f'members.value eq "{ada}"', [group["id"]]),
    ):
        answer = scim.get(f"/Groups?excludedAttributes=members&filter={text}")
        assert [each["id"] for each in answer.data["Resources"]] == expected, (text, answer.data)
        assert all("members" not in each for each in answer.data["Resources"])


def test_okta_deactivates_and_creates_again(scim):
    """Okta finds the deactivated user by name and activates them, or posts and gets 409 with a reason."""
    created = scim.create_user()
    path = f"/Users/{created['id']}"
    assert scim.patch(path, {"op": "replace", "value": {"active": False}}).data["active"] is False
    assert scim.post("/Users", user()).status_code == 409
    found = scim.get('/Users?filter=userName eq "ada@acme.example"&startIndex=1&count=100').data
    assert (found["totalResults"], found["Resources"][0]["active"]) == (1, False)
    assert scim.put(path, user(id=created["id"], active=True)).data["active"] is True
    assert Membership.objects.get(pk=created["id"]).status == Status.ACTIVE


def test_what_isnt_a_variant_is_refused(scim):
    path = f"/Users/{scim.create_user()['id']}"
    for operation in (
        {"op": "move", "path": "title", "value": "A"},
        {"op": 7, "path": "title", "value": "A"},
        {"path": "title", "value": "A"},
        {"op": "replace", "path": ["title"], "value": "A"},
        {"op": "replace", "path": "title["},
        {"op": "add", "value": "A"},
        {"op": "remove"},
        {"op": "replace", "path": "active", "value": "yes"},
        {"op": "replace", "value": {"active": 1}},
        {"op": "replace", "path": "userName", "value": None},
        {"op": "remove", "path": "userName"},
        {"op": "add", "path": "emails", "value": [{"value": "no address"}]},
    ):
        answer = scim.patch(path, operation)
        assert answer.status_code == 400, (operation, answer.data)
    assert scim.patch(path, {"op": "replace", "path": "id", "value": "x"}).status_code in (200, 400)
    assert scim.send("PATCH", path, {"schemas": [PATCH], "Operations": {"op": "add"}}).status_code == 400
    assert scim.get(path).data["userName"] == "ada@acme.example"


def test_a_failed_operation_undoes_the_others(scim):
    path = f"/Users/{scim.create_user()['id']}"
    title, broken = {"op": "replace", "path": "title", "value": "A"}, {"op": "remove", "path": "userName"}
    assert scim.patch(path, title, broken).status_code == 400
    assert "title" not in scim.get(path).data


def test_bulk(scim):
    bulk = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
    operations = [
        {"method": "POST", "path": "/Users", "bulkId": "a", "data": user("a@acme.example", active="True", name={})},
        {"method": "POST", "path": "/Users", "bulkId": "b", "data": user("bo@acme.example", name={})},
        {
            "method": "POST",
            "path": "/Groups",
            "bulkId": "g",
            "data": {
                "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
                "displayName": "Analysts",
                "members": [{"value": "bulkId:a"}],
            },
        },
    ]
    answer = scim.post("/Bulk", {"schemas": [bulk], "Operations": operations})
    assert answer.status_code == 200, answer.data
    assert [each["status"] for each in answer.data["Operations"]] == ["201", "409", "201"]
    ada, group = (answer.data["Operations"][number]["location"].rpartition("/")[2] for number in (0, 2))
    assert scim.get(f"/Groups/{group}").data["members"][0]["value"] == ada
    remove = {"op": "Remove", "path": "members", "value": [{"value": ada}]}
    operations = [
        {"method": "PATCH", "path": f"/Groups/{group}", "data": {"schemas": [PATCH], "Operations": [remove]}},
        {"method": "PUT", "path": f"/Users/{ada}", "data": user("a@acme.example", active=False, name={})},
        {"method": "DELETE", "path": f"/Users/{ada}"},
    ]
    answer = scim.post("/Bulk", {"schemas": [bulk], "Operations": operations})
    assert [each["status"] for each in answer.data["Operations"]] == ["200", "200", "204"], answer.data
    assert not Membership.objects.filter(pk=ada).exists()


def test_search_at_the_root_and_by_post(scim):
    ada = scim.create_user()
    scim.create_group("Analysts", ada["id"])
    search = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"]}
    assert scim.post("/.search", search).data["totalResults"] == 2
    named = search | {"filter": 'userName eq "ada@acme.example"', "attributes": ["userName"]}
    assert scim.post("/.search", named).data["totalResults"] == 1
    assert set(scim.post("/Users/.search", named).data["Resources"][0]) == {"schemas", "id", "userName"}


def test_discovery(scim):
    config = scim.get("/ServiceProviderConfig").data
    assert all(config[name]["supported"] for name in ("patch", "bulk", "filter", "sort", "etag"))
    assert {each["id"] for each in scim.get("/ResourceTypes").data["Resources"]} == {"User", "Group"}
    assert len(scim.get("/Schemas").data["Resources"]) == 3
    assert scim.get("/Me").status_code == 404
