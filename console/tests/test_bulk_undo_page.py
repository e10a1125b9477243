"""Undo on the page with the result of a bulk action, and of bulk deactivation in its message (U-22)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from console.bulk import worker
from console.models import BulkAction
from console.tests.bulk_requests import BULK, HTMX, press, url
from console.tests.bulk_runs import run, states
from console.tests.people import USERS, joined
from organizations.models import Group, GroupRole, Membership, MembershipRole, Status
from organizations.services import deactivate_member, reactivate_member
from teamadmin.testing.cast import role_named
from teamadmin.testing.html import text_of
from teamadmin.testing.undo import press_undo, undo_form

pytestmark = [pytest.mark.django_db, pytest.mark.spec("U-15", "U-22")]
OFFER = "You can undo this within a day"


@pytest.fixture
def large(cast, monkeypatch):
    """Let a worker process more than three members."""
    for module in ("services", "confirmation", "views"):
        monkeypatch.setattr(f"console.bulk.{module}.IMMEDIATE_LIMIT", 3)
    return cast


def result_page(action: BulkAction) -> str:
    return f"{BULK}{action.pk}/"


def undo(client, action: BulkAction, data=None):
    return client.post(f"{result_page(action)}undo/", data, follow=True)


def people_in(group: Group) -> set[Membership]:
    return {link.membership for link in group.member_links.select_related("membership")}


def number_of(status: Status) -> int:
    return Membership.objects.filter(last_name="Test", status=status).count()


# --- on the page of the result ------------------------------------------------------------------


def test_what_a_worker_finished_is_undone_by_a_worker(large):
    people, client = joined(large.acme, 5), large.client("olga")
    page = press(client, url("deactivation", *people))
    assert "Deactivating 5 users" in text_of(page) and OFFER not in text_of(page)
    action = BulkAction.objects.get()
    assert worker.process(action.pk, limit=10) is False
    page = client.get(result_page(action), headers=HTMX)
    assert "Deactivated 5 users." in text_of(page) and OFFER in text_of(page)
    page = undo(client, action)
    undone = BulkAction.objects.exclude(pk=action.pk).get()
    assert page.redirect_chain == [(result_page(undone), 302)]
    assert "Undoing “Deactivated 5 users”" in text_of(page) and "0 of 5" in text_of(page)
    running = "This action is being undone Undoing “Deactivated 5 users”"
    assert running in text_of(client.get(result_page(action)))
    worker.process(undone.pk, limit=10)
    page = client.get(result_page(undone))
    assert "Undid “Deactivated 5 users” for 5 users." in text_of(page) and OFFER not in text_of(page)
    assert number_of(Status.ACTIVE) == 5
    page = client.get(result_page(action))
    assert "This action was undone Undid “Deactivated 5 users” for 5 users." in text_of(page)
    assert "Undid “Deactivated 5 users” for 5 users." in text_of(client.get(BULK))


def test_a_second_press_leads_to_the_first_result(cast):
    client, action = cast.client("olga"), run(cast.olga, joined(cast.acme, 2))
    undo(client, action)
    page = undo(client, action)
    assert "This was already undone." in text_of(page) and "Undid “Deactivated 2 users”" in text_of(page)
    assert BulkAction.objects.count() == 2


def test_no_undo_for_what_ran_before_the_update(cast):
    client, action = cast.client("olga"), run(cast.olga, joined(cast.acme, 2))
    assert OFFER in text_of(client.get(result_page(action)))
    action.items.update(taken=None)
    assert OFFER not in text_of(client.get(result_page(action)))


def test_those_whom_someone_changed_are_skipped_and_named(cast):
    people, client = joined(cast.acme, 3), cast.client("olga")
    action = run(cast.olga, people)
    reactivate_member(actor=cast.olga, member=people[0])
    deactivate_member(actor=cast.olga, member=people[0])
    text = text_of(undo(client, action))
    assert "Undid “Deactivated 3 users” for 2 users; 1 was skipped." in text
    assert "Skipped Someone has changed this since then." in text
    assert number_of(Status.DEACTIVATED) == 1


def test_only_the_person_who_started_it_can_undo_it(cast):
    MembershipRole.objects.filter(membership=cast.max).update(role=role_named("admin"))
    action, other = run(cast.olga, joined(cast.acme, 2)), cast.client("max")
    page = other.get(result_page(action))
    assert "Deactivated 2 users." in text_of(page) and OFFER not in text_of(page)
    assert "This wasn’t undone. Only Olga Ivanova can undo this action." in text_of(undo(other, action))
    assert cast.client("tess").post(f"{result_page(action)}undo/").status_code == 404
    assert number_of(Status.DEACTIVATED) == 2


def test_after_a_day_it_is_too_late(cast):
    client, action = cast.client("olga"), run(cast.olga, joined(cast.acme, 2))
    BulkAction.objects.update(finished_at=timezone.now() - timedelta(hours=25))
    assert OFFER not in text_of(client.get(result_page(action)))
    assert "This wasn’t undone. It’s too late to undo this." in text_of(undo(client, action))


def test_without_the_permission_it_is_not_offered(cast):
    action = run(cast.olga, joined(cast.acme, 2))
    MembershipRole.objects.filter(membership=cast.olga).update(role=role_named("manager"))
    client = cast.client("olga")
    assert OFFER not in text_of(client.get(result_page(action)))
    assert "This wasn’t undone. Your role doesn’t include" in text_of(undo(client, action))
    assert number_of(Status.DEACTIVATED) == 2


def test_the_undo_of_the_message_is_known_on_the_page(cast):
    client, group = cast.client("max"), cast.groups["marketing"]
    page = press(client, url("group-removal", cast.bo), group_id=group.pk)
    action = BulkAction.objects.get()
    assert OFFER in text_of(client.get(result_page(action)))
    press_undo(client, page)
    assert "This action was undone" in text_of(client.get(result_page(action)))
    assert "This was already undone." in text_of(undo(client, action))
    assert BulkAction.objects.count() == 1


def test_the_undo_of_ones_own_message_does_not_mark_the_action_of_someone_else(cast):
    MembershipRole.objects.filter(membership=cast.max).update(role=role_named("admin"))
    action, client = run(cast.olga, joined(cast.acme, 2)), cast.client("max")
    page = press(client, url("group-removal", cast.bo), group_id=cast.groups["marketing"].pk)
    _target, fields = undo_form(page)
    assert "Undone. Access was restored." in text_of(undo(client, action, data=fields))
    assert OFFER in text_of(cast.client("olga").get(result_page(action)))


# --- a fresh sign-in ----------------------------------------------------------------------------


@pytest.mark.spec("S-7")
def test_roles_and_groups_with_admin_need_a_fresh_sign_in(cast, settings):
    group = cast.groups["marketing"]
    roles = run(cast.olga, [cast.opal], "role", roles=(role_named("builder"),))
    plain = run(cast.olga, [cast.bo], "group_removal", group=group)
    client = cast.client("olga")
    settings.FRESH_SIGN_IN_MINUTES = 0
    undo(client, roles)
    assert cast.opal.roles.get().key == "builder"
    undo(client, plain)
    assert people_in(group) == {cast.bo}
    again = run(cast.olga, [cast.bo], "group_removal", group=group)
    GroupRole.objects.create(organization=cast.acme, group=group, role=role_named("admin"))
    undo(client, again)
    assert not people_in(group)
    settings.FRESH_SIGN_IN_MINUTES = 15
    undo(client, again)
    undo(client, roles)
    assert people_in(group) == {cast.bo} and cast.opal.roles.get().key == "operator"


# --- bulk deactivation in the request -----------------------------------------------------------


@pytest.mark.parametrize("htmx", [False, True])
def test_bulk_deactivation_is_undone_from_its_message(cast, htmx):
    client, headers = cast.client("olga"), HTMX if htmx else {}
    people = joined(cast.acme, 3)
    page = press(client, url("deactivation", *people, view="?q=test"), headers=headers)
    done = "Deactivated 3 users. They can’t open Acme until they’re reactivated. View results Undo"
    assert done in text_of(page) and number_of(Status.DEACTIVATED) == 3
    target, _fields = undo_form(page)
    reactivate_member(actor=cast.olga, member=people[0])
    page = press_undo(client, page, headers=headers)
    assert "Undid “Deactivated 3 users” for 2 users; 1 was skipped. View results" in text_of(page)
    assert number_of(Status.ACTIVE) == 3 and 'data-tone="warning"' in page.content.decode()
    if htmx:
        assert page.headers["HX-Trigger"] and "<html" not in page.content.decode()
    else:
        assert page.redirect_chain == [(f"{USERS}?q=test", 302)]
    assert "This was already undone." in text_of(client.post(target, {"token": ""}, follow=True))


def test_a_slow_undo_of_the_message_goes_on_on_its_page(cast, monkeypatch):
    monkeypatch.setattr("console.bulk.views.REQUEST_SECONDS", -1.0)
    client = cast.client("olga")
    page = press(client, url("deactivation", *joined(cast.acme, 2)))
    page = press_undo(client, page, headers=HTMX)
    undone = BulkAction.objects.order_by("-created_at")[0]
    assert page.headers["HX-Redirect"] == result_page(undone) and states(undone) == {"todo": 2}


def test_if_no_one_was_deactivated_there_is_no_undo(cast):
    person = joined(cast.acme, 1)[0]
    deactivate_member(actor=cast.olga, member=person)
    BulkAction.objects.all().delete()
    action = run(cast.olga, [person])
    assert (action.done, action.refused) == (0, 1)
    assert OFFER not in text_of(cast.client("olga").get(result_page(action)))
