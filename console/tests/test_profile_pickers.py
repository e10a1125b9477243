"""Searching for groups and projects to add on a member's page (U-8)."""

import re

import pytest

from audit.models import Entry
from console.tests.profiles import HTMX, form_of, profile_url
from organizations.models import Group, GroupRole, ManagedBy, Project, ProjectGrant
from organizations.queries import profile_of
from teamadmin.testing.cast import role_named
from teamadmin.testing.html import text_of

pytestmark = pytest.mark.django_db


@pytest.mark.spec("U-8", "G-3", "G-4")
def test_the_list_of_groups_shows_what_can_be_added(cast, max_browser):
    GroupRole.objects.create(organization=cast.acme, group=cast.groups["research"], role=role_named("admin"))
    Group.objects.create(organization=cast.acme, name="From Okta", managed_by=ManagedBy.SCIM)
    free = Group.objects.create(organization=cast.acme, name="Free")
    response = max_browser.client.post(profile_url(cast.bo, "choices/groups/"), max_browser.form(), headers=HTMX)
    text = text_of(response)
    assert "Marketing Already in this group" in text and "From Okta" not in text  # managed externally
    assert "Research Includes the role Admin You can’t add people to Research" in text
    assert re.findall(r'name="join" value="([^"]*)"', response.content.decode()) == [str(free.pk)]


@pytest.mark.spec("U-8")
def test_searching_without_htmx_keeps_the_input(cast, max_browser):
    form = max_browser.form(
        last_name="Lund", give=cast.projects["ledger"], join_q="sea", leave=cast.groups["marketing"]
    )
    for list_ in ("groups", "projects"):
        response = max_browser.client.post(profile_url(cast.bo, f"choices/{list_}/"), form)
        assert response.status_code == 200 and "<html" in response.content.decode()
        assert form_of(response)["last_name"] == ["Lund"] and form_of(response)["seen"] == form["seen"]
        assert form_of(response)["give"] == [str(cast.projects["ledger"].pk)]
        assert form_of(response)["leave"] == [str(cast.groups["marketing"].pk)]
        assert "R Research" in text_of(response) and not Entry.objects.exists()
    done = max_browser.save(form_of(response, join=cast.groups["research"]))
    assert done.status_code == 302
    assert profile_of(cast.bo).groups == {cast.groups["research"].pk}


@pytest.mark.spec("U-8")
def test_many_groups_are_capped_and_searchable(cast, max_browser, django_assert_max_num_queries):
    Group.objects.bulk_create(Group(organization=cast.acme, name=f"Team {n:04}").prepare() for n in range(300))
    Project.objects.bulk_create(Project(organization=cast.acme, name=f"Work {n:04}").prepare() for n in range(300))
    form = max_browser.form(join_q="0277", give=Project.objects.get(name="Work 0299"))
    with django_assert_max_num_queries(14):
        groups = max_browser.client.post(profile_url(cast.bo, "choices/groups/"), form, headers=HTMX)
    assert "Team 0277" in text_of(groups) and "Team 0278" not in text_of(groups)
    projects = max_browser.client.post(profile_url(cast.bo, "choices/projects/"), form, headers=HTMX)
    assert "There are more" in text_of(projects) and "Work 0299 Add" in text_of(
        projects
    )  # chosen, beyond the first ones
    assert projects.content.decode().count('name="give"') <= 60
    assert ProjectGrant.objects.filter(membership=cast.bo).count() == 0
