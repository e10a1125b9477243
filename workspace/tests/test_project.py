"""A project's page and what is done on it: made, renamed, archived, shared (P-1, R-4, U-12)."""

import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import Entry
from organizations.models import Group, GroupMembership, Membership, Project, ProjectGrant, Status
from organizations.permissions import Permission, with_dependencies
from organizations.queries import project_sharing
from teamadmin.testing.cast import add_member, add_role, add_user

pytestmark = pytest.mark.django_db
PROJECTS = "/o/acme/projects/"
HTMX = {"HX-Request": "true"}


def url(project: Project, noun: str = "") -> str:
    return f"{PROJECTS}{project.pk}/{noun}"


def words(response) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", response.content.decode()).replace("&#x27;", "'").split())


def access(response) -> dict[str, str]:
    """Who has access and how, as the page's table says."""
    rows = re.findall(
        r'<a class="name"[^>]*>([^<]*)</a>.*?<td class="main" role="cell">([^<]*)', _table(response), re.S
    )
    return {name: way.strip() for name, way in rows}


def _table(response) -> str:
    found = re.search(r"<tbody.*?</tbody>", response.content.decode(), flags=re.DOTALL)
    return found[0] if found else ""


def crowd(cast, count: int, group: Group | None = None) -> list[Membership]:
    members = [
        add_member(cast.acme, add_user(f"p{n}@crowd.example", f"Person {n:03}", "Crowd"), "operator")
        for n in range(count)
    ]
    for member in members if group else ():
        GroupMembership.objects.create(organization=cast.acme, group=group, membership=member)
    return members


@pytest.fixture
def website(cast) -> Project:
    return cast.projects["website"]


# --- seeing it ----------------------------------------------------------------------------------


@pytest.mark.spec("P-1")
def test_who_has_access_and_by_what(cast, website):
    ProjectGrant.objects.create(organization=cast.acme, project=website, membership=cast.bo)
    ProjectGrant.objects.create(organization=cast.acme, project=website, membership=cast.opal)
    page = cast.client("olga").get(url(website))
    assert access(page) == {"Bo Lindqvist": "Direct, via Marketing", "Opal Nakamura": "Direct"}
    assert "Marketing" in words(page) and "Reach every project by role: Admin, Manager" in words(page)
    assert "Your access By role" in words(page)


@pytest.mark.spec("P-1", "R-4")
def test_who_does_not_see_people_sees_how_they_reach_it(cast, website):
    for name, able in (("bo", True), ("opal", False)):
        ProjectGrant.objects.get_or_create(organization=cast.acme, project=website, membership=getattr(cast, name))
        page = cast.client(name).get(url(website))
        text = words(page)
        assert "Your access Direct" in text and ("Edit" in text) == able
        for word in (
            "People with access",
            "Olga Ivanova",
            "acme.example",
            "Add people",
            "Archive",
            "Reach every project",
        ):
            assert word not in text.replace(f"{name}@acme.example", ""), word
        part = cast.client(name).get(url(website) + "?q=a", headers=HTMX)
        assert "People with access" not in words(part)


@pytest.mark.spec("P-1", "A-5")
@pytest.mark.parametrize("noun", ["", "details/", "archive/", "people/", "groups/"])
def test_what_one_cannot_reach_is_not_there(cast, noun):
    ledger = cast.projects["ledger"]
    for name in ("bo", "opal"):
        assert cast.client(name).get(url(ledger, noun)).status_code == 404
    assert cast.client("tess").get(url(ledger, noun)).status_code == 404
    assert cast.client("olga").get(f"{PROJECTS}{cast.globex_project.pk}/{noun}").status_code == 404
    assert cast.client("olga").get(f"{PROJECTS}{uuid4()}/{noun}").status_code == 404


@pytest.mark.spec("P-1")
def test_access_through_a_group_goes_with_it_at_once(cast, website):
    client = cast.client("bo")
    assert client.get(url(website)).status_code == 200
    GroupMembership.objects.filter(membership=cast.bo).delete()
    assert client.get(url(website)).status_code == 404 and client.get(url(website, "details/")).status_code == 404
    ProjectGrant.objects.filter(group=cast.groups["marketing"]).delete()
    GroupMembership.objects.create(organization=cast.acme, group=cast.groups["marketing"], membership=cast.bo)
    assert client.get(url(website)).status_code == 404


@pytest.mark.spec("P-1")
def test_search_among_those_with_access(cast, website, monkeypatch):
    crowd(cast, 3, cast.groups["marketing"])
    client = cast.client("olga")
    for few in (1000, 1):
        monkeypatch.setattr(project_sharing, "MAX_FOUND_IDS", few)
        assert list(access(client.get(url(website), {"q": "person 001"}))) == ["Person 001 Crowd"]
        assert len(access(client.get(url(website), {"q": "crowd"}))) == 3
    assert "Nobody with access matches “olga”" in words(client.get(url(website), {"q": "olga"}))


