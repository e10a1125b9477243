"""The Groups page: list, search, filter, pages, creating a group, permissions (G-1, U-12, U-18)."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import Entry
from base.text import avatar_color
from console.tests.people import in_groups, joined, link
from organizations.models import Group, GroupMembership, ManagedBy, Membership, ProjectGrant, Status
from organizations.services import create_group
from teamadmin.testing.html import text_of
from teamadmin.testing.sso import with_sso

pytestmark = pytest.mark.django_db
GROUPS = "/o/acme/groups/"
HTMX = {"HX-Request": "true"}


def names(response) -> list[str]:
    return re.findall(r'<a class="name" href="[^"]*/groups/[^"]*">([^<]*)', response.content.decode())


def row(response, group: Group) -> str:
    found = re.search(rf'<tr [^>]*id="group-{group.pk}".*?</tr>', response.content.decode(), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]*>", " ", found[0]).split())


def many(organization, count: int) -> list[Group]:
    return Group.objects.bulk_create(
        Group(organization=organization, name=f"Team {n:03}").prepare() for n in range(count)
    )


@pytest.fixture
def external(cast) -> Group:
    return Group.objects.create(organization=cast.acme, name="Staff", managed_by=ManagedBy.SCIM)


@pytest.mark.spec("G-1")
def test_a_row_shows_members_and_projects(cast, external):
    Group.objects.filter(pk=cast.groups["marketing"].pk).update(description="Tells the world")
    page = cast.client("olga").get(GROUPS)
    assert names(page) == ["Marketing", "Research", "Staff"]
    assert row(page, cast.groups["marketing"]).startswith("M Marketing Tells the world BL 1 member 2 –")
    assert "No members 0 –" in row(page, cast.groups["research"])
    assert "Managed externally" in row(page, external) and "More actions" not in row(page, external)
    assert "3 groups" in text_of(page)


@pytest.mark.spec("G-1")
def test_few_avatars_and_a_capped_count(cast, monkeypatch):
    monkeypatch.setattr("organizations.queries.groups.SIZE_CAP", 5)
    in_groups(joined(cast.acme, 3, first_name="Old"), [cast.groups["research"]])
    in_groups(joined(cast.acme, 4, first_name="New"), [cast.groups["research"]])
    page = cast.client("olga").get(GROUPS)
    faces = row(page, cast.groups["research"])
    assert faces.count("NT") == 4 and "OT" not in faces  # the newest
    assert "5+ members" in row(page, cast.groups["research"])


@pytest.mark.spec("G-1")
@pytest.mark.parametrize("place", ["groups/", "groups/{group}/", "groups/{group}/deletion/", "", "projects/{project}/"])
def test_a_groups_avatar_has_the_same_color_everywhere(cast, place):
    in_groups([cast.olga], [cast.groups["marketing"]])
    path = place.format(group=cast.groups["marketing"].pk, project=cast.projects["atlas"].pk)
    html = cast.client("olga").get(f"/o/acme/{path}").content.decode()
    colors = re.findall(r'class="avatar square" data-color="(\d)"[^>]*>M</span>', html)
    assert colors and set(colors) == {str(avatar_color("Marketing"))}


@pytest.mark.spec("G-1", "P-1")
def test_members_are_counted_up_to_a_hundred(cast):
    in_groups(joined(cast.acme, 100), [cast.groups["research"]])
    assert "100 members" in row(cast.client("olga").get(GROUPS), cast.groups["research"])
    in_groups([cast.olga], [cast.groups["research"]])
    assert "100+ members" in row(cast.client("olga").get(GROUPS), cast.groups["research"])


@pytest.mark.spec("G-1")
def test_archived_projects_are_not_counted(cast):
    cast.projects["atlas"].archived_at = cast.olga.joined_at
    cast.projects["atlas"].save()
    assert "1 member 1 –" in row(cast.client("olga").get(GROUPS), cast.groups["marketing"])


@pytest.mark.spec("G-1")
@pytest.mark.parametrize(
    "asked,expected",
    [("mark", ["Marketing"]), ("RESEARCH", ["Research"]), ("%", []), ("rch é", ["Research"]), ("zé", [])],
)
def test_search(cast, asked, expected):
    page = cast.client("max").get(GROUPS, {"q": asked})
    assert names(page) == expected
    if not expected:
        assert f"No groups match “{asked}”" in text_of(page) and link(page, "Clear search") == GROUPS


@pytest.mark.spec("G-1")
def test_filter_by_manager(cast, external):
    client = cast.client("olga")
    assert names(client.get(GROUPS, {"managed": "scim"})) == ["Staff"]
    assert names(client.get(GROUPS, {"managed": "manual"})) == ["Marketing", "Research"]
    assert names(client.get(GROUPS, {"managed": "nonsense"})) == ["Marketing", "Research", "Staff"]
    external.delete()
    empty = client.get(GROUPS, {"managed": "scim"})
    assert "No groups match this filter" in text_of(empty) and link(empty, "View all groups") == GROUPS


@pytest.mark.spec("G-1", "U-18")
def test_an_organization_without_groups(cast):
    Group.objects.all().delete()
    page = cast.client("olga").get(GROUPS)
    assert "No groups yet" in text_of(page) and page.content.decode().count(f'href="{GROUPS}new/"') == 2


@pytest.mark.spec("G-1")
def test_paging_keeps_the_search(cast):
    many(cast.acme, 60)
    client = cast.client("olga")
    first = client.get(GROUPS, {"q": "team", "managed": "manual"})
    assert len(names(first)) == 50 and "Showing 50 groups" in text_of(first)
    second = client.get(link(first, "Next"))
    assert names(second) == [f"Team {n:03}" for n in range(50, 60)]
    assert names(client.get(link(second, "Previous"))) == names(first)


@pytest.mark.spec("G-1")
def test_htmx_gets_a_fragment_and_a_clean_url(cast):
    part = cast.client("olga").get(f"{GROUPS}?q=mark&managed=", headers=HTMX)
    assert b"<html" not in part.content and part["HX-Push-Url"] == f"{GROUPS}?q=mark"
    assert names(part) == ["Marketing"] and "1 group" in text_of(part)


@pytest.mark.parametrize("query", ["q=%00", "after=%00", "before=%ED%A0%80", "q=" + "a" * 5000, "managed=%00"])
def test_invalid_query_parameters_are_ignored(cast, query):
    assert cast.client("olga").get(f"{GROUPS}?{query}").status_code == 200


def cost(cast, path: str, **headers) -> int:
    client = cast.client("olga")
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path, headers=headers).status_code == 200
    return len(queries)


@pytest.mark.spec("G-1")
def test_queries_stay_the_same(cast):
    Group.objects.filter(organization=cast.acme).exclude(name="Marketing").delete()
    few = cost(cast, GROUPS)
    groups = many(cast.acme, 30)
    in_groups(joined(cast.acme, 5), groups)
    for group in groups:
        ProjectGrant.objects.create(organization=cast.acme, project=cast.projects["ledger"], group=group)
    assert cost(cast, GROUPS) == few <= 6


@pytest.mark.spec("G-1", "A-5")
def test_other_organizations_groups_are_not_listed(cast):
    assert names(cast.client("tess").get("/o/globex/groups/")) == ["Reactor"]
    assert cast.client("tess").get(GROUPS).status_code == 404


@pytest.mark.spec("G-1")
def test_readers_cannot_change_groups(cast):
    page = cast.client("bo").get(GROUPS)
    assert page.status_code == 403
    cast.bo.role_links.update(role=cast.olga.role_links.get().role)
    assert "Add new group" in text_of(cast.client("bo").get(GROUPS))


# --- creating -----------------------------------------------------------------------------------


@pytest.mark.spec("G-1", "G-3", "U-12")
def test_creating_a_group_with_pending_and_deactivated_members(cast):
    pending = cast.invite()[0].membership
    Membership.objects.filter(pk=cast.opal.pk).update(status=Status.DEACTIVATED)
    client = cast.client("max")
    page = client.get(f"{GROUPS}new/")
    assert "Deactivated: no access until reactivated" in text_of(page)
    assert "nadia@acme.example, pending" in text_of(page)
    chosen = [str(member.pk) for member in (cast.bo, cast.opal, pending)]
    done = client.post(
        f"{GROUPS}new/", {"name": "Storm crew", "description": "On call", "members": chosen}, follow=True
    )
    group = Group.objects.get(name="Storm crew")
    assert done.redirect_chain == [(f"{GROUPS}{group.pk}/", 302)]
    assert group.description == "On call" and group.member_links.count() == 3
    assert "Storm crew was created." in text_of(done)
    assert "Opal Nakamura is deactivated and has no access until reactivated." in text_of(done)
    assert Entry.objects.filter(action="group.created", target_id=group.pk, actor_id=cast.max.pk).exists()


@pytest.mark.spec("G-1")
def test_a_search_keeps_the_input_and_creates_nothing(cast):
    typed = {"name": "Storm crew", "members": [str(cast.bo.pk)], "q": "max", "search": "1"}
    page = cast.client("olga").post(f"{GROUPS}new/", typed)
    body = page.content.decode()
    assert page.status_code == 200 and 'value="Storm crew"' in body and 'value="max"' in body
    assert re.search(rf'value="{cast.bo.pk}"[^>]* checked', body) and str(cast.max.pk) in body
    assert str(cast.opal.pk) not in body and not Group.objects.filter(name="Storm crew").exists()
    part = cast.client("olga").post(f"{GROUPS}new/", typed, headers=HTMX)
    assert part.content.decode().strip().startswith("<ul") and str(cast.max.pk) in part.content.decode()


@pytest.mark.spec("G-1")
@pytest.mark.parametrize("name,complaint", [("", "required"), ("marketing", "A group named"), ("x" * 101, "100")])
def test_an_invalid_name_keeps_the_input(cast, name, complaint):
    typed = {"name": name, "description": "Kept", "members": [str(cast.bo.pk)]}
    page = cast.client("olga").post(f"{GROUPS}new/", typed)
    assert page.status_code == 422 and complaint in text_of(page) and 'value="Kept"' in page.content.decode()
    assert re.search(rf'value="{cast.bo.pk}"[^>]* checked', page.content.decode())
    assert Group.objects.filter(organization=cast.acme).count() == 2


@pytest.mark.spec("G-1", "A-5")
def test_strangers_cannot_be_chosen(cast):
    members = Membership.objects.count()
    response = cast.client("olga").post(f"{GROUPS}new/", {"name": "Mixed", "members": [str(cast.tess.pk), "nonsense"]})
    assert response.status_code == 422 and "Something you chose no longer exists" in text_of(response)
    assert not Group.objects.filter(name="Mixed").exists() and Membership.objects.count() == members


@pytest.mark.spec("W-1")
def test_a_group_adds_no_outsiders_where_single_sign_on_is_enforced(cast):
    cast.acme.sso_enforced = True
    cast.acme.save()
    people, client = Membership.objects.count(), with_sso(cast.client("olga"), cast.acme)
    for typed in ({"members": "new@acme.example"}, {"members": str(cast.stranger.pk)}, {"email": "new@acme.example"}):
        client.post(f"{GROUPS}{cast.groups['research'].pk}/members/", typed)
    assert Membership.objects.count() == people and not cast.groups["research"].member_links.exists()
    assert (
        client.post(f"{GROUPS}{cast.groups['research'].pk}/members/", {"members": str(cast.bo.pk)}).status_code == 302
    )


@pytest.mark.spec("G-1")
def test_htmx_redirects_to_the_new_group(cast):
    response = cast.client("olga").post(f"{GROUPS}new/", {"name": "Crew"}, headers=HTMX)
    assert response["HX-Redirect"] == f"{GROUPS}{Group.objects.get(name='Crew').pk}/"


@pytest.mark.spec("G-1")
def test_a_name_taken_at_the_same_moment(cast, monkeypatch):
    def late(**arguments):
        Group.objects.create(organization=cast.acme, name=arguments["name"])
        return create_group(**arguments)

    monkeypatch.setattr("console.groups.views.groups.create_group", late)
    response = cast.client("olga").post(f"{GROUPS}new/", {"name": "Crew"})
    assert response.status_code == 422 and "A group named “Crew” already exists" in text_of(response)


@pytest.mark.spec("G-1")
def test_the_date_of_joining_the_group_is_stored(cast):
    GroupMembership.objects.filter(membership=cast.bo).update(created_at=None)
    page = cast.client("olga").get(f"{GROUPS}{cast.groups['marketing'].pk}/")
    assert "Bo Lindqvist bo@acme.example Builder Active –" in text_of(page)
