"""Removing access says who loses what, and can be undone from the toast (U-22)."""

import json
import re
from html import unescape

import pytest
from django.utils import timezone

from audit.models import Entry
from console.member.profile import views
from console.tests.people import in_groups
from console.tests.profiles import edit, form_of, profile_url
from console.tests.provisioning_data import URL, add_scim_group, connect
from organizations.models import Group, GroupMembership, GroupRole, MembershipRole, ProjectGrant
from organizations.permissions import Permission as P
from organizations.queries import profile_of
from organizations.undo import MAX_AGE
from teamadmin.testing.cast import add_role, role_named
from teamadmin.testing.html import text_of
from teamadmin.testing.undo import press_undo, undo_form

pytestmark = [pytest.mark.django_db, pytest.mark.spec("U-22")]
HTMX = {"HX-Request": "true"}
UNDONE = "Undone. Access was restored."


@pytest.fixture
def marketing(cast) -> Group:
    return cast.groups["marketing"]


def url(group: Group, noun: str = "") -> str:
    return f"/o/acme/groups/{group.pk}/{noun}"


def remove(client, group: Group, member, **options):
    return client.post(url(group, f"members/{member.pk}/removal/"), follow=True, **options)


# --- a group's page -----------------------------------------------------------------------------


def test_removing_a_member_says_what_they_lose_and_can_be_undone(cast, marketing):
    client = cast.client("max")
    page = remove(client, marketing, cast.bo)
    assert "Removed Bo Lindqvist from Marketing. Bo loses Atlas and Website. Undo" in text_of(page)
    assert not marketing.member_links.exists()
    page = press_undo(client, page)
    assert UNDONE in text_of(page) and "Bo Lindqvist" in text_of(page)
    assert marketing.member_links.filter(membership=cast.bo).exists()
    assert Entry.objects.filter(action="group.member_added").get().actor_label == "Max Keller"


def test_with_htmx_the_group_is_updated_in_place(cast, marketing):
    client = cast.client("olga")
    page = remove(client, marketing, cast.bo, headers=HTMX)
    assert "Bo loses Atlas and Website." in text_of(page) and "<html" not in page.content.decode()
    page = press_undo(client, page, headers=HTMX)
    body = page.content.decode()
    assert UNDONE in text_of(page) and 'id="group"' in body and "<html" not in body
    assert 'id="members-title" tabindex="-1" autofocus' in body


def test_undo_returns_to_the_same_page_of_the_group(cast, marketing):
    client = cast.client("olga")
    page = client.post(url(marketing, f"members/{cast.bo.pk}/removal/?q=bo"), follow=True)
    assert undo_form(page)[0] == url(marketing, "undo/?q=bo")
    assert press_undo(client, page).redirect_chain == [(url(marketing) + "?q=bo", 302)]


def test_two_presses_undo_once(cast, marketing):
    client = cast.client("olga")
    page = remove(client, marketing, cast.bo)
    assert UNDONE in text_of(press_undo(client, page))
    assert "This was already undone." in text_of(press_undo(client, page))
    assert Entry.objects.filter(action="group.member_added").count() == 1


def test_removing_no_one_offers_no_undo(cast, marketing):
    page = remove(cast.client("olga"), marketing, cast.opal)
    assert "Opal Nakamura was not in Marketing." in text_of(page) and "data-undo" not in page.content.decode()


def test_only_the_person_who_removed_access_can_undo_it(cast, marketing):
    page = remove(cast.client("olga"), marketing, cast.bo)
    assert "It’s too late to undo this." in text_of(press_undo(cast.client("max"), page))
    assert not marketing.member_links.exists()


@pytest.mark.parametrize("token", ["", "forged", "a:b:c"])
def test_a_forged_token_gives_nothing(cast, marketing, token):
    page = cast.client("olga").post(url(marketing, "undo/"), {"token": token}, follow=True)
    assert page.status_code == 200 and "It’s too late to undo this." in text_of(page)


def test_undo_expires(cast, marketing, monkeypatch):
    client = cast.client("olga")
    page = remove(client, marketing, cast.bo)
    later = timezone.now().timestamp() + MAX_AGE.total_seconds() + 5
    monkeypatch.setattr("django.core.signing.time.time", lambda: later)
    assert "It’s too late to undo this. Restore the access manually." in text_of(press_undo(client, page))
    assert not marketing.member_links.exists()


def test_undo_is_refused_with_the_reason_where_adding_is(cast, marketing):
    client = cast.client("max")
    page = remove(client, marketing, cast.bo)
    GroupRole.objects.create(organization=cast.acme, group=marketing, role=role_named("admin"))
    page = press_undo(client, page)
    assert "This wasn’t undone. You can’t add people to Marketing because it allows more" in text_of(page)
    assert not marketing.member_links.exists()


