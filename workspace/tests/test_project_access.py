"""People and groups with access to a project (P-1, U-12)."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import Entry
from organizations.models import Group, GroupMembership, Membership, ProjectGrant, Status
from organizations.permissions import Permission, with_dependencies
from organizations.queries import project_sharing
from teamadmin.testing.cast import add_member, add_role, add_user
from teamadmin.testing.html import text_of
from teamadmin.testing.undo import press_undo
from workspace.tests.projects import HTMX, access_by_name, add_people, project_url

pytestmark = pytest.mark.django_db


@pytest.mark.spec("P-1")
def test_page_lists_who_has_access_and_why(cast, website):
    ProjectGrant.objects.create(organization=cast.acme, project=website, membership=cast.bo)
    ProjectGrant.objects.create(organization=cast.acme, project=website, membership=cast.opal)
    page = cast.client("olga").get(project_url(website))
    assert access_by_name(page) == {"Bo Lindqvist": "Direct, via Marketing", "Opal Nakamura": "Direct"}
    assert "Marketing" in text_of(page) and "Access to all projects: Admin, Manager" in text_of(page)
    assert "Your access By role" in text_of(page)


@pytest.mark.spec("P-1")
def test_leaving_a_group_removes_its_access_at_once(cast, website):
    client = cast.client("bo")
    assert client.get(project_url(website)).status_code == 200
    GroupMembership.objects.filter(membership=cast.bo).delete()
    assert (
        client.get(project_url(website)).status_code == 404
        and client.get(project_url(website, "details/")).status_code == 404
    )
    ProjectGrant.objects.filter(group=cast.groups["marketing"]).delete()
    GroupMembership.objects.create(organization=cast.acme, group=cast.groups["marketing"], membership=cast.bo)
    assert client.get(project_url(website)).status_code == 404


@pytest.mark.spec("P-1")
def test_search_people_with_access(cast, website, monkeypatch):
    add_people(cast, 3, cast.groups["marketing"])
    client = cast.client("olga")
    for few in (1000, 1):
        monkeypatch.setattr(project_sharing, "MAX_FOUND_IDS", few)
        assert list(access_by_name(client.get(project_url(website), {"q": "person 001"}))) == ["Person 001 Crowd"]
        assert len(access_by_name(client.get(project_url(website), {"q": "crowd"}))) == 3
    assert "No people match “olga”" in text_of(client.get(project_url(website), {"q": "olga"}))


@pytest.mark.spec("P-1")
def test_pages_list_each_person_once(cast, website, monkeypatch):
    monkeypatch.setattr(project_sharing, "ONE_PAGE_LIMIT", 60)
    members = add_people(cast, 119, cast.groups["marketing"])
    for member in members[::2]:
        ProjectGrant.objects.create(organization=cast.acme, project=website, membership=member)
    client, seen, addresses = cast.client("olga"), [], [project_url(website)]
    while True:
        page = client.get(addresses[-1])
        seen += access_by_name(page)
        if not page.context["next"]:
            break
        addresses.append(page.context["next"])
    # Ids of one millisecond are in no order.
    expected = [member.name for member in sorted([*members, cast.bo], key=lambda member: member.pk, reverse=True)]
    assert len(addresses) == 3 and seen == expected
    assert list(access_by_name(client.get(page.context["previous"]))) == expected[50:100]


def count_queries(cast, path: str) -> int:
    client = cast.client("olga")
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


@pytest.mark.spec("P-1")
def test_number_of_queries_is_constant(cast, website):
    few = count_queries(cast, project_url(website))
    for member in add_people(cast, 30, cast.groups["marketing"]):
        ProjectGrant.objects.create(organization=cast.acme, project=website, membership=member)
    for number in range(30):
        group = Group.objects.create(organization=cast.acme, name=f"Team {number}")
        ProjectGrant.objects.create(organization=cast.acme, project=website, group=group)
    assert count_queries(cast, project_url(website)) == few <= 16


@pytest.mark.parametrize("query", ["q=%00", "after=x", "before=%00", "groups_after=%ED%A0%80"])
def test_malformed_query_parameters_are_ignored(cast, website, query):
    assert cast.client("olga").get(f"{project_url(website)}?{query}").status_code == 200


@pytest.mark.spec("P-1", "U-12")
def test_give_and_remove_access_of_people(cast, website):
    Membership.objects.filter(pk=cast.opal.pk).update(status=Status.DEACTIVATED)
    client, path = cast.client("max"), project_url(website, "people/")
    assert "Deactivated: no access until reactivated" in text_of(client.get(path))
    chosen = [str(member.pk) for member in (cast.opal, cast.bo)]
    done = client.post(path, {"members": chosen}, follow=True)
    assert "2 people now have access." in text_of(done) and "Opal Nakamura is deactivated" in text_of(done)
    assert "Everyone you chose already has access." in text_of(client.post(path, {"members": chosen}, follow=True))
    assert "Already has access" in text_of(client.get(path))
    body = client.post(project_url(website, f"people/{cast.bo.pk}/removal/"), headers=HTMX).content.decode()
    assert (
        "Bo Lindqvist no longer has direct access to Website." in body
        and 'id="people-title" tabindex="-1" autofocus' in body
    )
    assert access_by_name(client.get(project_url(website))) == {
        "Bo Lindqvist": "via Marketing",
        "Opal Nakamura": "Direct",
    }
    assert Entry.objects.filter(action="member.projects_given").count() == 2


@pytest.mark.spec("P-1", "R-3")
def test_project_managers_who_cannot_see_people_cannot_share(cast, website):
    role = add_role(cast.acme, "Project keeper", *with_dependencies([Permission.PROJECTS_MANAGE]))
    cast.kit = add_member(cast.acme, add_user("kit@acme.example", "Kit"), role)
    client = cast.client("kit")
    page = client.get(project_url(website))
    assert "Archive" in text_of(page) and "Bo Lindqvist" not in text_of(page) and "Add people" not in text_of(page)
    removals = [f"people/{cast.bo.pk}/removal/", f"groups/{cast.groups['marketing'].pk}/removal/"]
    for path in ("people/", "groups/", *removals):
        response = client.post(project_url(website, path), {"members": [str(cast.bo.pk)]})
        assert response.status_code == 403 and "“See people”" in text_of(response)


@pytest.mark.spec("P-1", "R-7")
def test_managers_can_give_project_access_to_admins(cast):
    """Project access changes no one's role, sign-in or membership, so rank does not matter."""
    ledger, client = cast.projects["ledger"], cast.client("max")
    client.post(project_url(ledger, "people/"), {"members": [str(cast.olga.pk)]})
    assert access_by_name(client.get(project_url(ledger))) == {"Olga Ivanova": "Direct"}
    client.post(project_url(ledger, f"people/{cast.olga.pk}/removal/"))
    assert access_by_name(client.get(project_url(ledger))) == {}


