"""SCIM groups: their names and members belong to the identity provider, their roles and projects to Admins."""

from uuid import uuid4

import pytest

from audit.models import Entry
from base.policies import Refused
from organizations.models import Group, GroupMembership, GroupRole, ManagedBy, Membership, MembershipRole
from organizations.queries import all_roles_of
from organizations.services import add_to_group, edit_group
from provisioning.tests.scim.conftest import GROUP, user
from teamadmin.testing.cast import role_named

pytestmark = pytest.mark.spec("C-2", "G-3")
ENTRA_REMOVE = {"op": "Remove", "path": "members"}


@pytest.fixture
def people(scim) -> list[str]:
    """The ids of three users."""
    return [scim.create_user(f"{name}@acme.example")["id"] for name in ("ada", "bea", "cleo")]


def members(group: dict) -> list[str]:
    links = GroupMembership.objects.filter(group=group["id"]).order_by("pk")
    return [str(key) for key in links.values_list("membership_id", flat=True)]


def test_a_group_is_created_read_and_deleted(cast, scim, people):
    created = scim.create_group("Analysts", *people[:2], externalId="g1")
    group = Group.objects.get(pk=created["id"])
    assert (group.name, group.managed_by, group.organization) == ("Analysts", ManagedBy.SCIM, cast.acme)
    assert members(created) == people[:2]
    path = f"/Groups/{group.pk}"
    read = scim.get(path)
    assert read.data == created
    assert {each["value"] for each in read.data["members"]} == set(people[:2])
    assert read.data["members"][0]["$ref"].endswith(f"/scim/v2/Users/{people[0]}")
    assert "members" not in scim.get(f"{path}?excludedAttributes=members").data
    assert scim.get(f"/Users/{people[0]}").data["groups"][0]["display"] == "Analysts"
    assert scim.delete(path).status_code == 204
    assert scim.get(path).status_code == 404
    assert not Group.objects.filter(pk=group.pk).exists()
    actions = Entry.objects.filter(target_id=group.pk).order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["group.created", "group.deleted"]


def test_a_name_that_a_manual_group_has_is_taken(scim):
    for body in ({"displayName": "MARKETING"}, {"displayName": " marketing "}):
        answer = scim.post("/Groups", {"schemas": [GROUP], **body})
        assert (answer.status_code, answer.data["scimType"]) == (409, "uniqueness")
    group = scim.create_group("Analysts")
    rename = {"op": "replace", "path": "displayName", "value": "Research"}
    assert scim.patch(f"/Groups/{group['id']}", rename).status_code == 409


ADDING = [
    lambda ids: {"op": "add", "path": "members", "value": [{"value": each} for each in ids]},
    lambda ids: {"op": "Add", "path": "members", "value": [{"$ref": None, "value": each} for each in ids]},
    lambda ids: {"op": "add", "value": {"members": [{"value": each} for each in ids]}},
    lambda ids: {"op": "replace", "path": "members", "value": [{"value": each} for each in ids]},
    lambda ids: {"op": "replace", "path": f"{GROUP}:members", "value": [{"value": each} for each in ids]},
]


def test_members_are_added(scim, people):
    for number, operation in enumerate(ADDING):
        group = scim.create_group(f"Analysts {number}")
        answer = scim.patch(f"/Groups/{group['id']}", operation(people[:2]))
        assert (answer.status_code, answer.data, answer["ETag"]) == (204, None, 'W/"2"')
        assert members(group) == people[:2]
        scim.patch(f"/Groups/{group['id']}", operation(people[:2]))  # again
        assert members(group) == people[:2]
    assert Entry.objects.filter(action="group.member_added").count() == 2 * len(ADDING)


REMOVING = [
    lambda ids: {"op": "remove", "path": f'members[value eq "{ids[0]}"]'},
    lambda ids: {**ENTRA_REMOVE, "value": [{"$ref": None, "value": ids[0]}]},
    lambda ids: {**ENTRA_REMOVE, "value": {"value": ids[0]}},
    lambda ids: {"op": "replace", "path": "members", "value": [{"value": each} for each in ids[1:]]},
]


def test_members_are_removed(scim, people):
    for number, operation in enumerate(REMOVING):
        group = scim.create_group(f"Analysts {number}", *people)
        assert scim.patch(f"/Groups/{group['id']}", operation(people)).status_code == 204
        assert members(group) == people[1:]
    assert Entry.objects.filter(action="group.member_removed").count() == len(REMOVING)