def test_giving_admin_back_needs_a_fresh_sign_in(cast, marketing, settings):
    GroupRole.objects.create(organization=cast.acme, group=marketing, role=role_named("admin"))
    client = cast.client("olga")
    page = remove(client, marketing, cast.bo)
    settings.FRESH_SIGN_IN_MINUTES = 0
    target, fields = undo_form(page)
    response = client.post(target, fields)
    assert response.status_code == 302 and "/accounts/" in response["Location"]
    assert not marketing.member_links.exists()


def test_removing_a_group_s_project_says_how_many_lose_it(cast, marketing):
    in_groups([cast.opal], [marketing])
    support = Group.objects.create(organization=cast.acme, name="Support")
    in_groups([cast.opal], [support])
    website = cast.projects["website"]
    ProjectGrant.objects.create(organization=cast.acme, group=support, project=website)
    client = cast.client("olga")
    page = client.post(url(marketing, f"projects/{website.pk}/removal/"), follow=True)
    text = "Marketing no longer has access to Website. Bo Lindqvist loses Website; 1 keeps it via Support. Undo"
    assert text in text_of(page)
    press_undo(client, page)
    assert ProjectGrant.objects.filter(group=marketing, project=website).exists()


def test_removing_a_group_s_role_can_be_undone(cast, marketing):
    auditor, operator = add_role(cast.acme, "Auditor", P.AUDIT_VIEW), role_named("operator")
    GroupRole.objects.create(organization=cast.acme, group=marketing, role=auditor)
    client = cast.client("olga")
    form = {"seen": [auditor.pk], "roles": [operator.pk]}
    page = client.post(url(marketing, "roles/"), form, follow=True)
    assert "Roles for Marketing were saved. Bo Lindqvist loses the role Auditor. Undo" in text_of(page)
    press_undo(client, page)
    assert {link.role for link in marketing.role_links.all()} == {auditor, operator}  # what was added stays


def test_adding_a_role_offers_no_undo(cast, marketing):
    page = cast.client("olga").post(url(marketing, "roles/"), {"roles": [role_named("operator").pk]}, follow=True)
    assert "Roles for Marketing were saved." in text_of(page) and "data-undo" not in page.content.decode()


# --- a member's page ----------------------------------------------------------------------------


def test_saving_a_profile_says_what_was_lost_and_can_be_undone(cast, marketing):
    website, ledger = cast.projects["website"], cast.projects["ledger"]
    for project in (website, ledger):
        ProjectGrant.objects.create(organization=cast.acme, membership=cast.bo, project=project)
    client = cast.client("olga")
    edit(client, cast.bo, leave=marketing, take=ledger, give=cast.projects["atlas"], roles=role_named("operator"))
    page = client.get("/o/acme/users/")
    assert (
        "Changes saved. Bo loses Ledger and the role Builder"
        " but keeps Atlas and Website with direct access. Undo" in text_of(page)
    )
    assert UNDONE in text_of(press_undo(client, page))
    assert marketing.member_links.filter(membership=cast.bo).exists()
    assert [link.role for link in cast.bo.role_links.all()] == [role_named("builder")]
    names = sorted(grant.project.name for grant in cast.bo.project_links.all())
    assert names == ["Atlas", "Ledger", "Website"]  # what was added stays


def test_saving_a_profile_with_htmx_updates_the_row_when_undone(cast, marketing):
    client = cast.client("olga")
    response = edit_htmx(client, cast.bo, leave=marketing)
    page = press_undo(client, response, headers=HTMX)
    assert f'id="member-{cast.bo.pk}"' in page.content.decode() or "Marketing" in page.content.decode()
    assert UNDONE in text_of(page) and marketing.member_links.filter(membership=cast.bo).exists()


def edit_htmx(client, member, **changes):
    form = form_of(client.get(profile_url(member), headers=HTMX), **changes)
    return client.post(profile_url(member), form, headers=HTMX)


def test_a_promotion_and_a_new_name_offer_no_undo(cast):
    client = cast.client("olga")
    edit(client, cast.opal, roles=role_named("builder"), first_name="Ofelia")
    page = client.get("/o/acme/users/")
    assert "Changes saved." in text_of(page) and "data-undo" not in page.content.decode()


def test_undoing_a_profile_is_all_or_nothing(cast, marketing):
    ProjectGrant.objects.create(organization=cast.acme, membership=cast.bo, project=cast.projects["ledger"])
    client = cast.client("olga")
    edit(client, cast.bo, leave=marketing, take=cast.projects["ledger"])
    page = client.get("/o/acme/users/")
    cast.projects["ledger"].archived_at = timezone.now()
    cast.projects["ledger"].save()
    assert "This wasn’t undone. Ledger is archived. Restore it first." in text_of(press_undo(client, page))
    assert not GroupMembership.objects.filter(group=marketing).exists()


