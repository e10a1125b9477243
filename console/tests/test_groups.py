"""The Groups page: listed, searched, filtered, paged, made; who sees what (G-1, U-12, U-18)."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import Entry
from console.tests.people import in_groups, joined, link, words
from organizations.models import Group, GroupMembership, ManagedBy, Membership, ProjectGrant, Status
from organizations.services import create_group

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
def test_a_row_says_who_is_in_it_and_what_it_brings(cast, external):
    Group.objects.filter(pk=cast.groups["marketing"].pk).update(description="Tells the world")
    page = cast.client("olga").get(GROUPS)
    assert names(page) == ["Marketing", "Research", "Staff"]
    assert row(page, cast.groups["marketing"]).startswith("M Marketing Tells the world BL 1 member 2 –")
    assert "No members 0 –" in row(page, cast.groups["research"])
    assert "Managed externally" in row(page, external) and "More actions" not in row(page, external)
    assert "3 groups" in words(page)


@pytest.mark.spec("G-1")
def test_few_faces_and_a_bounded_count(cast, monkeypatch):
    monkeypatch.setattr("organizations.queries.groups.SIZE_CAP", 5)
    in_groups(joined(cast.acme, 3, first_name="Old"), [cast.groups["research"]])
    in_groups(joined(cast.acme, 4, first_name="New"), [cast.groups["research"]])
    page = cast.client("olga").get(GROUPS)
    faces = row(page, cast.groups["research"])
    assert faces.count("NT") == 4 and "OT" not in faces  # the latest
    assert "5+ members" in row(page, cast.groups["research"])


@pytest.mark.spec("G-1")
def test_archived_projects_are_out_of_the_count(cast):
    cast.projects["atlas"].archived_at = cast.olga.joined_at
    cast.projects["atlas"].save()
    assert "1 member 1 –" in row(cast.client("olga").get(GROUPS), cast.groups["marketing"])


@pytest.mark.spec("G-1")
@pytest.mark.parametrize("asked,expected", [("mark", ["Marketing"]), ("RESEARCH", ["Research"]), ("%", []), ("é", [])])
def test_search(cast, asked, expected):
    page = cast.client("max").get(GROUPS, {"q": asked})
    assert names(page) == expected
    if not expected:
        assert f"Nothing matches “{asked}”" in words(page) and link(page, "Clear search") == GROUPS


@pytest.mark.spec("G-1")
def test_the_filter_of_who_manages_them(cast, external):
    client = cast.client("olga")
    assert names(client.get(GROUPS, {"managed": "scim"})) == ["Staff"]
    assert names(client.get(GROUPS, {"managed": "manual"})) == ["Marketing", "Research"]
    assert names(client.get(GROUPS, {"managed": "nonsense"})) == ["Marketing", "Research", "Staff"]
    external.delete()
    empty = client.get(GROUPS, {"managed": "scim"})
    assert "No group here is managed this way" in words(empty) and link(empty, "See all groups") == GROUPS


@pytest.mark.spec("G-1", "U-18")
def test_nobody_has_made_a_group_yet(cast):
    Group.objects.all().delete()
    page = cast.client("olga").get(GROUPS)
    assert "No groups yet" in words(page) and page.content.decode().count(f'href="{GROUPS}new/"') == 2


@pytest.mark.spec("G-1")
def test_pages_by_key_keep_the_search(cast):
    many(cast.acme, 60)
    client = cast.client("olga")
    first = client.get(GROUPS, {"q": "team", "managed": "manual"})
    assert len(names(first)) == 50 and "Showing 50 groups" in words(first)
    second = client.get(link(first, "Next"))
    assert names(second) == [f"Team {n:03}" for n in range(50, 60)]
    assert names(client.get(link(second, "Previous"))) == names(first)


@pytest.mark.spec("G-1")
def test_htmx_gets_the_part_and_a_clean_address(cast):
    part = cast.client("olga").get(f"{GROUPS}?q=mark&managed=", headers=HTMX)
    assert b"<html" not in part.content and part["HX-Push-Url"] == f"{GROUPS}?q=mark"
    assert names(part) == ["Marketing"] and "1 group" in words(part)


@pytest.mark.parametrize("query", ["q=%00", "after=%00", "before=%ED%A0%80", "q=" + "a" * 5000, "managed=%00"])
def test_odd_addresses_are_no_error(cast, query):
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
def test_nothing_of_another_organization(cast):
    assert names(cast.client("tess").get("/o/globex/groups/")) == ["Reactor"]
    assert cast.client("tess").get(GROUPS).status_code == 404


@pytest.mark.spec("G-1")
def test_readers_change_nothing(cast):
    page = cast.client("bo").get(GROUPS)
    assert page.status_code == 403
    cast.bo.role_links.update(role=cast.olga.role_links.get().role)
    assert "Add new group" in words(cast.client("bo").get(GROUPS))


# --- making one ---------------------------------------------------------------------------------


@pytest.mark.spec("G-1", "G-3", "U-12")
def test_a_group_is_made_with_people_pending_and_deactivated_ones(cast):
    pending = cast.invite()[0].membership
    Membership.objects.filter(pk=cast.opal.pk).update(status=Status.DEACTIVATED)
    client = cast.client("max")
    page = client.get(f"{GROUPS}new/")
    assert "Deactivated: no access until reactivated" in words(page)
    assert "nadia@acme.example, pending" in words(page)
    chosen = [str(member.pk) for member in (cast.bo, cast.opal, pending)]
    done = client.post(
        f"{GROUPS}new/", {"name": "Storm crew", "description": "On call", "members": chosen}, follow=True
    )
    group = Group.objects.get(name="Storm crew")
    assert done.redirect_chain == [(f"{GROUPS}{group.pk}/", 302)]
    assert group.description == "On call" and group.member_links.count() == 3
    assert "Storm crew was created." in words(done)
    assert "Opal Nakamura is deactivated and has no access until reactivated." in words(done)
    assert Entry.objects.filter(action="group.created", target_id=group.pk, actor_id=cast.max.pk).exists()


@pytest.mark.spec("G-1")
def test_a_search_keeps_what_is_typed_and_chosen_and_makes_nothing(cast):
    typed = {"name": "Storm crew", "members": [str(cast.bo.pk)], "q": "max", "search": "1"}
    page = cast.client("olga").post(f"{GROUPS}new/", typed)
    body = page.content.decode()
    assert page.status_code == 200 and 'value="Storm crew"' in body and 'value="max"' in body
    assert re.search(rf'value="{cast.bo.pk}"[^>]* checked', body) and str(cast.max.pk) in body
    assert str(cast.opal.pk) not in body and not Group.objects.filter(name="Storm crew").exists()
    part = cast.client("olga").post(f"{GROUPS}new/", typed, headers=HTMX)
    assert part.content.decode().strip().startswith("<ul") and str(cast.max.pk) in part.content.decode()


@pytest.mark.spec("G-1")
@pytest.mark.parametrize(
    "name,complaint", [("", "required"), ("marketing", "There is a group called"), ("x" * 101, "100")]
)
def test_a_wrong_name_keeps_what_was_typed(cast, name, complaint):
    typed = {"name": name, "description": "Kept", "members": [str(cast.bo.pk)]}
    page = cast.client("olga").post(f"{GROUPS}new/", typed)
    assert page.status_code == 422 and complaint in words(page) and 'value="Kept"' in page.content.decode()
    assert re.search(rf'value="{cast.bo.pk}"[^>]* checked', page.content.decode())
    assert Group.objects.filter(organization=cast.acme).count() == 2


@pytest.mark.spec("G-1", "A-5")
def test_strangers_are_nobody_to_choose(cast):
    members = Membership.objects.count()
    answer = cast.client("olga").post(f"{GROUPS}new/", {"name": "Mixed", "members": [str(cast.tess.pk), "nonsense"]})
    assert answer.status_code == 422 and "Something you chose no longer exists" in words(answer)
    assert not Group.objects.filter(name="Mixed").exists() and Membership.objects.count() == members


@pytest.mark.spec("W-1")
def test_a_group_brings_nobody_into_an_organization_with_single_sign_on(cast):
    cast.acme.sso_enforced = True
    cast.acme.save()
    people, client = Membership.objects.count(), cast.client("olga")
    for typed in ({"members": "new@acme.example"}, {"members": str(cast.stranger.pk)}, {"email": "new@acme.example"}):
        client.post(f"{GROUPS}{cast.groups['research'].pk}/members/", typed)
    assert Membership.objects.count() == people and not cast.groups["research"].member_links.exists()
    assert (
        client.post(f"{GROUPS}{cast.groups['research'].pk}/members/", {"members": str(cast.bo.pk)}).status_code == 302
    )


@pytest.mark.spec("G-1")
def test_htmx_leads_to_the_new_group(cast):
    answer = cast.client("olga").post(f"{GROUPS}new/", {"name": "Crew"}, headers=HTMX)
    assert answer["HX-Redirect"] == f"{GROUPS}{Group.objects.get(name='Crew').pk}/"


@pytest.mark.spec("G-1")
def test_a_name_that_somebody_takes_at_the_same_moment(cast, monkeypatch):
    def late(**arguments):
        Group.objects.create(organization=cast.acme, name=arguments["name"])
        return create_group(**arguments)

    monkeypatch.setattr("console.views.groups.create_group", late)
    answer = cast.client("olga").post(f"{GROUPS}new/", {"name": "Crew"})
    assert answer.status_code == 422 and "There is a group called “Crew” already" in words(answer)


@pytest.mark.spec("G-1")
def test_membership_says_when_somebody_joined_the_group(cast):
    GroupMembership.objects.filter(membership=cast.bo).update(created_at=None)
    page = cast.client("olga").get(f"{GROUPS}{cast.groups['marketing'].pk}/")
    assert "Bo Lindqvist bo@acme.example Builder Active –" in words(page)
