"""Undo of bulk actions: changed roles, and people moved between groups (U-22)."""

import re

import pytest

from audit.models import Entry
from console.tests.bulk_requests import HTMX, press, url
from console.tests.people import in_groups
from organizations.models import Group, GroupRole, Membership, MembershipRole, ProjectGrant
from teamadmin.testing.cast import add_member, add_user, role_named
from teamadmin.testing.html import text_of
from teamadmin.testing.undo import press_undo

pytestmark = [pytest.mark.django_db, pytest.mark.spec("U-15", "U-22")]
SOMEONE_ELSE = "This wasn’t undone. Someone has changed Bo Lindqvist’s role since then."


def roles_of(*members: Membership) -> list[str]:
    return [", ".join(sorted(link.role.key for link in member.role_links.all())) for member in members]


def change_roles(cast, *members: Membership, role: str = "operator", who: str = "olga", headers=None):
    return press(cast.client(who), url("role", *members), role=role_named(role).pk, headers=headers)


# --- roles --------------------------------------------------------------------------------------


@pytest.mark.parametrize("htmx", [False, True])
def test_changing_roles_can_be_undone_for_everyone_whose_role_changed(cast, htmx):
    people, headers = (cast.max, cast.bo, cast.opal), HTMX if htmx else {}
    before = roles_of(*people)
    MembershipRole.objects.filter(membership=cast.opal).update(role=role_named("builder"))
    page = change_roles(cast, cast.max, cast.bo, cast.opal, role="builder", headers=headers)
    assert "Role changed to Builder for 1 user; nothing changed for 2." in text_of(page)
    assert "Max loses the role Manager and access to all projects. View results Undo" in text_of(page)
    MembershipRole.objects.filter(membership=cast.opal).update(role=role_named("operator"))  # by someone else, later
    page = press_undo(cast.client("olga"), page, headers=headers)
    assert "Undone. Roles were restored." in text_of(page)
    assert roles_of(*people) == before == ["manager", "builder", "operator"]
    changed = Entry.objects.filter(action="member.roles_changed").order_by("-id")[0]
    assert changed.target_label == "Max Keller" and changed.data == {"from": ["Builder"], "to": ["Manager"]}


def test_a_promotion_of_several_people_can_be_undone(cast):
    page = change_roles(cast, cast.bo, cast.opal, role="manager")
    assert "loses" not in text_of(page)
    page = press_undo(cast.client("olga"), page)
    assert "Undone. Roles were restored." in text_of(page)
    assert roles_of(cast.bo, cast.opal) == ["builder", "operator"]


def test_a_second_press_changes_nothing(cast):
    page = change_roles(cast, cast.bo)
    press_undo(cast.client("olga"), page)
    assert "This was already undone." in text_of(press_undo(cast.client("olga"), page))
    assert Entry.objects.filter(action="member.roles_changed").count() == 2


def test_a_role_that_someone_changed_since_stays_and_nothing_is_undone(cast):
    page = change_roles(cast, cast.bo, cast.max)
    MembershipRole.objects.filter(membership=cast.bo).update(role=role_named("manager"))
    assert SOMEONE_ELSE in text_of(press_undo(cast.client("olga"), page))
    assert roles_of(cast.bo, cast.max) == ["manager", "operator"]


@pytest.mark.spec("R-6")
def test_no_one_gives_back_a_role_that_allows_more_than_theirs(cast):
    page = change_roles(cast, cast.bo, who="max")
    MembershipRole.objects.filter(membership=cast.max).update(role=role_named("builder"))
    assert press_undo(cast.client("max"), page).status_code in (200, 403)
    assert roles_of(cast.bo) == ["operator"]


@pytest.mark.spec("S-7")
def test_giving_admin_back_needs_a_fresh_sign_in(cast, settings):
    MembershipRole.objects.filter(membership=cast.bo).update(role=role_named("admin"))
    page = change_roles(cast, cast.bo)
    settings.FRESH_SIGN_IN_MINUTES = 0
    press_undo(cast.client("olga"), page)
    assert roles_of(cast.bo) == ["operator"]


def test_people_who_change_their_own_role_too_are_not_offered_undo(cast):
    MembershipRole.objects.filter(membership=cast.bo).update(role=role_named("admin"))
    page = change_roles(cast, cast.olga, cast.max)
    assert "Role changed to Operator for 2 users." in text_of(page) and "data-undo" not in page.content.decode()
    assert "Max Keller and Olga Ivanova lose access to all projects." in text_of(page)


@pytest.mark.spec("R-2")
def test_where_people_have_several_roles_the_new_ones_are_taken_back(cast):
    reader, billing = role_named("read_only", "task"), role_named("billing", "task")
    first = add_member(cast.globex, add_user("ann@globex.example", "Ann"), reader)
    second = add_member(cast.globex, add_user("ben@globex.example", "Ben"), reader)
    MembershipRole.objects.create(organization=cast.globex, membership=second, role=billing)
    client, address = cast.client("tess"), url("role", first, second).replace("/o/acme/", "/o/globex/")
    page = press(client, address, role=billing.pk)
    assert roles_of(first, second) == ["billing", "billing"]
    press_undo(client, page)
    assert roles_of(first, second) == ["read_only", "billing, read_only"]


