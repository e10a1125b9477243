"""Saving a member's page: changes, refusals, conflicts between two editors (U-8, U-12, U-16)."""

import re

import pytest

from audit.models import Entry
from console.tests.people import USERS, row
from console.tests.profiles import HTMX, edit, form_of, profile_url
from invitations.content import invitation_content
from invitations.models import Invitation
from organizations.models import Group, GroupRole, ManagedBy, Membership, Role, Status
from organizations.queries import direct_roles_of, member_in, profile_of
from organizations.services import add_to_group, delete_member, set_member_roles
from teamadmin.testing.cast import role_named
from teamadmin.testing.html import text_of

pytestmark = pytest.mark.django_db


def fresh(member: Membership) -> Membership:
    found = member_in(member.organization, member.pk)
    assert found
    return found


# --- saving -------------------------------------------------------------------------------------


@pytest.mark.spec("U-8")
def test_saving_changes_everything_and_returns_to_the_list(cast):
    view = "%3Fq%3Dbob%26status%3Deveryone"
    done = edit(
        cast.client("olga"), cast.bo, view, first_name=" Bob ", last_name="Lind", roles=role_named("manager"),
        join=cast.groups["research"], leave=cast.groups["marketing"], give=cast.projects["ledger"],
    )  # fmt: skip
    assert done.status_code == 302 and done["Location"] == USERS + "?q=bob&status=everyone"
    bo = fresh(cast.bo)
    assert (bo.name, [role.key for role in direct_roles_of(bo)]) == ("Bob Lind", ["manager"])
    assert profile_of(bo).groups == {cast.groups["research"].pk}
    assert profile_of(bo).projects == {cast.projects["ledger"].pk}
    listed = cast.client("olga").get(done["Location"])
    assert "Bob Lind" in row(listed, bo) and "Manager" in row(listed, bo) and "Research" in row(listed, bo)
    page = cast.client("olga").get(profile_url(cast.bo))
    assert "Olga Ivanova gave Bob Lind access to Ledger" in text_of(page)
    edit(cast.client("olga"), cast.bo, take=cast.projects["ledger"])
    assert profile_of(bo).projects == set()


@pytest.mark.spec("U-8", "U-18")
def test_saving_by_htmx_updates_row_counts_and_message(cast, max_browser):
    response = max_browser.save(max_browser.form(last_name="Lund"), headers=HTMX)
    body = response.content.decode()
    assert response.status_code == 200 and "<html" not in body and "<dialog" not in body
    assert f'<template><tr role="row" id="user-{cast.bo.pk}" hx-swap-oob="true">' in body
    assert "Bo Lund" in row(response, cast.bo) and "Changes saved." in body
    assert 'id="users-tabs"' in body and "HX-Redirect" not in response and "HX-Push-Url" not in response


@pytest.mark.spec("U-8")
def test_saving_without_changes_writes_nothing(cast, max_browser):
    response = max_browser.save(max_browser.form(), headers=HTMX)
    assert "No changes to save." in response.content.decode() and not Entry.objects.exists()


@pytest.mark.spec("U-8")
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_errors_are_next_to_their_fields_and_input_is_kept(cast, max_browser, headers):
    form = max_browser.form(first_name="B\x07o", last_name="L" * 101, join=cast.groups["research"], roles=[])
    response = max_browser.save(form, headers=headers)
    body = response.content.decode()
    assert response.status_code == 422 and ("<html" in body) == (not headers)
    for text in ("Remove the hidden character U+0007 after “B”.", "Use at most 100 characters", "Choose a role."):
        assert text in text_of(response)
    assert body.count('aria-invalid="true"') == 3 and "L" * 101 in body
    assert re.search(rf'name="join" value="{cast.groups["research"].pk}"[^>]* checked', body)
    assert 'data-guard="dirty"' in body and not Entry.objects.exists()
    again = max_browser.save(form_of(response, first_name="Bo", last_name="Lund", roles=role_named("builder")))
    assert again.status_code == 302 and fresh(cast.bo).name == "Bo Lund"
    assert cast.groups["research"].pk in profile_of(cast.bo).groups


@pytest.mark.spec("U-8")
def test_adding_and_removing_the_same_item_is_an_error(cast, max_browser):
    response = max_browser.save(max_browser.form(join=cast.groups["research"], leave=cast.groups["research"]))
    assert response.status_code == 422 and "both added and removed" in text_of(response)


@pytest.mark.spec("U-8", "R-2")
def test_task_roles_are_check_boxes(cast):
    lea = cast.invite(cast.tess, role="read_only")[0].membership
    client, address = cast.client("tess"), f"/o/globex/users/{lea.pk}/"
    wanted = list(Role.objects.filter(organization=None, scheme="task", key__in=["billing", "data_admin"]))
    assert client.post(address, form_of(client.get(address), roles=wanted)).status_code == 302
    assert {role.key for role in direct_roles_of(fresh(lea))} == {"billing", "data_admin"}
    response = client.post(address, form_of(client.get(address), roles=[]))
    assert response.status_code == 422 and "Choose a role." in text_of(response)
    own = f"/o/globex/users/{cast.tess.pk}/"
    assert client.post(own, form_of(client.get(own), first_name="Tessa")).status_code == 302  # the last Admin's box
    assert [role.key for role in direct_roles_of(fresh(cast.tess))] == ["admin"]


