"""The Roles page (R-9), custom roles (R-3), and the limits of editors (R-6, R-7)."""

import json
import re

import pytest
from django.urls import reverse

from base.text import name_key
from console.tests.role_requests import FORM, HTMX, client_of, page, url
from organizations.models import Group, GroupRole, Membership, MembershipRole, Role
from organizations.permissions import ADMINISTRATIVE, LABELS
from organizations.permissions import Permission as P
from organizations.queries import roles_in
from organizations.roles import permissions_of
from organizations.services import RoleFields
from teamadmin.testing.cast import add_member, add_role, add_user, role_named


@pytest.mark.spec("R-9")
def test_the_page_lists_every_role_with_its_members(cast, desk):
    add_member(cast.acme, add_user("vic@acme.example", "Vic", "Vale"), desk)
    GroupRole.objects.create(organization=cast.acme, group=cast.groups["research"], role=desk)
    html = page(cast.client("max"), url("roles"))
    for role in roles_in(cast.acme):
        assert f'href="{url("role", role)}"' in html and role.label in html
    assert f'href="{url("users")}?status=everyone&amp;role={desk.pk}"' in html and "What the Desk does." in html
    assert "Data Admin" not in html and "Add role" not in html
    groups = re.findall(r'data-label="Groups"[^>]*>([^<]*)</td>', html)
    assert groups == [*"––––", "1"]  # the four built-in ones, and Desk


@pytest.mark.spec("R-9", "U-6")
def test_a_roles_member_count_links_to_those_members(cast, desk):
    add_member(cast.acme, add_user("vic@acme.example", "Vic", "Vale"), desk)
    client = cast.client("max")
    link = re.search(r'href="([^"]+role=[^"]+)" aria-label="1 member with the role Desk"', page(client, url("roles")))[
        1
    ]
    html = page(client, link.replace("&amp;", "&"))
    assert "vic@acme.example" in html and "bo@acme.example" not in html


@pytest.mark.spec("R-9")
@pytest.mark.parametrize("who,slug", [("olga", "acme"), ("tess", "globex")])
def test_the_matrix_shows_the_permissions_of_each_role(cast, desk, who, slug):
    html = page(cast.client(who), url("roles", slug=slug))
    roles = roles_in(getattr(cast, slug))
    assert (desk in roles) is (slug == "acme")
    for permission in P:
        row = re.search(rf'<tr><th scope="row">{LABELS[permission]}</th>(.*?)</tr>', html, re.DOTALL)[1]
        said = re.findall(r'sr-only">(Yes|No)<', row)
        assert said == ["Yes" if permission in permissions_of(role) else "No" for role in roles]
    everyday, administrative = html.split("<span>Everyday</span>")[1].split("<span>Administrative</span>")
    for permission in P:
        part = administrative if permission in ADMINISTRATIVE else everyday
        assert f'<th scope="row">{LABELS[permission]}</th>' in part


@pytest.mark.spec("R-9", "G-4")
def test_a_role_that_only_groups_have_names_them(cast, desk):
    client = cast.client("olga")
    assert "No one has this role yet" in page(client, url("role", desk))
    GroupRole.objects.create(organization=cast.acme, group=cast.groups["research"], role=desk)
    html = page(client, url("role", desk))
    assert f'<a class="menu-item" href="{reverse("users", args=["acme"])}"' in html, "the account menu's own context"
    assert "No one has this role directly" in html and "No one has this role yet" not in html
    assert "Members of Research have it through the group." in html
    for name in ("Berlin", "Cairo", "Delhi"):
        group = Group.objects.create(organization=cast.acme, name=name)
        GroupRole.objects.create(organization=cast.acme, group=group, role=desk)
    html = page(client, url("role", desk))
    assert "Members of Berlin, Cairo, Delhi and others have it through their groups." in html


@pytest.mark.spec("R-9")
@pytest.mark.parametrize("name", ["roles", "role"])
def test_a_page_costs_the_same_however_many_have_a_role(cast, desk, django_assert_max_num_queries, name):
    def add(count: int, start: int) -> None:
        members = [
            Membership(organization=cast.acme, email=f"m{start + n}@acme.example").prepare() for n in range(count)
        ]
        Membership.objects.bulk_create(members)
        links = (MembershipRole(organization=cast.acme, membership=member, role=desk) for member in members)
        MembershipRole.objects.bulk_create(links)

    client, address = cast.client("olga"), url(name, desk if name == "role" else None)
    add(1, 0)
    client.get(address)
    with django_assert_max_num_queries(11) as one:
        client.get(address)
    add(59, 1)
    with django_assert_max_num_queries(len(one)):
        client.get(address)