def test_roles_that_were_only_added_are_taken_back_too(cast):
    reader, billing = role_named("read_only", "task"), role_named("billing", "task")
    first = add_member(cast.globex, add_user("ann@globex.example", "Ann"), reader)
    second = add_member(cast.globex, add_user("ben@globex.example", "Ben"), role_named("data_admin", "task"))
    client, address = cast.client("tess"), url("role", first, second).replace("/o/acme/", "/o/globex/")
    page = press(client, address, role=[reader.pk, billing.pk])
    assert roles_of(first, second) == ["billing, read_only", "billing, read_only"]
    press_undo(client, page)
    assert roles_of(first, second) == ["read_only", "data_admin"]
    assert "This was already undone." in text_of(press_undo(client, page))


def test_a_role_that_came_back_beside_the_new_one_does_not_stop_undo(cast):
    reader, billing = role_named("read_only", "task"), role_named("billing", "task")
    member = add_member(cast.globex, add_user("ann@globex.example", "Ann"), reader)
    client, address = cast.client("tess"), url("role", member).replace("/o/acme/", "/o/globex/")
    page = press(client, address, role=billing.pk)
    MembershipRole.objects.create(organization=cast.globex, membership=member, role=reader)  # by someone else
    assert "Undone. Roles were restored." in text_of(press_undo(client, page))
    assert roles_of(member) == ["read_only"]


def test_the_message_stays_if_someone_was_refused(cast):
    page = change_roles(cast, cast.bo, cast.olga, who="max", headers=HTMX)
    assert "Bo loses the role Builder. View results Undo" in text_of(page)
    assert re.search(r'data-tone="warning"[^>]*data-undo|data-undo[^>]*data-tone="warning"', page.content.decode())
    page = change_roles(cast, cast.opal, role="builder", headers=HTMX)
    assert 'data-tone="success"' in page.content.decode() and 'data-tone="warning"' not in page.content.decode()


# --- moves --------------------------------------------------------------------------------------


@pytest.fixture
def marketing(cast) -> Group:
    return cast.groups["marketing"]


@pytest.fixture
def research(cast) -> Group:
    return cast.groups["research"]


def move(cast, *members: Membership, who: str = "max"):
    form = {"group_id": cast.groups["marketing"].pk, "target_id": cast.groups["research"].pk}
    return press(cast.client(who), url("group-move", *members), **form)


def people_in(group: Group) -> set[Membership]:
    return {link.membership for link in group.member_links.select_related("membership")}


def test_moving_people_can_be_undone(cast, marketing, research):
    in_groups([cast.opal], [marketing, research])
    page = move(cast, cast.bo, cast.opal, cast.olga)
    assert "Moved 2 users from Marketing to Research; nothing changed for 1." in text_of(page)
    assert "Bo Lindqvist and Opal Nakamura lose Atlas and Website. View results Undo" in text_of(page)
    page = press_undo(cast.client("max"), page)
    assert "Undone. Access was restored." in text_of(page)
    assert people_in(marketing) == {cast.bo, cast.opal}
    assert people_in(research) == {cast.opal}, "she was in it before"
    actions = Entry.objects.filter(target_label="Bo Lindqvist").order_by("id").values_list("action", flat=True)
    assert list(actions)[-2:] == ["group.member_added", "group.member_removed"]


def test_a_second_press_moves_no_one(cast, marketing, research):
    page = move(cast, cast.bo)
    press_undo(cast.client("max"), page)
    assert "This was already undone." in text_of(press_undo(cast.client("max"), page))
    assert people_in(marketing) == {cast.bo} and not people_in(research)


def test_who_is_back_already_stays_in_the_new_group(cast, marketing, research):
    page = move(cast, cast.bo)
    in_groups([cast.bo], [marketing])
    assert "This was already undone." in text_of(press_undo(cast.client("max"), page))
    assert people_in(marketing) == people_in(research) == {cast.bo}


def test_a_move_is_undone_if_the_new_group_is_gone(cast, marketing, research):
    page = move(cast, cast.bo)
    research.delete()
    assert "Undone. Access was restored." in text_of(press_undo(cast.client("max"), page))
    assert people_in(marketing) == {cast.bo}


def test_a_move_is_not_undone_if_the_old_group_is_gone(cast, marketing, research):
    page = move(cast, cast.bo)
    marketing.delete()
    assert "This wasn’t undone." in text_of(press_undo(cast.client("max"), page))
    assert people_in(research) == {cast.bo}


@pytest.mark.spec("R-6")
def test_a_move_is_not_undone_into_a_group_that_got_a_stronger_role(cast, marketing, research):
    page = move(cast, cast.bo)
    GroupRole.objects.create(organization=cast.acme, group=marketing, role=role_named("admin"))
    assert "You can’t add people to Marketing because it allows more" in text_of(press_undo(cast.client("max"), page))
    assert people_in(research) == {cast.bo} and not people_in(marketing)


@pytest.mark.spec("R-8")
def test_the_last_admin_is_moved_back(cast, marketing, research):
    for group in (marketing, research):
        GroupRole.objects.create(organization=cast.acme, group=group, role=role_named("admin"))
    in_groups([cast.olga], [marketing])
    cast.olga.role_links.update(role=role_named("operator"))
    press_undo(cast.client("olga"), move(cast, cast.olga, who="olga"))
    assert people_in(marketing) == {cast.bo, cast.olga} and not people_in(research)


# --- projects -----------------------------------------------------------------------------------


def test_removed_project_access_is_given_back_to_those_who_had_it(cast):
    website = cast.projects["website"]
    ProjectGrant.objects.create(organization=cast.acme, membership=cast.opal, project=website)
    page = press(cast.client("max"), url("project-removal", cast.bo, cast.opal), project_id=website.pk)
    press_undo(cast.client("max"), page)
    assert {grant.membership for grant in website.grants.exclude(membership=None)} == {cast.opal}