@pytest.mark.spec("U-12")
def test_adding_access_for_a_deactivated_member_shows_a_warning(cast, max_browser):
    Membership.objects.filter(pk=cast.bo.pk).update(status=Status.DEACTIVATED)
    response = max_browser.save(max_browser.form(join=cast.groups["research"]), follow=True)
    assert "Bo Lindqvist is deactivated. The access you added takes effect when they’re reactivated." in text_of(
        response
    )
    assert cast.groups["research"].pk in profile_of(cast.bo).groups
    assert "is deactivated" not in text_of(max_browser.save(max_browser.form(last_name="Lund"), follow=True))


@pytest.mark.spec("U-8", "M-2", "M-4")
def test_a_pending_members_role_changes_the_invitation(cast):
    invitation = cast.invite(cast.max)[0]
    nadia = invitation.membership
    changed = {"roles": role_named("operator"), "first_name": "Nadja", "give": cast.projects["ledger"]}
    assert edit(cast.client("max"), nadia, **changed).status_code == 302
    content = invitation_content(Invitation.objects.get(pk=invitation.pk))  # what the email shows when it is rendered
    assert (content.role_names, content.short_name, list(content.projects)) == ("Operator", "Nadja", ["Ledger"])
    refused = edit(cast.client("max"), nadia, roles=role_named("admin"))
    assert refused.status_code == 403 and "You can’t give the role Admin" in text_of(refused)
    assert (fresh(nadia).name, [role.key for role in direct_roles_of(fresh(nadia))]) == ("Nadja Petrov", ["operator"])


@pytest.mark.spec("R-8")
def test_users_who_give_up_access_are_redirected_home(cast):
    own = cast.client("max")
    form = form_of(own.get(profile_url(cast.max)), roles=role_named("builder"))
    assert own.post(profile_url(cast.max), form, headers=HTMX)["HX-Redirect"] == "/o/acme/"
    assert [role.key for role in direct_roles_of(fresh(cast.max))] == ["builder"]


# --- refusals -----------------------------------------------------------------------------------


@pytest.mark.spec("U-16")
def test_only_the_names_of_external_members_are_refused(cast, max_browser):
    Membership.objects.filter(pk=cast.bo.pk).update(managed_by=ManagedBy.SCIM)
    response = max_browser.save(max_browser.form(first_name="Bob", roles=role_named("operator")))
    assert response.status_code == 403 and "name and email come from your identity provider" in text_of(response)
    assert fresh(cast.bo).first_name == "Bo" and not Entry.objects.exists()
    assert max_browser.save(max_browser.form(roles=role_named("operator"))).status_code == 302


@pytest.mark.spec("R-6", "R-8", "G-4")
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_refusal_keeps_the_input(cast, max_browser, headers):
    GroupRole.objects.create(organization=cast.acme, group=cast.groups["research"], role=role_named("admin"))
    response = max_browser.save(max_browser.form(last_name="Lund", join=cast.groups["research"]), headers=headers)
    assert response.status_code == 403 and "No changes were saved" in text_of(response)
    assert "You can’t add people to Research" in text_of(response) and 'value="Lund"' in response.content.decode()
    own = edit(cast.client("olga"), cast.olga, roles=role_named("builder"))
    assert own.status_code == 403 and "needs at least one active Admin" in text_of(own)


@pytest.mark.spec("A-5")
def test_groups_and_projects_of_other_organizations_cannot_be_added(cast, max_browser):
    for name, thing in (("join", cast.globex_group), ("give", cast.globex_project)):
        assert max_browser.save(max_browser.form(**{name: thing})).status_code == 403
    assert not Entry.objects.exists()


@pytest.mark.spec("U-8")
@pytest.mark.parametrize("seen", ["", "nonsense", "a:b:c"])
def test_a_form_with_an_invalid_signature_changes_nothing(cast, max_browser, seen):
    response = max_browser.save(max_browser.form(first_name="Bob", seen=seen))
    assert response.status_code == 409 and "This form was out of date" in text_of(response)
    assert fresh(cast.bo).first_name == "Bo"
    other = form_of(max_browser.client.get(profile_url(cast.opal)))["seen"]
    assert max_browser.save(max_browser.form(first_name="Bob", seen=other)).status_code == 409


# --- conflicts ----------------------------------------------------------------------------------


