"""A fixed number of queries with 1 and with 30 rows, groups and projects."""

import pytest

from invitations.models import Batch
from invitations.tests.wizard_helpers import draft_form, personalize_form, url
from organizations.models import Group, Project, ProjectGrant
from teamadmin.testing.parallel import on_postgresql

HTMX = {"headers": {"HX-Request": "true"}}


@pytest.fixture(params=[1, 30])
def draft(request, cast) -> Batch:
    """A draft with 1 or 30 people, groups, direct projects and group projects."""
    count, acme = request.param, cast.acme
    groups = Group.objects.bulk_create(Group(organization=acme, name=f"G {n}").prepare() for n in range(count))
    both = range(2 * count)
    projects = Project.objects.bulk_create(Project(organization=acme, name=f"P {n}").prepare() for n in both)
    ProjectGrant.objects.bulk_create(
        ProjectGrant(organization=acme, project=project, group=group)
        for project, group in zip(projects, groups, strict=False)
    )
    return cast.draft(
        people=[(f"First {n}", f"Last {n}", f"p{n}@acme.example") for n in range(count)],
        group_ids=[str(group.pk) for group in groups],
        project_ids=[str(project.pk) for project in projects[count:]],
    )


@pytest.mark.spec("W-3", "W-5", "W-6")
@pytest.mark.parametrize(
    ("name", "queries"),
    [("user_add_draft", 12), ("user_add_personalize", 15), ("user_add_mail", 8), ("user_add_discard", 4)],
)
def test_page_queries(cast, draft, django_assert_num_queries, name, queries):
    client = cast.client("olga")
    client.get(url(name, draft))
    with django_assert_num_queries(queries):
        assert client.get(url(name, draft)).status_code == 200


@pytest.mark.spec("W-3", "W-12")
@pytest.mark.parametrize(
    ("name", "status", "queries"),
    [
        ("user_add_draft", 302, 17),
        ("user_add_autosave", 200, 18),
        ("user_add_groups", 200, 8),
        ("user_add_projects", 200, 10),
        ("user_add_people", 302, 12),
    ],
)
def test_step_one_queries(cast, draft, django_assert_num_queries, name, status, queries):
    client = cast.client("olga")
    with django_assert_num_queries(queries):
        response = client.post(url(name, draft), draft_form(draft, last_name=["New"] * len(draft.people)), **HTMX)
    assert response.status_code == status


@pytest.mark.spec("W-10")
def test_preview_queries(cast, draft, django_assert_num_queries):
    client = cast.client("olga")
    with django_assert_num_queries(12):
        client.post(url("user_add_preview", draft), personalize_form(draft, "Hello"), **HTMX)


@pytest.mark.spec("W-11")
@pytest.mark.skipif(not on_postgresql(), reason="SQLite writes many rows in parts")
def test_done_queries(cast, draft, django_assert_num_queries):
    client = cast.client("olga")
    with django_assert_num_queries(52):
        response = client.post(url("user_add_personalize", draft), personalize_form(draft, "Hello"))
    assert response.status_code == 302