@pytest.mark.spec("P-1")
def test_many_people_are_paged_each_once(cast, website, monkeypatch):
    monkeypatch.setattr(project_sharing, "ONE_PAGE_LIMIT", 60)
    members = crowd(cast, 119, cast.groups["marketing"])
    for member in members[::2]:
        ProjectGrant.objects.create(organization=cast.acme, project=website, membership=member)
    client, seen, addresses = cast.client("olga"), [], [url(website)]
    while True:
        page = client.get(addresses[-1])
        seen += access(page)
        if not page.context["next"]:
            break
        addresses.append(page.context["next"])
    # Ids of one millisecond are in no order.
    expected = [member.name for member in sorted([*members, cast.bo], key=lambda member: member.pk, reverse=True)]
    assert len(addresses) == 3 and seen == expected
    assert list(access(client.get(page.context["previous"]))) == expected[50:100]


def cost(cast, path: str) -> int:
    client = cast.client("olga")
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


@pytest.mark.spec("P-1")
def test_queries_stay_the_same(cast, website):
    few = cost(cast, url(website))
    for member in crowd(cast, 30, cast.groups["marketing"]):
        ProjectGrant.objects.create(organization=cast.acme, project=website, membership=member)
    for number in range(30):
        group = Group.objects.create(organization=cast.acme, name=f"Team {number}")
        ProjectGrant.objects.create(organization=cast.acme, project=website, group=group)
    assert cost(cast, url(website)) == few <= 16


@pytest.mark.parametrize("query", ["q=%00", "after=x", "before=%00", "groups_after=%ED%A0%80"])
def test_odd_addresses_are_no_error(cast, website, query):
    assert cast.client("olga").get(f"{url(website)}?{query}").status_code == 200


# --- making, renaming, archiving ----------------------------------------------------------------


@pytest.mark.spec("P-1", "R-4")
def test_a_manager_makes_a_project(cast):
    done = cast.client("max").post(f"{PROJECTS}new/", {"name": "Harbor", "description": "Ships"}, follow=True)
    project = Project.objects.get(name="Harbor")
    assert done.redirect_chain == [(url(project), 302)] and "Harbor was created." in words(done)
    assert "It was given to nobody yet" in words(done)
    assert Entry.objects.filter(action="project.created", target_id=project.pk, actor_id=cast.max.pk).exists()
    taken = cast.client("max").post(f"{PROJECTS}new/", {"name": "hARBOR"})
    assert taken.status_code == 422 and "There is a project called “hARBOR” already" in words(taken)
    for name in ("bo", "opal"):
        assert cast.client(name).post(f"{PROJECTS}new/", {"name": "Mine"}).status_code == 403


@pytest.mark.spec("R-4", "P-1")
def test_a_builder_edits_what_they_reach_and_an_operator_does_not(cast, website):
    typed = {"name": "Web", "description": "All pages", "seen_name": "Website", "seen_description": ""}
    assert cast.client("bo").post(url(website, "details/"), typed).status_code == 302
    assert Project.objects.get(pk=website.pk).name == "Web"
    ProjectGrant.objects.create(organization=cast.acme, project=website, membership=cast.opal)
    answer = cast.client("opal").post(url(website, "details/"), typed)
    assert answer.status_code == 403 and "“Edit projects”" in words(answer).replace("&quot;", '"')
    for noun in ("archive/", "people/", "groups/", "restoration/"):
        assert cast.client("bo").post(url(website, noun)).status_code == 403, noun


@pytest.mark.spec("P-1")
def test_a_rename_meets_another(cast, website):
    Project.objects.filter(pk=website.pk).update(name="Site", name_key="site")
    typed = {"name": "Web", "description": "", "seen_name": "Website", "seen_description": ""}
    answer = cast.client("max").post(url(website, "details/"), typed)
    assert answer.status_code == 409 and "It’s now called “Site”" in words(answer)


@pytest.mark.spec("P-1")
def test_archived_and_back_with_its_access(cast, website):
    client = cast.client("max")
    assert "It leaves everybody’s list" in words(client.get(url(website, "archive/")))
    done = client.post(url(website, "archive/"), follow=True)
    assert "This project is archived" in words(done) and "Add people" not in words(done)
    assert cast.client("bo").get(url(website)).status_code == 404
    assert "Website" not in words(cast.client("olga").get(PROJECTS))
    assert "Website" in words(client.get(f"{PROJECTS}?status=archived"))
    for noun in ("details/", "archive/", "people/", "groups/"):
        answer = client.post(url(website, noun), {"name": "X"})
        assert answer.status_code == 403 and "is archived. Restore it first." in words(answer)
    assert "is back" in words(client.post(url(website, "restoration/"), follow=True))
    assert cast.client("bo").get(url(website)).status_code == 200
    assert client.post(url(website, "restoration/")).status_code == 403
    assert set(Entry.objects.values_list("action", flat=True)) >= {"project.archived", "project.restored"}


