"""The Workspace page."""

import re

import pytest

from console.models import DefaultView, SavedView
from organizations.models import Membership, Status
from workspace.tests.pages import count_queries, fill_organization, invite_many, page


@pytest.mark.spec("R-1", "R-5")
def test_workspace_shows_roles_and_who_to_ask(cast):
    text = page(cast, "bo", "/o/acme/workspace/")
    assert "Ranked roles" in text and "Each person has one role." in text
    for role in ("Admin", "Manager", "Builder", "Operator"):
        assert f"<b>{role}</b>" in text
    assert "Builds and edits in the projects they can access" in text
    assert "Olga Ivanova" in text and "olga@acme.example" in text and "max@acme.example" not in text


@pytest.mark.spec("R-2")
def test_task_based_organization_lists_its_own_roles(cast):
    text = page(cast, "tess", "/o/globex/workspace/")
    assert "Each person has one or more roles." in text
    for role in ("Admin", "Data Admin", "Read Only", "Sub-Accounts", "Team Management", "Billing"):
        assert f"<b>{role}</b>" in text


def test_deactivated_admins_are_not_listed_under_who_to_ask(cast):
    Membership.objects.filter(pk=cast.olga.pk).update(status=Status.DEACTIVATED)
    text = page(cast, "bo", "/o/acme/workspace/")
    assert "olga@acme.example" not in text


@pytest.mark.spec("R-4")
def test_only_audit_log_viewers_see_recent_activity(cast):
    cast.invite()
    text = page(cast, "max", "/o/acme/workspace/")
    assert '<b class="strong">Olga Ivanova</b> invited <b class="strong">Nadia Petrov</b>' in text
    assert "Recent activity" not in page(cast, "bo", "/o/acme/workspace/")
    assert "Pending invitations" not in page(cast, "bo", "/o/acme/workspace/")


@pytest.mark.spec("A-5")
def test_recent_activity_shows_only_this_organization(cast):
    cast.invite(actor=cast.tess, role="read_only", people=[("Eve", "Elsewhere", "eve@globex.example")])
    assert "Eve Elsewhere" not in page(cast, "olga", "/o/acme/workspace/")
    assert "Eve Elsewhere" in page(cast, "tess", "/o/globex/workspace/")


@pytest.mark.spec("A-1")
def test_counts_of_people_equal_the_lists_they_lead_to(cast):
    view = SavedView.objects.create(organization=cast.acme, name="Bo", name_key="bo", view="?q=bo", owner=cast.olga)
    DefaultView.objects.create(member=cast.olga, view=view)
    invite_many(cast, 3, days=20)
    invite_many(cast, 2, days=-1)  # expired: not counted, and not in the list
    figure = re.compile(r'<dd class="big">(\d+)</dd>\s*<dd class="hint"><a href="([^"]*/users/[^"]*)"')
    figures = {url: int(number) for number, url in figure.findall(page(cast, "olga", "/o/acme/workspace/"))}
    assert list(figures.values()) == [4, 3]
    for url, number in figures.items():
        assert page(cast, "olga", url).count('<tr role="row" id="user-') == number, url


def test_number_of_queries_is_constant(cast):
    few = count_queries(cast, "/o/acme/workspace/")
    fill_organization(cast)
    assert count_queries(cast, "/o/acme/workspace/") == few == 15