@pytest.mark.spec("P-1")
def test_give_and_remove_access_of_groups(cast):
    ledger, client = cast.projects["ledger"], cast.client("max")
    chosen = [str(group.pk) for group in cast.groups.values()]
    assert "2 groups now have access." in text_of(
        client.post(project_url(ledger, "groups/"), {"groups": chosen}, follow=True)
    )
    assert access_by_name(client.get(project_url(ledger))) == {"Bo Lindqvist": "via Marketing"}
    client.post(project_url(ledger, f"groups/{cast.groups['marketing'].pk}/removal/"))
    assert cast.client("bo").get(project_url(ledger)).status_code == 404
    assert client.post(project_url(ledger, f"groups/{cast.globex_group.pk}/removal/")).status_code == 404


@pytest.mark.spec("P-1", "A-5")
@pytest.mark.parametrize("noun,field", [("people/", "members"), ("groups/", "groups")])
def test_choosing_nothing_or_an_unknown_id_shows_an_error(cast, website, noun, field):
    foreign = {"members": cast.tess, "groups": cast.globex_group}[field]
    assert "Choose" in text_of(cast.client("olga").post(project_url(website, noun)))
    response = cast.client("olga").post(project_url(website, noun), {field: str(foreign.pk)})
    assert response.status_code == 422 and "Something you chose no longer exists" in text_of(response)
    part = cast.client("olga").post(project_url(website, noun), {"q": "zzz", "search": "1"}, headers=HTMX)
    assert part.status_code == 200 and re.search("match(es)? “zzz”", text_of(part))


# --- removing, with Undo ------------------------------------------------------------------------


@pytest.mark.spec("U-22", "P-1")
def test_removing_direct_access_says_what_is_lost_and_can_be_undone(cast, website):
    ProjectGrant.objects.create(organization=cast.acme, project=website, membership=cast.opal)
    client = cast.client("olga")
    page = client.post(project_url(website, f"people/{cast.opal.pk}/removal/"), follow=True)
    assert "Opal Nakamura no longer has direct access to Website. Opal loses Website. Undo" in text_of(page)
    page = press_undo(client, page)
    assert "Undone." in text_of(page) and access_by_name(page)["Opal Nakamura"] == "Direct"


@pytest.mark.spec("U-22")
def test_removing_direct_access_says_who_keeps_it(cast, website):
    ProjectGrant.objects.create(organization=cast.acme, project=website, membership=cast.bo)
    page = cast.client("olga").post(project_url(website, f"people/{cast.bo.pk}/removal/"), follow=True)
    assert "Bo keeps Website via Marketing. Undo" in text_of(page)


@pytest.mark.spec("U-22", "P-1")
def test_removing_a_group_says_how_many_lose_access_and_can_be_undone(cast, website):
    add_people(cast, 11, cast.groups["marketing"])
    client = cast.client("olga")
    page = client.post(project_url(website, f"groups/{cast.groups['marketing'].pk}/removal/"), headers=HTMX)
    lost = "12 people lose Website, including Bo Lindqvist and Person 000 Crowd. Undo"
    assert f"Marketing no longer has access to Website. {lost}" in text_of(page)
    page = press_undo(client, page, headers=HTMX)
    assert "Undone." in text_of(page) and len(access_by_name(page)) == 12


@pytest.mark.spec("U-22")
def test_access_to_a_project_archived_meanwhile_is_not_given_back(cast, website):
    client = cast.client("olga")
    page = client.post(project_url(website, f"groups/{cast.groups['marketing'].pk}/removal/"), follow=True)
    client.post(project_url(website, "archive/"))
    assert "This wasn’t undone. Website is archived. Restore it first." in text_of(press_undo(client, page))
