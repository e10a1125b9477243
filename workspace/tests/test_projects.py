"""Projects: what one reaches and by what, searched, by key, never all of them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from organizations.models import Group, GroupMembership, Project, ProjectGrant
from organizations.queries import accessible_projects, project_access

HTMX = {"HX-Request": "true"}


def add_projects(organization, number, name="Project {:03}"):
    return Project.objects.bulk_create(
        Project(organization=organization, name=name.format(index)).prepare() for index in range(number)
    )


def project_page(member, **options):
    return project_access.project_page(member, accessible_projects(member), **options)


def ways(member, **options):
    return {reached.project.name: reached.sources for reached in project_page(member, **options).rows}


@pytest.mark.spec("W-9")
def test_by_group_directly_and_both(cast):
    ProjectGrant.objects.create(organization=cast.acme, project=cast.projects["atlas"], membership=cast.bo)
    assert ways(cast.bo) == {"Atlas": "Direct, via Marketing", "Website": "via Marketing"}
    assert ways(cast.opal) == {}


@pytest.mark.spec("R-4")
def test_a_manager_reaches_every_project_by_role(cast):
    GroupMembership.objects.create(organization=cast.acme, group=cast.groups["marketing"], membership=cast.max)
    assert ways(cast.max) == {"Atlas": "via Marketing", "Ledger": "By role", "Website": "via Marketing"}


def test_very_many_projects_are_walked_and_give_the_same(cast, monkeypatch):
    ProjectGrant.objects.create(organization=cast.acme, project=cast.projects["ledger"], membership=cast.bo)
    few = ways(cast.bo)
    monkeypatch.setattr(project_access, "MAX_IDS", 1)
    assert ways(cast.bo) == few == {"Atlas": "via Marketing", "Ledger": "Direct", "Website": "via Marketing"}
    assert list(ways(cast.bo, after="atlas", search="e")) == ["Ledger", "Website"]
    assert ways(cast.opal) == {}


def test_many_ways_are_cut(cast):
    for number in range(5):
        group = Group(organization=cast.acme, name=f"Team {number}")
        group.save()
        GroupMembership.objects.create(organization=cast.acme, group=group, membership=cast.opal)
        ProjectGrant.objects.create(organization=cast.acme, project=cast.projects["ledger"], group=group)
    assert ways(cast.opal) == {"Ledger": "via Team 0, via Team 1, via Team 2, and 2 more"}


def test_archived_projects_are_gone(cast):
    cast.projects["atlas"].archived_at = timezone.now()
    cast.projects["atlas"].save()
    assert "Atlas" not in ways(cast.olga) and "Atlas" not in ways(cast.bo)


@pytest.mark.parametrize("asked", ["led", "LED", " Ledger ", "ledGER"])
def test_search_has_no_case(cast, asked):
    assert list(ways(cast.olga, search=asked)) == ["Ledger"]


@pytest.mark.parametrize("asked", ["%", "_", "\\", "' OR 1=1 --"])
def test_search_takes_signs_as_they_are(cast, asked):
    assert ways(cast.olga, search=asked) == {}


def test_pages_meet_without_gap_or_twin(cast):
    add_projects(cast.acme, 120)
    names, after = [], ""
    while True:
        page = project_page(cast.olga, after=after)
        names += [reached.project.name_key for reached in page.rows]
        assert len(page.rows) <= project_access.PAGE_SIZE
        if not page.next:
            break
        after = page.next
    assert len(names) == len(set(names)) == 123 and names == sorted(names)
    back = project_page(cast.olga, before=names[100])
    assert [reached.project.name_key for reached in back.rows] == names[50:100] and back.previous and back.next
    assert not project_page(cast.olga, before=names[3]).previous


def test_the_page_and_its_part_show_the_same(cast):
    client = cast.client("bo")
    whole, part = client.get("/o/acme/projects/"), client.get("/o/acme/projects/?q=web", headers=HTMX)
    assert b"<html" in whole.content and b"via Marketing" in whole.content
    assert b"<html" not in part.content and b'id="projects"' in part.content
    assert b"Website" in part.content and b"Atlas" not in part.content
    assert "HX-Request" in part["Vary"]


def test_the_address_holds_search_and_page(cast):
    add_projects(cast.acme, 60, name="Site {:03}")
    first = cast.client("olga").get("/o/acme/projects/?q=site+0")
    assert first.context["next"] == "/o/acme/projects/?q=site+0&after=site+049"
    second = cast.client("olga").get(first.context["next"])
    assert second.context["previous"] == "/o/acme/projects/?q=site+0&before=site+050"
    assert [reached.project.name for reached in second.context["page"].rows] == [f"Site {n:03}" for n in range(50, 60)]


def test_nothing_found_names_the_search_and_clears_it(cast):
    page = cast.client("bo").get("/o/acme/projects/?q=zzz").content.decode()
    assert "Nothing matches “zzz”" in page and 'href="/o/acme/projects/"' in page


def test_empty_says_who_helps(cast):
    page = cast.client("opal").get("/o/acme/projects/").content.decode()
    assert "No projects yet" in page and 'type="search"' not in page


@pytest.mark.parametrize("query", ["q=%00", "after=%00", "before=%ED%A0%80", "q=" + "a" * 5000, "after=%E2%80%AE"])
def test_odd_parameters_are_no_error(cast, query):
    assert cast.client("olga").get(f"/o/acme/projects/?{query}").status_code == 200


def queries_of(cast, name):
    client = cast.client(name)
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/o/acme/projects/").status_code == 200
    return len(queries)


@pytest.mark.parametrize("name,expected", [("olga", 6), ("bo", 7)])
def test_queries_stay_the_same(cast, name, expected):
    few = queries_of(cast, name)
    for project in add_projects(cast.acme, 30):
        ProjectGrant.objects.create(organization=cast.acme, project=project, group=cast.groups["marketing"])
    assert queries_of(cast, name) == few == expected


@pytest.mark.spec("A-5")
def test_nothing_of_another_organization(cast):
    ProjectGrant.objects.create(organization=cast.globex, project=cast.globex_project, membership=cast.tess)
    assert list(ways(cast.tess)) == ["Dam"] and "Dam" not in ways(cast.olga)