@pytest.mark.spec("R-9")
def test_a_roles_page_has_its_members_by_key_and_its_groups(cast, desk):
    people = [add_member(cast.acme, add_user(f"m{n:02}@acme.example", f"M{n:02}", "X"), desk) for n in range(52)]
    GroupRole.objects.create(organization=cast.acme, group=cast.groups["research"], role=desk)
    client = cast.client("max")
    first = page(client, url("role", desk))
    assert "Showing 50 members" in first and people[-1].email in first and people[1].email not in first
    assert "Research" in first and "Edit people" in first
    following = re.search(r'href="([^"]+)" rel="next"', first)[1].replace("&amp;", "&")
    second = page(client, following)
    assert people[1].email in second and people[-1].email not in second
    part = client.get(following, **HTMX).content.decode()
    assert people[0].email in part and "<html" not in part
    assert page(client, f"{url('role', desk)}?after=nonsense").count("m51@") == 1


@pytest.mark.spec("R-9", "A-5")
def test_roles_of_other_organizations_are_not_found(cast, desk):
    for name in ("role", "role_edit", "role_deletion"):
        page(cast.client("tess"), url(name, desk, slug="globex"), 404)
        page(cast.client("olga"), url(name, role_named("read_only", cast.globex.scheme)), 404)


@pytest.mark.spec("R-3")
def test_adding_a_role(cast):
    client = cast.client("olga")
    response = client.post(url("role_new"), {"name": " People  desk ", "permissions": ["people.edit", "audit.view"]})
    role = Role.objects.get(organization=cast.acme)
    assert response.status_code == 302 and response["Location"] == url("role", role)
    assert role.key == name_key("People desk")
    assert permissions_of(role) == {P.PEOPLE_EDIT, P.PEOPLE_VIEW, P.AUDIT_VIEW}
    offered = page(client, reverse("user_add", args=["acme"]))
    assert str(role.pk) in offered


@pytest.mark.spec("R-3")
@pytest.mark.parametrize(
    "typed,words",
    [
        ({"name": "", "permissions": ["audit.view"]}, "Enter a name."),
        ({"name": "Admin", "permissions": ["audit.view"]}, "A role with this name already exists."),
        ({"name": "Night desk"}, "Choose at least one permission."),
        ({"name": "x" * 101, "permissions": ["audit.view"]}, "Use at most 100 characters."),
        ({"name": "a\u202eb", "permissions": ["audit.view"]}, "Remove the hidden character U+202E after “a”."),
        ({"name": "Night desk", "permissions": ["made.up"]}, "made.up"),
    ],
)
def test_an_invalid_form_keeps_the_input(cast, typed, words):
    response = cast.client("olga").post(url("role_new"), {"description": "After hours", **typed})
    html = response.content.decode()
    assert response.status_code == 422 and words in html and 'value="After hours"' in html
    if "audit.view" in typed.get("permissions", ()):
        assert 'value="audit.view" checked' in html
    assert not Role.objects.filter(organization=cast.acme).exists()


@pytest.mark.spec("R-3")
def test_copying_starts_with_the_roles_permissions(cast, desk):
    html = page(cast.client("olga"), f"{url('role_new')}?from={desk.pk}")
    assert 'value="Desk copy"' in html and 'value="people.edit" checked' in html
    assert 'value="audit.view" checked' not in html
    for nonsense in ("x", "", add_role(cast.globex, "Far", P.AUDIT_VIEW).pk):
        assert (
            " copy"
            not in re.search(r'name="name"[^>]*', page(cast.client("olga"), f"{url('role_new')}?from={nonsense}"))[0]
        )


@pytest.mark.spec("R-6")
def test_permissions_that_the_editor_lacks_are_disabled_with_the_reason(cast, keeper):
    client = client_of(cast, keeper)
    html = page(client, f"{url('role_new')}?from={role_named('admin').pk}")
    assert 'value="people.edit" checked>' in html and 'value="security.manage" disabled>' in html
    assert "You can’t add “Manage security” to a role" in html
    response = client.post(url("role_new"), {"name": "Strong", "permissions": ["security.manage"]})
    assert response.status_code == 403 and "Manage security" in response.content.decode()
    assert not Role.objects.filter(name="Strong").exists()


