"""Giving someone Admin asks for a fresh sign-in, by every route (S-7)."""

import pytest

from organizations.models import GroupRole
from organizations.permissions import Permission
from organizations.queries import direct_roles_of
from teamadmin.testing.aging import age, asks, confirm
from teamadmin.testing.cast import add_role, role_named

pytestmark = pytest.mark.spec("S-7")


def test_giving_admin_in_a_profile_asks(cast):
    client = cast.client("olga")
    url = f"/o/acme/users/{cast.opal.pk}/"
    seen = client.get(url).content.decode().split('name="seen" value="')[1].split('"')[0]
    age(client, 16)
    data = {"first_name": "Opal", "last_name": "Nakamura", "seen": seen}
    assert not asks(client.post(url, data | {"roles": str(role_named("builder").pk)}))
    seen = client.get(url).content.decode().split('name="seen" value="')[1].split('"')[0]
    response = client.post(url, data | {"roles": str(role_named("admin").pk), "seen": seen})
    assert asks(response)
    confirm(client, response)
    assert [role.key for role in direct_roles_of(cast.opal)] == ["admin"]


def test_inviting_an_admin_asks(cast):
    client = cast.client("olga")
    age(client, 16)
    for role, expected in (("builder", False), ("admin", True)):
        draft = cast.draft(role=role, people=[("Nia", "B", f"{role}@acme.example")])
        response = client.post(f"/o/acme/users/add/{draft.pk}/personalize/", {"version": draft.version})
        assert asks(response) is expected
    confirm(client, response)
    draft.refresh_from_db()
    assert draft.sent_at


def test_giving_a_group_admin_asks(cast):
    client, group = cast.client("olga"), cast.groups["marketing"]
    age(client, 16)
    url = f"/o/acme/groups/{group.pk}/roles/"
    assert not asks(client.post(url, {"roles": str(role_named("manager").pk)}))
    assert asks(client.post(url, {"roles": str(role_named("admin").pk)}))
    full = add_role(cast.acme, "Owner", *Permission)  # as much as Admin
    assert asks(client.post(url, {"roles": str(full.pk)}))


def test_adding_to_a_group_that_gives_admin_asks(cast):
    client, group = cast.client("olga"), cast.groups["research"]
    age(client, 16)
    url, data = f"/o/acme/groups/{group.pk}/members/", {"members": str(cast.bo.pk)}
    assert not asks(client.post(url, data))
    GroupRole.objects.create(organization=cast.acme, group=group, role=role_named("admin"))
    data = {"members": str(cast.opal.pk)}
    response = client.post(url, data)
    assert asks(response)
    bulk = client.post(f"/o/acme/users/bulk/group/?member={cast.max.pk}", {"group_id": str(group.pk), "seen": "1"})
    assert asks(bulk)
    confirm(client, response)
    assert group.member_links.filter(membership=cast.opal).exists()