def test_all_members_are_removed(scim, people):
    group = scim.create_group("Analysts", *people)
    assert scim.patch(f"/Groups/{group['id']}", {"op": "remove", "path": "members"}).status_code == 204
    assert members(group) == []


def test_removing_no_one_in_particular_removes_no_one(scim, people):
    group = scim.create_group("Analysts", *people)
    assert scim.patch(f"/Groups/{group['id']}", {**ENTRA_REMOVE, "value": []}).status_code == 204
    assert scim.patch(f"/Groups/{group['id']}", {**ENTRA_REMOVE, "value": [{"value": "me"}]}).status_code == 204
    assert members(group) == people


def test_replace_sets_name_and_members(scim, people):
    group = scim.create_group("Analysts", *people[:2])
    body = {"schemas": [GROUP], "displayName": "Data", "members": [{"value": each} for each in people[1:]]}
    answer = scim.put(f"/Groups/{group['id']}", body)
    assert (answer.status_code, answer.data["displayName"]) == (200, "Data")
    assert sorted(members(group)) == sorted(people[1:])
    assert Group.objects.get(pk=group["id"]).name == "Data"


def test_okta_renames_without_a_path(scim):
    group = scim.create_group("Analysts")
    value = {"id": group["id"], "displayName": "Data"}
    assert scim.patch(f"/Groups/{group['id']}", {"op": "replace", "value": value}).status_code == 204
    assert Group.objects.get(pk=group["id"]).name == "Data"


def test_only_managed_members_can_be_added(cast, scim, people):
    group = scim.create_group("Analysts")
    for stranger in (cast.bo.pk, cast.tess.pk, uuid4(), "me", 7):
        add = {"op": "add", "path": "members", "value": [{"value": people[0]}, {"value": str(stranger)}]}
        answer = scim.patch(f"/Groups/{group['id']}", add)
        assert (answer.status_code, answer.data["scimType"]) == (400, "invalidValue"), stranger
    assert members(group) == []


def test_a_group_that_isnt_managed_isnt_there(cast, scim):
    for group in (cast.groups["marketing"], cast.globex_group):
        for method in ("GET", "DELETE"):
            assert scim.send(method, f"/Groups/{group.pk}").status_code == 404
        assert scim.patch(f"/Groups/{group.pk}", {"op": "remove", "path": "members"}).status_code == 404


def test_managed_groups_are_read_only_here_except_for_roles_and_projects(cast, scim, people):
    group = Group.objects.get(pk=scim.create_group("Analysts")["id"])
    with pytest.raises(Refused):
        edit_group(actor=cast.olga, group=group, name="Mine", description="")
    with pytest.raises(Refused):
        add_to_group(actor=cast.olga, group=group, members=[cast.bo])


@pytest.mark.spec("C-5", "G-4")
def test_a_group_gives_the_roles_that_an_admin_mapped(cast, scim, people):
    group = scim.create_group("Analysts")
    GroupRole.objects.create(organization=cast.acme, group_id=group["id"], role=role_named("manager"))
    scim.patch(f"/Groups/{group['id']}", {"op": "add", "path": "members", "value": [{"value": people[0]}]})
    assert {role.key for role in all_roles_of(Membership.objects.get(pk=people[0]))} == {"operator", "manager"}


@pytest.mark.spec("R-8")
def test_the_last_admin_stays(cast, scim):
    """Bo, who is now managed, is the only Admin, through a group."""
    cast.bo.managed_by = ManagedBy.SCIM
    cast.bo.save()
    bo = scim.create_user("bo@acme.example")["id"]
    group = scim.create_group("Admins", bo)
    GroupRole.objects.create(organization=cast.acme, group_id=group["id"], role=role_named("admin"))
    MembershipRole.objects.filter(membership=cast.olga).update(role=role_named("manager"))
    path = f"/Groups/{group['id']}"
    for change in (
        lambda: scim.patch(path, {"op": "remove", "path": f'members[value eq "{bo}"]'}),
        lambda: scim.patch(path, {"op": "replace", "path": "members", "value": []}),
        lambda: scim.put(path, {"schemas": [GROUP], "displayName": "Admins"}),
        lambda: scim.delete(path),
        lambda: scim.patch(f"/Users/{bo}", {"op": "replace", "path": "active", "value": False}),
        lambda: scim.put(f"/Users/{bo}", user("bo@acme.example", active=False)),
        lambda: scim.delete(f"/Users/{bo}"),
    ):
        answer = change()
        assert (answer.status_code, answer.data["detail"]) == (
            409,
            "Acme needs at least one active Admin. Make someone else an Admin first.",
        )
        assert members(group) == [bo]
