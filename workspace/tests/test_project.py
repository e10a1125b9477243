"""A project's page: creating, renaming, archiving and restoring it (P-1, R-4)."""

from uuid import uuid4

import pytest

from audit.models import Entry
from organizations.models import Project, ProjectGrant
from teamadmin.testing.html import text_of
from workspace.tests.projects import HTMX, PROJECTS, project_url

pytestmark = pytest.mark.django_db


@pytest.mark.spec("P-1", "R-4")
def test_members_who_cannot_see_people_see_only_their_own_access(cast, website):
    for name, able in (("bo", True), ("opal", False)):
        ProjectGrant.objects.get_or_create(organization=cast.acme, project=website, membership=getattr(cast, name))
        page = cast.client(name).get(project_url(website))
        text = text_of(page)
        assert "Your access Direct" in text and ("Edit" in text) == able
        for word in (
            "People with access",
            "Olga Ivanova",
            "acme.example",
            "Add people",
            "Archive",
            "Access to all projects",
        ):
            assert word not in text.replace(f"{name}@acme.example", ""), word
        part = cast.client(name).get(project_url(website) + "?q=a", headers=HTMX)
        assert "People with access" not in text_of(part)


@pytest.mark.spec("P-1", "A-5")
@pytest.mark.parametrize("noun", ["", "details/", "archive/", "people/", "groups/"])
def test_project_without_access_is_not_found(cast, noun):
    ledger = cast.projects["ledger"]
    for name in ("bo", "opal"):
        assert cast.client(name).get(project_url(ledger, noun)).status_code == 404
    assert cast.client("tess").get(project_url(ledger, noun)).status_code == 404
    assert cast.client("olga").get(f"{PROJECTS}{cast.globex_project.pk}/{noun}").status_code == 404
    assert cast.client("olga").get(f"{PROJECTS}{uuid4()}/{noun}").status_code == 404


@pytest.mark.spec("P-1", "R-4")
def test_managers_can_create_projects(cast):
    done = cast.client("max").post(f"{PROJECTS}new/", {"name": "Harbor", "description": "Ships"}, follow=True)
    project = Project.objects.get(name="Harbor")
    assert done.redirect_chain == [(project_url(project), 302)] and "Harbor was created." in text_of(done)
    assert "No one has been given access yet" in text_of(done)
    assert Entry.objects.filter(action="project.created", target_id=project.pk, actor_id=cast.max.pk).exists()
    taken = cast.client("max").post(f"{PROJECTS}new/", {"name": "hARBOR"})
    assert taken.status_code == 422 and "A project named “hARBOR” already exists" in text_of(taken)
    for name in ("bo", "opal"):
        assert cast.client(name).post(f"{PROJECTS}new/", {"name": "Mine"}).status_code == 403


@pytest.mark.spec("R-4", "P-1")
def test_builders_can_edit_their_projects_and_operators_cannot(cast, website):
    typed = {"name": "Web", "description": "All pages", "seen_name": "Website", "seen_description": ""}
    assert cast.client("bo").post(project_url(website, "details/"), typed).status_code == 302
    assert Project.objects.get(pk=website.pk).name == "Web"
    ProjectGrant.objects.create(organization=cast.acme, project=website, membership=cast.opal)
    response = cast.client("opal").post(project_url(website, "details/"), typed)
    assert response.status_code == 403 and "“Edit projects”" in text_of(response).replace("&quot;", '"')
    for noun in ("archive/", "people/", "groups/", "restoration/"):
        assert cast.client("bo").post(project_url(website, noun)).status_code == 403, noun


@pytest.mark.spec("P-1")
def test_conflicting_rename_shows_the_other_name(cast, website):
    Project.objects.filter(pk=website.pk).update(name="Site", name_key="site")
    typed = {"name": "Web", "description": "", "seen_name": "Website", "seen_description": ""}
    response = cast.client("max").post(project_url(website, "details/"), typed)
    assert response.status_code == 409 and "It’s now called “Site”" in text_of(response)


@pytest.mark.spec("P-1")
def test_restoring_an_archived_project_restores_access(cast, website):
    client = cast.client("max")
    assert "disappears from everyone’s list" in text_of(client.get(project_url(website, "archive/")))
    done = client.post(project_url(website, "archive/"), follow=True)
    assert "This project is archived" in text_of(done) and "Add people" not in text_of(done)
    assert cast.client("bo").get(project_url(website)).status_code == 404
    assert "Website" not in text_of(cast.client("olga").get(PROJECTS))
    assert "Website" in text_of(client.get(f"{PROJECTS}?status=archived"))
    for noun in ("details/", "people/", "groups/"):
        response = client.post(project_url(website, noun), {"name": "X"})
        assert response.status_code == 403 and "is archived. Restore it first." in text_of(response)
    assert "is archived. Restore it first." in text_of(client.get(project_url(website, "archive/")))
    assert "was restored" in text_of(client.post(project_url(website, "restoration/"), follow=True))
    assert cast.client("bo").get(project_url(website)).status_code == 200
    assert client.post(project_url(website, "restoration/")).status_code == 403
    assert set(Entry.objects.values_list("action", flat=True)) >= {"project.archived", "project.restored"}


@pytest.mark.spec("P-1")
def test_only_project_managers_see_archived_projects(cast, website):
    cast.client("olga").post(project_url(website, "archive/"))
    page = cast.client("bo").get(f"{PROJECTS}?status=archived")
    assert "Website" not in text_of(page) and "Atlas" in text_of(page) and "View archived" not in text_of(page)
    assert "New project" in text_of(cast.client("max").get(PROJECTS))
