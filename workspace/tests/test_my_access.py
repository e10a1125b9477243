"""My access: what users can do and see, and through what (S-9)."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from organizations.models import Group, GroupMembership, GroupRole, Project, ProjectGrant
from teamadmin.testing.cast import add_role, role_named
from teamadmin.testing.html import text_of

pytestmark = [pytest.mark.spec("S-9"), pytest.mark.django_db]
PAGE = "/o/acme/preferences/access/"


def test_roles_permissions_groups_and_projects_say_where_they_come_from(cast):
    GroupRole.objects.create(organization=cast.acme, group=cast.groups["marketing"], role=role_named("manager"))
    ProjectGrant.objects.create(organization=cast.acme, project=cast.projects["ledger"], membership=cast.bo)
    response = cast.client("bo").get(PAGE)
    text, html = text_of(response), response.content.decode()
    assert "Builder Direct Manager via Marketing" in text
    assert "Invite people Manager via Marketing" in text and "Edit projects Builder, Manager via Marketing" in text
    assert "Access to all projects: Manager via Marketing" in text
    assert "Ledger Access: Direct" in text and "Atlas Access: via Marketing" in text
    assert f'href="/o/acme/groups/{cast.groups["marketing"].pk}/"' in html
    assert f'href="/o/acme/projects/{cast.projects["ledger"].pk}/"' in html


def test_an_operator_without_anything_gets_no_dead_links(cast):
    response = cast.client("opal").get(PAGE)
    text = text_of(response)
    assert "Operator Direct" in text and "You’re not in any groups." in text and "You have no projects yet." in text
    assert "Administrative permissions" not in text
    assert "/o/acme/groups/" not in response.content.decode()


def test_members_who_cannot_see_groups_get_their_names_only(cast):
    response = cast.client("bo").get(PAGE)
    assert "Marketing" in text_of(response) and "/o/acme/groups/" not in response.content.decode()


def test_nothing_of_another_organization_is_shown(cast):
    add_role(cast.globex, "Spy")
    text = text_of(cast.client("olga").get(PAGE))
    assert "Globex" not in text and "Dam" not in text.split()


def test_it_stays_available_before_the_welcome_and_after(cast):
    for _ in range(2):
        assert cast.client("opal").get(PAGE).status_code == 200


def test_number_of_queries_is_constant_and_projects_are_paged(cast):
    client, counts = cast.client("bo"), []
    for number in (0, 60):
        for index in range(number):
            group = Group(organization=cast.acme, name=f"G{index:02}")
            group.save()
            project = Project(organization=cast.acme, name=f"P{index:02}")
            project.save()
            GroupMembership.objects.create(organization=cast.acme, group=group, membership=cast.bo)
            ProjectGrant.objects.create(organization=cast.acme, project=project, group=group)
        with CaptureQueriesContext(connection) as queries:
            response = client.get(PAGE)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 10
    text = text_of(response)
    assert "Your projects 62" in text and "You’re in more groups." in text and "Next" in text
    page = response.content.decode().split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0]
    assert "P59" in text_of(client.get(page.replace("&amp;", "&")))
