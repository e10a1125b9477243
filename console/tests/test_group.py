"""A group's page and its members (G-2, G-3, G-4, R-6, R-7, R-8, U-12, U-18)."""

import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import Entry
from console.groups import queries as reading
from console.tests.people import in_groups, joined, link, pending
from organizations.models import Group, GroupRole, ManagedBy, Membership, ProjectGrant, Status
from organizations.queries import roles_of_group
from teamadmin.testing.cast import role_named
from teamadmin.testing.html import text_of

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def url(group: Group, noun: str = "") -> str:
    return f"/o/acme/groups/{group.pk}/{noun}"


def people(response) -> list[str]:
    table = re.search(r"<tbody.*?</tbody>", response.content.decode(), flags=re.DOTALL)
    return re.findall(r'<a class="name"[^>]*>([^<]*)', table[0]) if table else []


@pytest.fixture
def marketing(cast) -> Group:
    return cast.groups["marketing"]


@pytest.fixture
def external(cast) -> Group:
    group = Group.objects.create(organization=cast.acme, name="Staff", managed_by=ManagedBy.SCIM)
    in_groups([cast.bo], [group])
    return group


# --- viewing ------------------------------------------------------------------------------------


@pytest.mark.spec("G-2")
def test_the_page_shows_everything(cast, marketing):
    GroupRole.objects.create(organization=cast.acme, group=marketing, role=role_named("operator"))
    in_groups(pending(cast.acme, 2), [marketing])
    page = cast.client("olga").get(url(marketing))
    text = text_of(page)
    assert people(page) == ["Bo Lindqvist", "Guest 000 Test", "Guest 001 Test"]
    for part in ("Members 3", "Project access 2 ", "Atlas", "Website", "Operator Works in", "Managed by TeamAdmin"):
        assert part in text, part
    assert "Pending 2 invited members" in text and "3 members" in text
    assert "Edit" in text and "Add members" in text and "Delete group" in text


@pytest.mark.spec("G-2")
def test_readers_see_the_page_without_buttons(cast, marketing):
    cast.opal.role_links.all().delete()
    role = cast.acme.roles.create(scheme="ranked", key="eye", name="Eye", permissions=["people.view"])
    cast.opal.role_links.create(organization=cast.acme, role=role)
    page = cast.client("opal").get(url(marketing))
    assert people(page) == ["Bo Lindqvist"]
    for word in ("Add", "Edit", "Delete group", "Change roles", "Remove"):
        assert word not in text_of(page), word


@pytest.mark.spec("G-2")
def test_search_covers_only_the_group(cast, marketing, monkeypatch):
    in_groups(joined(cast.acme, 3), [marketing])
    client = cast.client("olga")
    for few in (1000, 1):  # looked up in the organization first, or while walking through the group
        monkeypatch.setattr(reading, "MAX_SEARCH_RESULTS", few)
        assert people(client.get(url(marketing), {"q": "test 001"})) == ["Person 001 Test"]
        assert len(people(client.get(url(marketing), {"q": "acme.example"}))) == 4
    empty = client.get(url(marketing), {"q": "olga"})
    assert "No members of this group match “olga”" in text_of(empty) and link(empty, "Clear search") == url(marketing)


@pytest.mark.spec("G-2")
def test_a_large_group_pages_newest_first(cast, marketing):
    members = joined(cast.acme, 119)
    in_groups(members[:99], [marketing])  # a hundred, including Bo
    by_name = ["Bo Lindqvist", *(f"Person {n:03} Test" for n in range(99))]
    assert people(cast.client("olga").get(url(marketing))) == by_name
    in_groups(members[99:], [marketing])
    client, seen, address = cast.client("olga"), [], url(marketing)
    pages = 0
    while address:
        page = client.get(address)
        seen += people(page)
        pages += 1
        address = link(page, "Next") if "Next" in text_of(page) and 'rel="next"' in page.content.decode() else ""
    assert pages == 3 and seen == [*(f"Person {n:03} Test" for n in reversed(range(119))), "Bo Lindqvist"]
    assert people(client.get(link(page, "Previous"))) == seen[50:100]
    assert "newest first" in text_of(client.get(url(marketing)))