@pytest.mark.spec("P-1")
def test_only_who_manages_projects_sees_the_archive(cast, website):
    cast.client("olga").post(url(website, "archive/"))
    page = cast.client("bo").get(f"{PROJECTS}?status=archived")
    assert "Website" not in words(page) and "Atlas" in words(page) and "See archived" not in words(page)
    assert "New project" in words(cast.client("max").get(PROJECTS))


# --- sharing ------------------------------------------------------------------------------------


@pytest.mark.spec("P-1", "U-12")
def test_people_get_access_and_lose_it(cast, website):
    Membership.objects.filter(pk=cast.opal.pk).update(status=Status.DEACTIVATED)
    client, path = cast.client("max"), url(website, "people/")
    assert "Deactivated: no access until reactivated" in words(client.get(path))
    chosen = [str(member.pk) for member in (cast.opal, cast.bo)]
    done = client.post(path, {"members": chosen}, follow=True)
    assert "2 people have access now." in words(done) and "Opal Nakamura is deactivated" in words(done)
    assert "Everybody you chose had access already." in words(client.post(path, {"members": chosen}, follow=True))
    assert "Has access already" in words(client.get(path))
    body = client.post(url(website, f"people/{cast.bo.pk}/removal/"), headers=HTMX).content.decode()
    assert "Bo Lindqvist lost the access" in body and 'id="people-title" tabindex="-1" autofocus' in body
    assert access(client.get(url(website))) == {"Bo Lindqvist": "via Marketing", "Opal Nakamura": "Direct"}
    assert Entry.objects.filter(action="member.projects_given").count() == 2


@pytest.mark.spec("P-1", "R-3")
def test_who_manages_projects_without_seeing_people_names_none(cast, website):
    role = add_role(cast.acme, "Project keeper", *with_dependencies([Permission.PROJECTS_MANAGE]))
    cast.kit = add_member(cast.acme, add_user("kit@acme.example", "Kit"), role)
    client = cast.client("kit")
    page = client.get(url(website))
    assert "Archive" in words(page) and "Bo Lindqvist" not in words(page) and "Add people" not in words(page)
    removals = [f"people/{cast.bo.pk}/removal/", f"groups/{cast.groups['marketing'].pk}/removal/"]
    for path in ("people/", "groups/", *removals):
        answer = client.post(url(website, path), {"members": [str(cast.bo.pk)]})
        assert answer.status_code == 403 and "“See people”" in words(answer)


@pytest.mark.spec("P-1", "R-7")
def test_who_manages_projects_chooses_their_people_whatever_their_role(cast):
    """A project's people are the project's matter: nobody's role, sign-in or membership changes by it."""
    ledger, client = cast.projects["ledger"], cast.client("max")
    client.post(url(ledger, "people/"), {"members": [str(cast.olga.pk)]})
    assert access(client.get(url(ledger))) == {"Olga Ivanova": "Direct"}
    client.post(url(ledger, f"people/{cast.olga.pk}/removal/"))
    assert access(client.get(url(ledger))) == {}


@pytest.mark.spec("P-1")
def test_groups_get_access_and_lose_it(cast):
    ledger, client = cast.projects["ledger"], cast.client("max")
    chosen = [str(group.pk) for group in cast.groups.values()]
    assert "2 groups have access now." in words(client.post(url(ledger, "groups/"), {"groups": chosen}, follow=True))
    assert access(client.get(url(ledger))) == {"Bo Lindqvist": "via Marketing"}
    client.post(url(ledger, f"groups/{cast.groups['marketing'].pk}/removal/"))
    assert cast.client("bo").get(url(ledger)).status_code == 404
    assert client.post(url(ledger, f"groups/{cast.globex_group.pk}/removal/")).status_code == 404


@pytest.mark.spec("P-1", "A-5")
@pytest.mark.parametrize("noun,field", [("people/", "members"), ("groups/", "groups")])
def test_nothing_chosen_or_a_strangers_id(cast, website, noun, field):
    foreign = {"members": cast.tess, "groups": cast.globex_group}[field]
    assert "Choose" in words(cast.client("olga").post(url(website, noun)))
    answer = cast.client("olga").post(url(website, noun), {field: str(foreign.pk)})
    assert answer.status_code == 422 and "Something you chose no longer exists" in words(answer)
    part = cast.client("olga").post(url(website, noun), {"q": "zzz", "search": "1"}, headers=HTMX)
    assert part.status_code == 200 and re.search("match(es)? “zzz”", words(part))