def test_what_someone_else_removes_at_the_same_time_is_not_given_back(cast, marketing, monkeypatch):
    research = cast.groups["research"]
    in_groups([cast.bo], [research])

    def profile_a_moment_later(member):
        research.member_links.all().delete()
        return profile_of(member)

    monkeypatch.setattr(views, "profile_of", profile_a_moment_later)
    client = cast.client("olga")
    edit(client, cast.bo, leave=marketing)
    press_undo(client, client.get("/o/acme/users/"))
    assert [found.group for found in cast.bo.group_links.all()] == [marketing]


def test_people_who_give_up_their_own_access_are_not_offered_undo(cast):
    MembershipRole.objects.filter(membership=cast.bo).update(role=role_named("admin"))
    client = cast.client("olga")
    edit(client, cast.olga, roles=role_named("operator"))
    page = client.get("/o/acme/")
    assert "Changes saved." in text_of(page) and "data-undo" not in page.content.decode()


def test_people_who_lower_their_own_role_are_not_offered_an_undo_that_would_be_refused(cast):
    MembershipRole.objects.filter(membership=cast.bo).update(role=role_named("admin"))
    client = cast.client("olga")
    edit(client, cast.olga, roles=role_named("manager"))
    page = client.get("/o/acme/users/")
    assert "Changes saved. Olga loses the role Admin." in text_of(page) and "data-undo" not in page.content.decode()


# --- a role -------------------------------------------------------------------------------------


def test_removing_permissions_from_a_role_says_who_loses_them(cast):
    role = add_role(cast.acme, "Auditor", P.AUDIT_VIEW, P.WORKSPACE_VIEW)
    MembershipRole.objects.filter(membership=cast.bo).update(role=role)
    client = cast.client("olga")
    edit_url = f"/o/acme/roles/{role.pk}/edit/"
    seen = re.search(r'name="as_seen" value="([^"]*)"', client.get(edit_url).content.decode())[1]
    form = json.loads(unescape(seen)) | {"as_seen": unescape(seen), "permissions": [str(P.WORKSPACE_VIEW)]}
    page = client.post(edit_url, form, follow=True)
    assert "The role Auditor was saved. Bo Lindqvist loses “See the audit log”. Undo" in text_of(page)
    page = press_undo(client, page)
    role.refresh_from_db()
    assert UNDONE in text_of(page) and str(P.AUDIT_VIEW) in role.permissions


@pytest.mark.spec("U-22", "R-3")
def test_deleting_a_role_says_which_permissions_are_lost(cast):
    role = add_role(cast.acme, "Auditor", P.AUDIT_VIEW)
    MembershipRole.objects.filter(membership=cast.bo).update(role=role)
    text = text_of(cast.client("olga").get(f"/o/acme/roles/{role.pk}/deletion/"))
    assert "They lose these permissions, unless the replacement role or another" in text and "See the audit log" in text


# --- deleting a group, and the roles of the identity provider's groups --------------------------


@pytest.mark.spec("U-22", "G-2")
def test_deleting_a_group_says_who_keeps_its_projects_by_role_too(cast, marketing):
    in_groups([cast.olga, cast.opal], [marketing])
    ProjectGrant.objects.create(organization=cast.acme, membership=cast.opal, project=cast.projects["atlas"])
    text = text_of(cast.client("max").get(url(marketing, "deletion/")))
    assert "These members lose projects or roles: Bo Lindqvist and Opal Nakamura" in text
    assert "keep access to some of the projects: Olga Ivanova and Opal Nakamura" in text


@pytest.mark.spec("U-22", "C-5")
def test_removing_a_provisioned_group_s_role_can_be_undone(cast):
    connect(cast.acme)
    group, operator = add_scim_group(cast.acme, "Staff"), role_named("operator")
    auditor = add_role(cast.acme, "Auditor", P.AUDIT_VIEW)
    in_groups([cast.bo], [group])
    GroupRole.objects.create(organization=cast.acme, group=group, role=auditor)
    client = cast.client("olga")
    form = {f"role-{group.pk}": operator.pk, f"seen-{group.pk}": str(auditor.pk)}
    page = client.post(f"{URL}roles/", form, follow=True)
    assert "Role saved for 1 group. Bo Lindqvist loses the role Auditor. Undo" in text_of(page)
    assert UNDONE in text_of(press_undo(client, page))
    assert {link.role for link in group.role_links.all()} == {auditor, operator}