@pytest.mark.spec("G-2")
def test_htmx_gets_only_the_members(cast, marketing):
    part = cast.client("olga").get(url(marketing) + "?q=bo", headers=HTMX)
    body = part.content.decode()
    assert "<html" not in body and body.strip().startswith("<section") and "Project access" not in body
    assert part["HX-Push-Url"] == url(marketing) + "?q=bo"


def cost(cast, path: str) -> int:
    client = cast.client("olga")
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


@pytest.mark.spec("G-2")
def test_queries_stay_the_same(cast, marketing):
    few = cost(cast, url(marketing))
    in_groups(joined(cast.acme, 30), [marketing, cast.groups["research"]])
    ProjectGrant.objects.create(organization=cast.acme, project=cast.projects["ledger"], group=marketing)
    assert cost(cast, url(marketing)) == few <= 16


@pytest.mark.spec("G-2", "A-5")
@pytest.mark.parametrize("noun", ["", "details/", "deletion/", "members/", "projects/", "roles/"])
def test_groups_of_other_organizations_are_not_found(cast, marketing, noun):
    assert cast.client("olga").get(f"/o/acme/groups/{cast.globex_group.pk}/{noun}").status_code == 404
    assert cast.client("olga").get(f"/o/acme/groups/{uuid4()}/{noun}").status_code == 404
    assert cast.client("tess").get(url(marketing, noun)).status_code == 404
    assert cast.client("bo").get(url(marketing, noun)).status_code == 403


@pytest.mark.parametrize("query", ["q=%00", "after=%00", "before=x", "projects_after=%ED%A0%80", "after=" + "9" * 20])
def test_invalid_query_parameters_are_ignored(cast, marketing, query):
    assert cast.client("olga").get(f"{url(marketing)}?{query}").status_code == 200


# --- members ------------------------------------------------------------------------------------


@pytest.mark.spec("G-2", "U-12")
def test_adding_several_members_warns_about_deactivated_ones(cast, marketing):
    Membership.objects.filter(pk=cast.opal.pk).update(status=Status.DEACTIVATED)
    client = cast.client("max")
    confirmation = client.get(url(marketing, "members/"))
    assert (
        "Already in this group" in text_of(confirmation)
        and f'value="{cast.bo.pk}"' not in confirmation.content.decode()
    )
    chosen = [str(member.pk) for member in (cast.olga, cast.opal)]
    done = client.post(url(marketing, "members/"), {"members": chosen}, follow=True)
    assert done.redirect_chain == [(url(marketing), 302)]
    assert people(done) == ["Bo Lindqvist", "Olga Ivanova", "Opal Nakamura"]
    assert "Added 2 members to Marketing." in text_of(done) and "Opal Nakamura is deactivated" in text_of(done)
    assert Entry.objects.filter(action="group.member_added", target_id=cast.opal.pk).count() == 1
    again = client.post(url(marketing, "members/"), {"members": chosen}, follow=True)
    assert "Everyone you chose was already in Marketing." in text_of(again)


@pytest.mark.spec("G-2", "U-18")
def test_htmx_updates_the_page(cast, marketing):
    dialog = cast.client("olga").get(url(marketing, "members/"), headers=HTMX).content.decode()
    assert "<dialog" in dialog and "<html" not in dialog
    done = cast.client("olga").post(url(marketing, "members/"), {"members": str(cast.opal.pk)}, headers=HTMX)
    body = done.content.decode()
    assert 'id="group" hx-swap-oob="true"' in body and "Opal Nakamura" in body and "Added 1 member" in body


@pytest.mark.spec("G-2")
@pytest.mark.parametrize(
    "members,complaint", [([], "Choose at least one person to add."), ([str(uuid4())], "no longer exists")]
)
def test_adding_no_one_or_a_deleted_member_is_an_error(cast, marketing, members, complaint):
    response = cast.client("olga").post(url(marketing, "members/"), {"members": members})
    assert response.status_code == 422 and complaint in text_of(response)