@pytest.mark.spec("R-6", "R-7", "R-3")
def test_editing_a_role_requires_the_permission(cast, desk, keeper):
    strong = add_role(cast.acme, "Guard", P.SECURITY_MANAGE)
    for member, role, words in (
        (keeper, strong, "Guard allows more than your role"),
        (cast.max, desk, "Manage roles"),
        (cast.olga, role_named("builder"), "Builder is a built-in role"),
    ):
        client = client_of(cast, member)
        shown = page(client, url("role", role))
        assert url("role_edit", role) not in shown and url("role_deletion", role) not in shown
        for name in ("role_edit", "role_deletion"):
            assert words in page(client, url(name, role), 403)
            assert client.post(url(name, role), {"name": "X", "permissions": ["audit.view"]}).status_code == 403
    assert "allows more than your role" in page(client_of(cast, keeper), url("role", strong))


def form_of(html: str) -> dict:
    seen = re.search(r'name="as_seen" value="([^"]*)"', html)[1].replace("&quot;", '"')
    return {**json.loads(seen), "as_seen": seen}


@pytest.mark.spec("R-3")
def test_the_second_editor_sees_the_changes_and_overwrites_nothing(cast, desk):
    client, other = cast.client("olga"), cast.client("olga")
    form = form_of(page(client, url("role_edit", desk)))
    change = {"name": "Help desk", "permissions": ["people.view", "audit.view"], "description": "Helps"}
    assert other.post(url("role_edit", desk), form | change).status_code == 302
    mine = form | {"description": "Supports everyone"}
    response = client.post(url("role_edit", desk), mine)
    html = response.content.decode()
    assert response.status_code == 409 and "Supports everyone" in html
    for words in ("Help desk", "Permissions added: See the audit log.", "Permissions removed: Edit people."):
        assert words in html
    desk.refresh_from_db()
    assert desk.name == "Help desk" and RoleFields.of(desk).permissions == {P.PEOPLE_VIEW, P.AUDIT_VIEW}
    again = mine | {"as_seen": form_of(html)["as_seen"]}
    assert client.post(url("role_edit", desk), again).status_code == 302
    desk.refresh_from_db()
    assert (desk.name, desk.description) == ("Desk", "Supports everyone")
    assert client.post(url("role_edit", desk), again | {"as_seen": "no json"}).status_code == 302, "nothing to change"
    assert client.post(url("role_edit", desk), again | {"name": "Y", "as_seen": "[]"}).status_code == 409


@pytest.mark.spec("R-3")
@pytest.mark.parametrize("noun", ["role_edit", "role_deletion"])
def test_a_role_deleted_meanwhile_is_not_found(cast, desk, monkeypatch, noun):
    """Two people click Delete: the second one waits for the first, and the role no longer exists."""

    def vanish(organization, role_id):
        role = Role.objects.get(pk=role_id)
        Role.objects.filter(pk=role_id).delete()
        return role

    module = "form" if noun == "role_edit" else "deletion"
    monkeypatch.setattr(f"console.roles.views.{module}.role_or_404", vanish)
    assert cast.client("olga").post(url(noun, desk), FORM).status_code == 404


@pytest.mark.spec("R-3")
@pytest.mark.parametrize("seen", ["[" * 100_000, '{"name":' * 100_000, "9" * 5000, "null", '{"permissions": [{}]}'])
def test_a_forged_snapshot_matches_no_role(cast, desk, seen):
    response = cast.client("olga").post(url("role_edit", desk), FORM | {"as_seen": seen})
    assert response.status_code == 409 and Role.objects.get(pk=desk.pk).name == desk.name


@pytest.mark.spec("R-3", "R-5", "M-4", "J-4")
def test_an_invitation_explains_a_custom_role(cast, desk):
    from invitations.content import invitation_content
    from organizations.services import set_member_roles

    invitation = cast.invite()[0]
    set_member_roles(actor=cast.olga, member=invitation.membership, roles=[desk])
    content = invitation_content(type(invitation).objects.get(pk=invitation.pk))
    assert content.role_names == "Desk" and content.capabilities == ["See people", "Edit people"]
