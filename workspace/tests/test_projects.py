"""The list of projects: access, search and pages."""

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


def access_by_project(member, **options):
    return {access.project.name: access.sources for access in project_page(member, **options).rows}


@pytest.mark.spec("W-9")
def test_rows_show_direct_access_and_groups(cast):
    ProjectGrant.objects.create(organization=cast.acme, project=cast.projects["atlas"], membership=cast.bo)
    assert access_by_project(cast.bo) == {"Atlas": "Direct, via Marketing", "Website": "via Marketing"}
    assert access_by_project(cast.opal) == {}


@pytest.mark.spec("R-4")
def test_managers_have_access_to_every_project_by_role(cast):
    GroupMembership.objects.create(organization=cast.acme, group=cast.groups["marketing"], membership=cast.max)
    assert access_by_project(cast.max) == {"Atlas": "via Marketing", "Ledger": "By role", "Website": "via Marketing"}


def test_members_with_very_many_projects_see_the_same_list(cast, monkeypatch):
    ProjectGrant.objects.create(organization=cast.acme, project=cast.projects["ledger"], membership=cast.bo)
    few = access_by_project(cast.bo)
    monkeypatch.setattr(project_access, "MAX_IDS", 1)
    assert (
        access_by_project(cast.bo) == few == {"Atlas": "via Marketing", "Ledger": "Direct", "Website": "via Marketing"}
    )
    assert list(access_by_project(cast.bo, after="atlas", search="e")) == ["Ledger", "Website"]
    assert access_by_project(cast.opal) == {}


def test_long_lists_of_groups_are_shortened(cast):
    for number in range(5):
        group = Group(organization=cast.acme, name=f"Team {number}")
        group.save()
        GroupMembership.objects.create(organization=cast.acme, group=group, membership=cast.opal)
        ProjectGrant.objects.create(organization=cast.acme, project=cast.projects["ledger"], group=group)
    assert access_by_project(cast.opal) == {"Ledger": "via Team 0, via Team 1, via Team 2, and 2 more"}


def test_archived_projects_are_hidden(cast):
    cast.projects["atlas"].archived_at = timezone.now()
    cast.projects["atlas"].save()
    assert "Atlas" not in access_by_project(cast.olga) and "Atlas" not in access_by_project(cast.bo)


@pytest.mark.parametrize("search", ["led", "LED", " Ledger ", "ledGER"])
def test_search_ignores_case(cast, search):
    assert list(access_by_project(cast.olga, search=search)) == ["Ledger"]


@pytest.mark.parametrize("search", ["%", "_", "\\", "' OR 1=1 --"])
def test_search_treats_special_characters_literally(cast, search):
    assert access_by_project(cast.olga, search=search) == {}


def test_pages_have_no_gaps_or_duplicates(cast):
    add_projects(cast.acme, 120)
    names, cursors, after = [], [], ""
    while True:
        page = project_page(cast.olga, after=after)
        names += [access.project.name_key for access in page.rows]
        cursors += [f"{access.project.sort_name}~{access.project.pk}" for access in page.rows]
        assert len(page.rows) <= project_access.PAGE_SIZE
        if not page.next:
            break
        after = page.next
    assert len(names) == len(set(names)) == 123 and names == sorted(names)
    back = project_page(cast.olga, before=cursors[100])
    assert [access.project.name_key for access in back.rows] == names[50:100] and back.previous and back.next
    assert not project_page(cast.olga, before=cursors[3]).previous


def test_htmx_gets_only_the_list(cast):
    client = cast.client("bo")
    page, fragment = client.get("/o/acme/projects/"), client.get("/o/acme/projects/?q=web", headers=HTMX)
    assert b"<html" in page.content and b"via Marketing" in page.content
    assert b"<html" not in fragment.content and b'id="projects"' in fragment.content
    assert b"Website" in fragment.content and b"Atlas" not in fragment.content
    assert "HX-Request" in fragment["Vary"]


def test_url_contains_search_and_page(cast):
    add_projects(cast.acme, 60, name="Site {:03}")
    first = cast.client("olga").get("/o/acme/projects/?q=site+0")
    assert first.context["next"].startswith("/o/acme/projects/?q=site+0&after=site+049~")
    second = cast.client("olga").get(first.context["next"])
    assert second.context["previous"].startswith("/o/acme/projects/?q=site+0&before=site+050~")
    assert [access.project.name for access in second.context["page"].rows] == [f"Site {n:03}" for n in range(50, 60)]


def test_empty_search_result_offers_to_clear_the_search(cast):
    page = cast.client("bo").get("/o/acme/projects/?q=zzz").content.decode()
    assert "No projects match “zzz”" in page and 'href="/o/acme/projects/"' in page


def test_empty_list_has_no_search(cast):
    page = cast.client("opal").get("/o/acme/projects/").content.decode()
    assert "No projects yet" in page and 'type="search"' not in page


@pytest.mark.parametrize("query", ["q=%00", "after=%00", "before=%ED%A0%80", "q=" + "a" * 5000, "after=%E2%80%AE"])
def test_malformed_query_parameters_are_ignored(cast, query):
    assert cast.client("olga").get(f"/o/acme/projects/?{query}").status_code == 200


def count_queries(cast, name):
    client = cast.client(name)
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/o/acme/projects/").status_code == 200
    return len(queries)


@pytest.mark.parametrize("name,expected", [("olga", 6), ("bo", 7)])
def test_number_of_queries_is_constant(cast, name, expected):
    few = count_queries(cast, name)
    for project in add_projects(cast.acme, 30):
        ProjectGrant.objects.create(organization=cast.acme, project=project, group=cast.groups["marketing"])
    assert count_queries(cast, name) == few == expected


@pytest.mark.spec("A-5")
def test_projects_of_other_organizations_are_hidden(cast):
    ProjectGrant.objects.create(organization=cast.globex, project=cast.globex_project, membership=cast.tess)
    assert list(access_by_project(cast.tess)) == ["Dam"] and "Dam" not in access_by_project(cast.olga)
