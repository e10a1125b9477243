"""Archiving a project says who loses it and who keeps it, and can be undone (P-1, U-22)."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.models import Entry
from organizations.models import Group, GroupMembership, GroupRole, MembershipRole, ProjectGrant
from organizations.permissions import Permission as P
from organizations.queries.removals import archive_effect
from organizations.removal_texts import describe_archiving
from organizations.services import archive_project, restore_project
from organizations.undo import MAX_AGE
from teamadmin.testing.cast import add_role, role_named
from teamadmin.testing.html import text_of
from teamadmin.testing.undo import press_undo, undo_form
from workspace.tests.projects import HTMX, PROJECTS, add_people, project_url

pytestmark = [pytest.mark.django_db, pytest.mark.spec("P-1", "U-22")]

ARCHIVED = "Website was archived. It’s read-only until it’s restored."
UNDONE = "Undone. Website was restored, including everyone’s access."


def archive(client, website, **options):
    return client.post(project_url(website, "archive/"), follow=True, **options)


def effect(project) -> str:
    return describe_archiving(archive_effect(project))


# --- who loses it -------------------------------------------------------------------------------


def test_the_confirmation_names_who_loses_it_and_who_keeps_it(cast, website):
    ProjectGrant.objects.create(organization=cast.acme, project=website, membership=cast.max)
    text = text_of(cast.client("olga").get(project_url(website, "archive/")))
    assert "Bo Lindqvist loses Website; 1 keeps it through the role Manager." in text
    assert "Roles that can still open and restore it: Admin and Manager" in text


def test_people_who_see_all_projects_but_cannot_manage_them_lose_it(cast, website):
    viewer = add_role(cast.acme, "Viewer", P.WORKSPACE_VIEW, P.PROJECTS_VIEW_ALL)
    MembershipRole.objects.create(organization=cast.acme, membership=cast.opal, role=viewer)
    assert effect(website) == "Bo Lindqvist and Opal Nakamura lose Website."
    group = Group.objects.create(organization=cast.acme, name="Leads")
    GroupRole.objects.create(organization=cast.acme, group=group, role=role_named("manager"))
    GroupMembership.objects.create(organization=cast.acme, group=group, membership=cast.opal)
    assert effect(website) == "Bo Lindqvist loses Website; 1 keeps it through the role Manager."


def test_a_project_of_managers_takes_nothing_from_anyone(cast, website):
    ProjectGrant.objects.filter(project=website).delete()
    text = text_of(cast.client("olga").get(project_url(website, "archive/")))
    assert "Only people who manage projects have access, and they keep it" in text and " lose" not in text


def test_many_people_are_counted_and_more_than_the_limit_are_not_read(cast, website, monkeypatch):
    add_people(cast, 4, cast.groups["marketing"])
    assert effect(website) == "5 people lose Website, including Bo Lindqvist and Person 000 Crowd."
    monkeypatch.setattr("organizations.queries.removals.MAX_PEOPLE", 3)
    monkeypatch.setattr("organizations.removal_texts.MAX_PEOPLE", 3)
    assert effect(website) == "More than 3 people lose Website, unless they manage projects."


def test_people_are_read_with_the_same_number_of_queries(cast, website):
    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            archive_effect(website)
        return len(queries)

    before = count()
    add_people(cast, 12, cast.groups["marketing"])
    assert count() == before <= 15


def test_people_are_not_named_to_members_who_cannot_see_people(cast, website):
    role = add_role(cast.acme, "Archivist", P.WORKSPACE_VIEW, P.PROJECTS_VIEW_ALL, P.PROJECTS_MANAGE)
    MembershipRole.objects.filter(membership=cast.opal).update(role=role)
    client = cast.client("opal")
    page = client.get(project_url(website, "archive/"))
    assert "People who manage projects can still open and restore it" in text_of(page)
    done = archive(client, website)
    assert f"{ARCHIVED} Undo" in text_of(done)
    for text in (text_of(page), text_of(done)):
        assert "Lindqvist" not in text and "Roles that" not in text
    assert UNDONE in text_of(press_undo(client, done))


# --- Undo ---------------------------------------------------------------------------------------


def test_archiving_can_be_undone(cast, website):
    client = cast.client("max")
    page = archive(client, website)
    assert f"{ARCHIVED} Bo Lindqvist loses Website. Undo" in text_of(page)
    page = press_undo(client, page)
    website.refresh_from_db()
    assert UNDONE in text_of(page) and website.archived_at is None
    assert cast.client("bo").get(project_url(website)).status_code == 200
    assert Entry.objects.filter(action="project.restored", target_id=website.pk, actor_id=cast.max.pk).count() == 1


def test_htmx_updates_the_page_after_undo(cast, website):
    client = cast.client("olga")
    page = client.post(project_url(website, "archive/"), headers=HTMX)
    assert "This project is archived" in text_of(page)
    page = press_undo(client, page, headers=HTMX)
    assert UNDONE in text_of(page) and "This project is archived" not in text_of(page)
    assert (
        'id="project"' in page.content.decode() and 'id="people-title" tabindex="-1" autofocus' in page.content.decode()
    )


def test_a_second_press_says_that_it_was_already_undone(cast, website):
    client = cast.client("olga")
    page = archive(client, website)
    press_undo(client, page)
    assert "This was already undone." in text_of(press_undo(client, page))
    assert Entry.objects.filter(action="project.restored").count() == 1


def test_a_second_press_of_archive_says_that_it_is_archived(cast, website):
    client = cast.client("olga")
    page = archive(client, website)
    again = archive(client, website)
    assert "Website is already archived." in text_of(again) and "data-undo" not in again.content.decode()
    assert Entry.objects.filter(action="project.archived").count() == 1
    assert UNDONE in text_of(press_undo(client, page))


def test_what_someone_else_archived_again_stays_archived(cast, website):
    client = cast.client("olga")
    page = archive(client, website)
    website.refresh_from_db()
    restore_project(actor=cast.max, project=website)
    archive_project(actor=cast.max, project=website)
    assert "This wasn’t undone. Someone archived Website again." in text_of(press_undo(client, page))
    website.refresh_from_db()
    assert website.archived_at


def test_nobody_else_can_use_the_undo_of_another_person_or_project(cast, website):
    client = cast.client("olga")
    target, fields = undo_form(archive(client, website))
    atlas = cast.projects["atlas"]
    archive_project(actor=cast.olga, project=atlas)
    assert "It’s too late to undo this." in text_of(cast.client("max").post(target, fields, follow=True))
    other = project_url(atlas, "archive/undo/")
    assert "It’s too late to undo this." in text_of(client.post(other, fields, follow=True))
    assert cast.client("bo").post(target, fields).status_code == 404
    assert cast.client("tess").post(target, fields).status_code == 404
    assert cast.client("tess").post(target.replace("/acme/", "/globex/"), fields).status_code == 404
    website.refresh_from_db()
    assert website.archived_at


def test_undo_expires(cast, website, monkeypatch):
    client = cast.client("olga")
    page = archive(client, website)
    later = timezone.now().timestamp() + MAX_AGE.total_seconds() + 5
    monkeypatch.setattr("django.core.signing.time.time", lambda: later)
    assert "It’s too late to undo this. Restore the project instead." in text_of(press_undo(client, page))
    website.refresh_from_db()
    assert website.archived_at


def test_undo_needs_the_permission_at_that_moment(cast, website):
    client = cast.client("max")
    page = archive(client, website)
    role = add_role(cast.acme, "Viewer", P.WORKSPACE_VIEW, P.PROJECTS_VIEW_ALL)
    MembershipRole.objects.filter(membership=cast.max).update(role=role)
    assert press_undo(client, page).status_code == 404
    website.refresh_from_db()
    assert website.archived_at and "Website" not in text_of(client.get(f"{PROJECTS}?status=archived"))