@pytest.mark.spec("U-8")
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_the_second_editor_sees_the_first_editors_changes(cast, max_browser, headers):
    form = max_browser.form(roles=role_named("operator"), last_name="Lund")
    set_member_roles(actor=cast.olga, member=cast.bo, roles=[role_named("manager")])
    response = max_browser.save(form, headers=headers)
    assert response.status_code == 409 and "Someone else changed this profile while you were editing" in text_of(
        response
    )
    assert "Role: Builder → Manager, by Olga Ivanova" in text_of(response)
    assert re.search(r"by Olga Ivanova<span[^>]*>, <time ", response.content.decode())  # when
    assert fresh(cast.bo).last_name == "Lindqvist" and [role.key for role in direct_roles_of(fresh(cast.bo))] == [
        "manager"
    ]
    assert 'value="Lund"' in response.content.decode()
    assert form_of(response)["roles"] == [str(role_named("operator").pk)] and form_of(response)["keep-roles"] == [
        "mine"
    ]


@pytest.mark.spec("U-8")
@pytest.mark.parametrize(("whose", "role"), [("mine", "operator"), ("theirs", "manager")])
def test_keep_mine_or_theirs(cast, max_browser, whose, role):
    form = max_browser.form(roles=role_named("operator"), last_name="Lund")
    set_member_roles(actor=cast.olga, member=cast.bo, roles=[role_named("manager")])
    confirmation = max_browser.save(form)
    done = max_browser.save(form_of(confirmation, keep__roles=whose), follow=True)
    assert "Changes saved." in text_of(done)
    bo = fresh(cast.bo)
    assert (bo.last_name, [held.key for held in direct_roles_of(bo)]) == ("Lund", [role])


@pytest.mark.spec("U-8")
def test_a_third_change_is_another_conflict(cast, max_browser):
    form = max_browser.form(roles=role_named("operator"))
    set_member_roles(actor=cast.olga, member=cast.bo, roles=[role_named("manager")])
    confirmation = form_of(max_browser.save(form))
    set_member_roles(actor=cast.olga, member=cast.bo, roles=[role_named("admin")])
    GroupRole.objects.create(organization=cast.acme, group=cast.groups["marketing"], role=role_named("operator"))
    assert max_browser.save(confirmation).status_code == 403  # an Admin now: R-7
    set_member_roles(actor=cast.olga, member=fresh(cast.bo), roles=[role_named("builder")])
    response = max_browser.save(confirmation)
    assert response.status_code == 409 and "Role: Manager → Builder, by Olga Ivanova" in text_of(response)


@pytest.mark.spec("U-8")
def test_conflicts_name_groups_and_projects(cast, max_browser):
    form = max_browser.form(join=cast.groups["research"], give=cast.projects["ledger"], first_name="Bob")
    gone = Group.objects.create(organization=cast.acme, name="Gone")
    add_to_group(actor=cast.olga, group=gone, members=[cast.bo])
    edit(cast.client("olga"), cast.bo, give=cast.projects["atlas"], first_name="Bert", leave=cast.groups["marketing"])
    response = max_browser.save(form)
    assert response.status_code == 409
    for text in (
        "Name: Bo Lindqvist → Bert Lindqvist, by Olga Ivanova",
        "Groups: added Gone, removed Marketing, by Olga Ivanova",
        "Direct projects: added Atlas, by Olga Ivanova",
    ):
        assert text in text_of(response)
    theirs = {"keep__name": "theirs", "keep__groups": "mine", "keep__projects": "theirs"}
    assert max_browser.save(form_of(response, **theirs)).status_code == 302
    now = profile_of(fresh(cast.bo))
    assert (now.first_name, now.groups) == ("Bert", {gone.pk, cast.groups["research"].pk})
    assert now.projects == {cast.projects["atlas"].pk}


@pytest.mark.spec("U-8")
def test_concurrent_changes_are_reported_after_saving(cast, max_browser):
    form = max_browser.form(last_name="Lund")
    set_member_roles(actor=cast.olga, member=cast.bo, roles=[role_named("manager")])
    done = max_browser.save(form, follow=True)
    assert "Changes saved." in text_of(
        done
    ) and "Also changed in the meantime: Role: Builder → Manager, by Olga Ivanova." in text_of(done)
    assert [role.key for role in direct_roles_of(fresh(cast.bo))] == ["manager"] and fresh(cast.bo).last_name == "Lund"


@pytest.mark.spec("U-8", "U-13")
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_saving_a_member_deleted_meanwhile(cast, max_browser, headers):
    form = max_browser.form(last_name="Lund")
    delete_member(actor=cast.olga, member=cast.bo)
    response = max_browser.save(form, headers=headers, follow=True)
    assert (
        response.status_code == 200
        and "Bo Lindqvist was deleted in the meantime. No changes were saved." in text_of(response)
    )
    assert response.headers.get("HX-Trigger") == ("users-changed" if headers else None)
    assert max_browser.save({**form, "seen": ["forged"]}).status_code == 404


@pytest.mark.spec("U-8", "J-8")
def test_saving_a_member_who_joined_meanwhile(cast):
    nadia = cast.invite()[0].membership
    client = cast.client("olga")
    form = form_of(client.get(profile_url(nadia)), last_name="Petrova")
    Membership.objects.filter(pk=nadia.pk).update(status=Status.ACTIVE, user=cast.stranger)
    done = client.post(profile_url(nadia), form, follow=True)
    assert "Changes saved." in text_of(done) and "Also changed in the meantime: Nadia Petrova joined." in text_of(done)
