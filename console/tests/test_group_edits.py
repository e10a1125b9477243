"""Editing a group: projects, roles, name, deletion (G-2, G-4, R-6, U-18)."""

import re

import pytest

from console.tests.people import in_groups, link
from organizations.models import Group, GroupRole, Membership, ProjectGrant
from organizations.queries import roles_of_group
from organizations.services import edit_group
from teamadmin.testing.cast import role_named
from teamadmin.testing.html import text_of

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def url(group: Group, noun: str = "") -> str:
    return f"/o/acme/groups/{group.pk}/{noun}"


@pytest.fixture
def marketing(cast) -> Group:
    return cast.groups["marketing"]


# --- projects and roles -------------------------------------------------------------------------


@pytest.mark.spec("G-2")
def test_adding_and_removing_projects(cast, marketing):
    client, ledger = cast.client("max"), cast.projects["ledger"]
    assert "Already has access" in text_of(client.get(url(marketing, "projects/")))
    done = client.post(url(marketing, "projects/"), {"projects": str(ledger.pk)}, follow=True)
    assert "Marketing now has access to 1 more project." in text_of(done) and "Ledger" in text_of(done)
    body = client.post(url(marketing, f"projects/{ledger.pk}/removal/"), headers=HTMX).content.decode()
    assert "no longer has access to Ledger" in body and 'id="projects-title" tabindex="-1" autofocus' in body
    assert client.post(url(marketing, f"projects/{cast.globex_project.pk}/removal/")).status_code == 404
    assert client.post(url(marketing, "projects/"), {"projects": str(cast.globex_project.pk)}).status_code == 422


@pytest.mark.spec("G-4", "R-6")
def test_changing_roles_and_disabled_higher_roles(cast, marketing):
    client = cast.client("max")
    confirmation = client.get(url(marketing, "roles/"))
    assert "You can’t give the role Admin" in text_of(confirmation)
    assert re.search(rf'value="{role_named("admin").pk}"[^>]* disabled', confirmation.content.decode())
    done = client.post(url(marketing, "roles/"), {"roles": str(role_named("operator").pk)}, follow=True)
    assert "Roles for Marketing were saved." in text_of(done) and roles_of_group(marketing) == [role_named("operator")]
    forged = client.post(url(marketing, "roles/"), {"roles": str(role_named("admin").pk)})
    assert forged.status_code == 403 and "You can’t give the role Admin" in text_of(forged)


@pytest.mark.spec("G-4")
def test_two_people_can_change_different_roles(cast, marketing):
    builder, operator = role_named("builder"), role_named("operator")
    GroupRole.objects.create(organization=cast.acme, group=marketing, role=builder)
    GroupRole.objects.create(organization=cast.acme, group=marketing, role=operator)  # added after the form was opened
    cast.client("olga").post(url(marketing, "roles/"), {"seen": str(builder.pk)})
    assert roles_of_group(marketing) == [operator]


# --- name and deletion -------------------------------------------------------------------------


@pytest.mark.spec("G-2")
def test_editing_name_and_description(cast, marketing):
    client = cast.client("max")
    typed = {"name": "Brand", "description": "All of it", "seen_name": "Marketing", "seen_description": ""}
    done = client.post(url(marketing, "details/"), typed, follow=True)
    assert "Brand was saved." in text_of(done) and "All of it" in text_of(done)
    taken = client.post(
        url(marketing, "details/"), typed | {"name": "RESEARCH", "seen_name": "Brand", "seen_description": "All of it"}
    )
    assert taken.status_code == 422 and "A group named “RESEARCH” already exists" in text_of(taken)


@pytest.mark.spec("G-2")
def test_a_concurrent_rename_is_a_conflict(cast, marketing):
    client = cast.client("max")
    typed = {"name": "Studio", "description": "", "seen_name": "Marketing", "seen_description": ""}
    edit_group(actor=cast.olga, group=marketing, name="Brand", description="Hers")
    response = client.post(url(marketing, "details/"), typed)
    body = response.content.decode()
    assert response.status_code == 409 and "It’s now called “Brand”" in text_of(response) and 'value="Studio"' in body
    assert Group.objects.get(pk=marketing.pk).name == "Brand"
    typed |= {"seen_name": "Brand", "seen_description": "Hers"}
    assert (
        'name="seen_name" value="Brand"' in body and client.post(url(marketing, "details/"), typed).status_code == 302
    )


@pytest.mark.spec("G-2", "U-18")
def test_delete_shows_what_is_lost_and_what_is_kept(cast, marketing):
    in_groups([cast.opal, cast.max], [marketing])
    in_groups([cast.max], [cast.groups["research"]])
    ProjectGrant.objects.create(organization=cast.acme, project=cast.projects["atlas"], membership=cast.opal)
    ProjectGrant.objects.create(organization=cast.acme, project=cast.projects["website"], group=cast.groups["research"])
    GroupRole.objects.create(organization=cast.acme, group=marketing, role=role_named("operator"))
    client = cast.client("olga")
    text = text_of(client.get(url(marketing, "deletion/")))
    for part in (
        "Delete Marketing?", "3 members", "lose access to the group’s 2 projects: Atlas , Website",
        "lose the group’s roles: Operator", "Members keep their own role",
        "some of the projects: Max Keller and Opal Nakamura",
    ):  # fmt: skip
        assert part in text, part
    done = client.post(url(marketing, "deletion/"), follow=True)
    assert done.redirect_chain == [("/o/acme/groups/", 302)] and "Marketing was deleted." in text_of(done)
    assert Membership.objects.filter(organization=cast.acme).count() == 4
    assert client.post(url(marketing, "deletion/")).status_code == 404


@pytest.mark.spec("G-2")
def test_deleting_from_the_list_returns_to_it(cast, marketing):
    client, path = cast.client("olga"), url(marketing, "deletion/") + "?view=q%3Dmark"
    assert link(client.get(path), "Cancel") == "/o/acme/groups/?q=mark"
    done = client.post(path, headers=HTMX)
    assert done["HX-Trigger"] == "groups-changed" and "was deleted" in done.content.decode()
    evil = client.post(url(cast.groups["research"], "deletion/") + "?view=//evil.example/%3Fa")
    assert evil["Location"].startswith("/o/acme/groups/")


@pytest.mark.spec("G-2")
def test_a_group_deleted_meanwhile_is_not_found(cast, marketing, monkeypatch):
    def gone(**_arguments):
        raise Group.DoesNotExist

    monkeypatch.setattr("console.groups.views.contents.add_to_group", gone)
    response = cast.client("olga").post(url(marketing, "members/"), {"members": str(cast.opal.pk)})
    assert response.status_code == 404