@pytest.mark.spec("G-2", "U-18")
def test_removing_a_member_moves_the_focus(cast, marketing):
    path = url(marketing, f"members/{cast.bo.pk}/removal/")
    body = cast.client("max").post(path, headers=HTMX).content.decode()
    assert "Removed Bo Lindqvist from Marketing." in body and 'id="members-title" tabindex="-1" autofocus' in body
    assert "No members yet" in body
    again = cast.client("max").post(path, follow=True)
    assert "Bo Lindqvist was not in Marketing." in text_of(again)
    assert cast.client("max").post(url(marketing, f"members/{cast.tess.pk}/removal/")).status_code == 404


@pytest.mark.spec("R-6", "G-4")
def test_managers_cannot_add_to_a_group_of_admins(cast, marketing):
    GroupRole.objects.create(organization=cast.acme, group=marketing, role=role_named("admin"))
    page = cast.client("max").get(url(marketing))
    reason = "You can’t add people to Marketing because it allows more than your role."
    assert reason in text_of(page) and 'id="add-members"' not in page.content.decode()
    response = cast.client("max").post(url(marketing, "members/"), {"members": str(cast.max.pk)})
    assert response.status_code == 403 and reason in text_of(response)
    assert marketing.member_links.count() == 1


@pytest.mark.spec("R-7", "G-4")
def test_managers_cannot_remove_admins_from_a_group_with_roles(cast, marketing):
    in_groups([cast.olga], [marketing])
    path = url(marketing, f"members/{cast.olga.pk}/removal/")
    GroupRole.objects.create(organization=cast.acme, group=marketing, role=role_named("operator"))
    response = cast.client("max").post(path)
    assert response.status_code == 403 and "allows more than yours" in text_of(response)
    assert cast.client("olga").post(path).status_code == 302


@pytest.mark.spec("R-8", "G-4")
def test_the_last_admin_is_not_removed(cast, marketing):
    cast.olga.role_links.update(role=role_named("operator"))
    GroupRole.objects.create(organization=cast.acme, group=marketing, role=role_named("admin"))
    in_groups([cast.olga], [marketing])
    client = cast.client("olga")
    for path, typed in (
        (f"members/{cast.olga.pk}/removal/", {}),
        ("roles/", {"seen": str(role_named("admin").pk)}),
        ("deletion/", {}),
    ):
        if path.startswith("members"):
            marketing.member_links.filter(membership=cast.bo).delete()
        response = client.post(url(marketing, path), typed)
        assert response.status_code == 403 and "needs at least one active Admin" in text_of(response), path
    page = client.get(url(marketing))
    assert 'id="delete-group"' not in page.content.decode() and "needs at least one active Admin" in text_of(page)
    assert marketing.member_links.count() == 1 and roles_of_group(marketing)


@pytest.mark.spec("G-3")
def test_an_external_groups_name_and_members_cannot_be_changed(cast, external):
    client = cast.client("olga")
    page = client.get(url(external))
    text = text_of(page)
    assert "This group is managed externally" in text and "Your identity provider" in text
    for word in ("Add members", "Delete group", "Remove Bo"):
        assert word not in text
    assert "Add project" in text and "Change roles" in text
    for noun in ("details/", "deletion/", "members/", f"members/{cast.bo.pk}/removal/"):
        response = client.post(url(external, noun), {"name": "Ours", "members": str(cast.opal.pk)})
        assert response.status_code == 403 and "is managed by your identity provider" in text_of(response), noun
    assert client.post(url(external, "projects/"), {"projects": str(cast.projects["ledger"].pk)}).status_code == 302
    assert client.post(url(external, "roles/"), {"roles": str(role_named("builder").pk)}).status_code == 302
    assert external.project_links.count() == external.role_links.count() == external.member_links.count() == 1
