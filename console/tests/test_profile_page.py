"""A member's page: contents, permissions and query counts (U-8, U-16, U-19, G-4, R-7)."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from audit.services import record
from console.tests.people import in_groups, joined, link
from console.tests.profiles import HTMX, disabled_roles, profile_url
from invitations.models import Invitation
from organizations.models import Group, GroupMembership, GroupRole, ManagedBy, Membership, Project, ProjectGrant, Status
from teamadmin.testing.cast import add_member, add_user, role_named
from teamadmin.testing.html import text_of

pytestmark = pytest.mark.django_db
LOOK = "View only"


def section(response, title: str) -> str:
    """Return the text of the section with that heading."""
    body = response.content.decode()
    found = re.search(rf"<section[^>]*>(?:(?!</section>).)*<h2[^>]*>{title}.*?</section>", body, re.DOTALL)
    assert found, f"no section {title}"
    return " ".join(re.sub(r"<[^>]*>", " ", found[0]).split())


@pytest.mark.spec("U-19")
def test_the_page_and_the_drawer_have_the_same_content(cast):
    client = cast.client("olga")
    page, drawer = client.get(profile_url(cast.bo)), client.get(profile_url(cast.bo), headers=HTMX)
    assert page.status_code == drawer.status_code == 200 and "HX-Request" in page["Vary"]
    assert "<html" in page.content.decode() and "<html" not in drawer.content.decode()
    assert "<dialog" in drawer.content.decode() and "<dialog" not in page.content.decode()
    for response in (page, drawer):
        for text in ("Bo Lindqvist", "Active", "bo@acme.example", "Save changes", "Effective access", "Activity"):
            assert text in text_of(response)


@pytest.mark.spec("U-8", "U-19", "G-4")
def test_effective_access_shows_its_sources(cast):
    ProjectGrant.objects.create(organization=cast.acme, project=cast.projects["ledger"], membership=cast.bo)
    GroupRole.objects.create(organization=cast.acme, group=cast.groups["marketing"], role=role_named("manager"))
    page = cast.client("olga").get(profile_url(cast.bo))
    access, projects = section(page, "Effective access"), section(page, "Projects")
    assert "Builder Direct Manager via Marketing" in access
    assert "Invite people Manager via Marketing" in access
    assert "Edit projects Builder, Manager via Marketing" in access
    assert "Projects All Access to all projects: Manager via Marketing" in projects
    assert "Ledger Can edit Direct" in projects
    assert "Atlas via Marketing Group access Website via Marketing Group access" in projects


@pytest.mark.spec("U-19")
def test_projects_are_counted_without_an_all_projects_role(cast):
    for number in range(9):
        project = Project.objects.create(organization=cast.acme, name=f"Extra {number}")
        ProjectGrant.objects.create(organization=cast.acme, project=project, group=cast.groups["marketing"])
    page = cast.client("olga").get(profile_url(cast.bo))
    text = section(page, "Projects")
    assert "Projects 11" in text and "by role" not in text and text.count("Group access") == 5
    assert "Show all 11 projects" in text
    whole = cast.client("olga").get(profile_url(cast.bo, "projects/"))
    assert "Extra 8 Access: via Marketing" in text_of(whole) and "Showing 11 projects" in text_of(whole)
    found = cast.client("olga").get(profile_url(cast.bo, "projects/?q=atl"))
    assert "Atlas" in text_of(found) and "Extra" not in text_of(found)


@pytest.mark.spec("U-19")
def test_projects_and_activity_are_paged(cast, monkeypatch):
    monkeypatch.setattr("console.member.profile.views.PAGE_SIZE", 2)
    client = cast.client("olga")
    ProjectGrant.objects.create(organization=cast.acme, project=cast.projects["ledger"], membership=cast.bo)
    first = client.get(profile_url(cast.bo, "projects/"))
    following = re.search(r'href="([^"]*)" rel="next"', first.content.decode())[1].replace("&amp;", "&")
    assert "Atlas" in text_of(first) and "Website" not in text_of(first)
    assert "Website" in text_of(client.get(following))
    for number in range(6):
        # The page itself shows the latest five.
        assert "Show all activity" not in text_of(client.get(profile_url(cast.bo)))
        data = {"from": f"Name {number}", "to": "x"}
        record(organization_id=cast.acme.pk, actor=cast.olga, action="member.renamed", target=cast.bo, data=data)
    assert link(client.get(profile_url(cast.bo)), "Show all activity") == profile_url(cast.bo, "activity/")
    first = client.get(profile_url(cast.bo, "activity/"))
    older = re.search(r'href="([^"]*)" rel="next"', first.content.decode())[1]
    second = client.get(older)
    assert [n for n in range(6) if f"Name {n}" in text_of(first)] == [4, 5]
    assert [n for n in range(6) if f"Name {n}" in text_of(second)] == [2, 3]
    assert client.get(profile_url(cast.bo, "activity/?before=nonsense")).status_code == 200


@pytest.mark.spec("U-19")
def test_activity_by_and_about_the_member(cast):
    record(organization_id=cast.acme.pk, actor=cast.bo, action="group.created", target=cast.groups["research"])
    data = {"from": ["Operator"], "to": ["Builder"]}
    record(organization_id=cast.acme.pk, actor=cast.olga, action="member.roles_changed", target=cast.bo, data=data)
    text = section(cast.client("max").get(profile_url(cast.bo)), "Activity")
    assert "Bo Lindqvist created the group Research" in text
    assert "Olga Ivanova changed Bo Lindqvist ’s role from Operator to Builder" in text  # a space for each tag


@pytest.mark.spec("U-19", "R-4")
def test_sessions_and_activity_require_permissions(cast):
    cast.client("bo")
    assert "Sessions 1 Log out" in section(cast.client("olga").get(profile_url(cast.bo)), "Sessions")
    assert "Sessions" not in text_of(cast.client("max").get(profile_url(cast.bo)))  # Managers can't log members out
    own = section(cast.client("max").get(profile_url(cast.max)), "Sessions")  # members can see their own
    assert own.startswith("Sessions 2") and "Log out" not in own
    lea = add_member(cast.globex, add_user("lea@globex.example", "Lea"), "team_management")
    client = Client()
    client.force_login(lea.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get(f"/o/globex/users/{cast.tess.pk}/")
    assert page.status_code == 200 and "Activity" not in text_of(page)
    assert client.get(f"/o/globex/users/{cast.tess.pk}/activity/").status_code == 403


@pytest.mark.spec("R-7")
def test_higher_ranked_members_are_view_only(cast):
    page = cast.client("max").get(profile_url(cast.olga))
    assert LOOK in text_of(page) and "role allows more than yours" in text_of(page)
    assert 'id="profile"' not in page.content.decode() and "Save changes" not in text_of(page)
    assert "Remove from" not in page.content.decode()
    response = cast.client("max").post(profile_url(cast.olga), {"first_name": "X"})
    assert response.status_code == 403 and "role allows more than yours" in text_of(response)


@pytest.mark.spec("U-19", "R-2")
def test_readers_see_why_they_cannot_edit(cast):
    ria = add_member(cast.globex, add_user("ria@globex.example", "Ria"), "read_only")
    client = Client()
    client.force_login(ria.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get(f"/o/globex/users/{cast.tess.pk}/")
    assert LOOK in text_of(page) and "doesn’t include “Edit people”" in text_of(page)
    for below in ("", "choices/groups/", "choices/projects/"):
        assert client.post(f"/o/globex/users/{cast.tess.pk}/{below}").status_code == 403


@pytest.mark.spec("U-16")
def test_the_names_of_external_members_are_read_only_with_the_reason(cast):
    Membership.objects.filter(pk=cast.bo.pk).update(managed_by=ManagedBy.SCIM)
    Group.objects.filter(pk=cast.groups["marketing"].pk).update(managed_by=ManagedBy.SCIM)
    page = cast.client("olga").get(profile_url(cast.bo))
    body = page.content.decode()
    assert "Managed externally" in text_of(page) and "membership come from your identity provider" in text_of(page)
    assert len(re.findall(r'name="(?:first|last)_name"[^>]*readonly', body)) == 2
    assert '<select class="input" id="roles"' in body and "Remove from Marketing" not in body


@pytest.mark.spec("U-12")
def test_a_deactivated_members_page_has_a_warning(cast):
    Membership.objects.filter(pk=cast.bo.pk).update(status=Status.DEACTIVATED)
    page = cast.client("olga").get(profile_url(cast.bo))
    assert "Bo Lindqvist can’t sign in. You can add groups and projects" in text_of(page)


@pytest.mark.spec("R-6", "R-8")
def test_roles_that_cannot_be_given_are_disabled_with_the_reason(cast):
    admin = role_named("admin")
    page = cast.client("max").get(profile_url(cast.bo))
    assert disabled_roles(page) == {str(admin.pk)} and "You can’t give the role Admin" in text_of(page)
    page = cast.client("olga").get(profile_url(cast.olga))  # the last Admin
    assert disabled_roles(page) == {str(role_named(key).pk) for key in ("manager", "builder", "operator")}
    assert "Acme needs at least one active Admin" in text_of(page)
    page = cast.client("tess").get(f"/o/globex/users/{cast.tess.pk}/")
    assert re.search(r'type="checkbox" name="roles"[^>]* checked disabled', page.content.decode())
    assert "Globex needs at least one active Admin" in text_of(page)
    GroupRole.objects.create(organization=cast.acme, group=cast.groups["research"], role=admin)
    GroupMembership.objects.create(organization=cast.acme, group=cast.groups["research"], membership=cast.olga)
    assert disabled_roles(cast.client("olga").get(profile_url(cast.olga))) == set()


@pytest.mark.spec("U-7", "U-8")
def test_pending_members_have_a_page_too(cast):
    nadia = cast.invite(group_ids=[str(cast.groups["marketing"].pk)])[0].membership
    page = cast.client("max").get(profile_url(nadia))
    assert "Nadia Petrov Pending nadia@acme.example" in text_of(page) and "Save changes" in text_of(page)
    assert "Sessions" not in text_of(page)


@pytest.mark.spec("U-19")
@pytest.mark.parametrize(
    ("sends", "days", "expected"), [(1, 20, "Resent Never Expires"), (3, -2, "Resent 2 times Expired")]
)
def test_the_page_of_a_pending_member_says_how_often_they_were_invited_and_until_when(cast, sends, days, expected):
    (invitation,) = cast.invite()
    Invitation.objects.update(sends=sends)
    expires = timezone.now() + timedelta(days=days)
    Membership.objects.filter(pk=invitation.membership_id).update(invite_expires_at=expires)
    shown = section(cast.client("max").get(profile_url(invitation.membership)), "Invitation<")
    assert f"{expected} {expires:%b} {expires.day}" in shown
    assert ("in 20 days" if days > 0 else "2 days ago") in shown
    assert "Reason None" in shown and "Welcome page Homepage" in shown


@pytest.mark.spec("A-5")
def test_members_of_other_organizations_have_no_page(cast):
    for below in ("", "projects/", "activity/"):
        assert cast.client("olga").get(profile_url(cast.tess, below)).status_code == 404
        assert cast.client("bo").get(profile_url(cast.max, below)).status_code == 403
    for below in ("choices/groups/", "choices/projects/", ""):
        assert cast.client("olga").post(profile_url(cast.tess, below)).status_code == 404


@pytest.mark.spec("U-8")
def test_the_name_in_the_table_links_to_the_page_and_back(cast):
    page = cast.client("olga").get("/o/acme/users/?q=bo&status=everyone").content.decode()
    link = re.search(r'<a class="name" id="name-[^"]*" href="([^"]*)" hx-get="([^"]*)" hx-target="#dialog"', page)
    assert link and link[1] == link[2] == profile_url(cast.bo, view="%3Fq%3Dbo%26status%3Deveryone")
    member = cast.client("olga").get(link[1]).content.decode()
    assert 'href="/o/acme/users/?q=bo&amp;status=everyone" data-close' in member
    assert f'action="{link[1]}"' in member


@pytest.mark.spec("U-7")
def test_the_pages_menu_does_not_link_to_itself(cast):
    entries = text_of(cast.client("olga").get(profile_url(cast.bo, "menu/?at=profile"), headers=HTMX))
    assert "Edit profile" not in entries and "Deactivate" in entries
    assert "View profile" in text_of(cast.client("max").get(profile_url(cast.olga, "menu/?at=profile"), headers=HTMX))


# Session, user, organizations with roles; the member, direct and group roles, groups, direct projects, all
# roles; ids of the projects, their number, the first ones and both sources of access; the member's user and sessions;
# audit entries about them and by them.
QUERIES = 19


@pytest.mark.spec("U-19")
@pytest.mark.parametrize("size", [1, 30])
def test_the_page_costs_the_same_for_few_and_for_many(cast, django_assert_num_queries, size):
    member = joined(cast.acme, 1)[0]
    for number in range(size):
        group = Group.objects.create(organization=cast.acme, name=f"Group {number}")
        in_groups([member], [group])
        GroupRole.objects.create(organization=cast.acme, group=group, role=role_named("operator"))
        direct = Project.objects.create(organization=cast.acme, name=f"Direct {number}")
        ProjectGrant.objects.create(organization=cast.acme, project=direct, membership=member)
        through = Project.objects.create(organization=cast.acme, name=f"Through {number}")
        ProjectGrant.objects.create(organization=cast.acme, project=through, group=group)
        record(organization_id=cast.acme.pk, actor=member, action="group.created", target=group)
    client = cast.client("olga")
    with django_assert_num_queries(QUERIES):
        client.get(profile_url(member), headers=HTMX)
