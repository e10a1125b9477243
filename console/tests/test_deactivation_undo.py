"""Deactivating a member can be undone (U-10, U-22)."""

import pytest

from audit.models import Entry
from console.tests.people import USERS
from organizations.models import Membership, MembershipRole, Organization, Status
from organizations.services import deactivate_member, delete_member, reactivate_member
from teamadmin.testing.cast import role_named
from teamadmin.testing.html import text_of
from teamadmin.testing.undo import press_undo, undo_form

pytestmark = [pytest.mark.django_db, pytest.mark.spec("U-10", "U-22")]
HTMX = {"HX-Request": "true"}
DONE = "Bo Lindqvist was deactivated. They can’t open Acme until they’re reactivated. Undo"
UNDONE = "Undone. Bo Lindqvist was reactivated and can sign in again."


def deactivate(client, member, view="", **options):
    query = f"?view={view}" if view else ""
    return client.post(f"{USERS}{member.pk}/deactivation/{query}", {"seen": "active"}, follow=True, **options)


def status(member) -> str:
    return Membership.objects.get(pk=member.pk).status


def test_it_is_undone_on_the_list_that_it_was_opened_from(cast):
    client = cast.client("olga")
    page = deactivate(client, cast.bo, view="%3Fq%3Dbo")
    assert DONE in text_of(page) and status(cast.bo) == Status.DEACTIVATED
    page = press_undo(client, page)
    assert UNDONE in text_of(page) and page.redirect_chain[-1][0] == f"{USERS}?q=bo"
    assert status(cast.bo) == Status.ACTIVE
    assert "This was already undone." in text_of(press_undo(client, deactivate_and_undo(client, cast.bo)))
    assert Entry.objects.filter(action="member.reactivated", target_id=cast.bo.pk).count() == 2


def deactivate_and_undo(client, member):
    """Return the page with an Undo that was pressed already."""
    page = deactivate(client, member)
    press_undo(client, page)
    return page


def test_htmx_updates_the_row(cast):
    client = cast.client("olga")
    page = deactivate(client, cast.bo, headers=HTMX)
    assert DONE in text_of(page)
    page = press_undo(client, page, headers=HTMX)
    html = page.content.decode()
    assert UNDONE in text_of(page) and f'id="user-{cast.bo.pk}"' in html and "Active" in html
    assert status(cast.bo) == Status.ACTIVE


def test_undo_follows_the_rules_of_reactivating(cast):
    client = cast.client("olga")
    page = deactivate(client, cast.bo)
    target, fields = undo_form(page)
    assert "It’s too late to undo this." in text_of(cast.client("max").post(target, fields, follow=True))
    assert cast.client("opal").post(target, fields).status_code == 403
    assert cast.client("tess").post(target, fields).status_code == 404
    Organization.objects.filter(pk=cast.acme.pk).update(seat_limit=1)
    assert "This wasn’t undone." in text_of(press_undo(client, page))
    Organization.objects.filter(pk=cast.acme.pk).update(seat_limit=0)
    MembershipRole.objects.filter(membership=cast.olga).update(role=role_named("manager"))
    text = text_of(press_undo(client, page))
    assert "This wasn’t undone." in text and status(cast.bo) == Status.DEACTIVATED


def test_a_later_deactivation_stays(cast):
    client = cast.client("olga")
    page = deactivate(client, cast.bo)
    reactivate_member(actor=cast.olga, member=cast.bo)
    deactivate_member(actor=cast.olga, member=cast.bo)
    assert "This wasn’t undone. It was changed again in the meantime." in text_of(press_undo(client, page))
    assert status(cast.bo) == Status.DEACTIVATED


def test_a_deleted_member_is_not_found(cast):
    client = cast.client("olga")
    page = deactivate(client, cast.bo)
    delete_member(actor=cast.olga, member=cast.bo)
    assert press_undo(client, page).status_code == 404
