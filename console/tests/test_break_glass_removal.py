"""Removing a break-glass Admin asks first and can be undone (O-4, U-22)."""

import pytest

from audit.models import Entry
from console.tests.test_sso_enforcement import ADMINS, ann, break_glass_url, enforce, okta, ready  # noqa: F401
from organizations.models import Membership, MembershipRole
from organizations.services import add_break_glass, remove_break_glass
from organizations.tests.session_clients import add_app
from teamadmin.testing.cast import role_named
from teamadmin.testing.html import text_of
from teamadmin.testing.sso import with_sso
from teamadmin.testing.undo import press_undo, undo_form

pytestmark = [pytest.mark.django_db, pytest.mark.spec("O-4", "U-22")]
HTMX = {"HX-Request": "true"}
DONE = "Ann Admin is no longer a break-glass Admin."
UNDONE = "Undone. Ann Admin is a break-glass Admin again."


@pytest.fixture
def chosen(ready, ann):  # noqa: F811
    """Ann as a second break-glass Admin."""
    add_app(ann.user)
    Membership.objects.filter(pk=ann.pk).update(is_break_glass=True)
    ann.refresh_from_db()
    return ann


def removal_url(member: Membership) -> str:
    return f"{break_glass_url(member)}removal/"


def is_chosen(member: Membership) -> bool:
    return Membership.objects.get(pk=member.pk).is_break_glass


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_it_asks_first_and_says_what_changes(cast, chosen, headers):
    client = cast.client("olga")
    page = client.get(ADMINS).content.decode()
    assert f'href="{removal_url(chosen)}"' in page and f'action="{removal_url(chosen)}"' not in page
    text = text_of(client.get(removal_url(chosen), headers=headers))
    assert "Remove Ann Admin as a break-glass Admin?" in text
    assert "Ann Admin can’t open Acme with a password while single sign-on is enforced" in text
    assert "Still break-glass Admins: Olga Ivanova" in text and is_chosen(chosen)


def test_where_it_is_enforced_it_says_that_open_sessions_end(cast, chosen):
    client = with_sso(cast.client("olga"), cast.acme)
    enforce(client)
    text = text_of(client.get(removal_url(chosen)))
    assert "Ann Admin can only open Acme with Okta, including in sessions that are already open" in text
    assert "You can only open Acme with Okta." in text_of(client.get(removal_url(cast.olga)))


def test_the_last_one_is_named_as_the_last(cast, ready):  # noqa: F811
    text = text_of(cast.client("olga").get(removal_url(cast.olga)))
    assert "No break-glass Admin is left." in text and "Still break-glass Admins" not in text
    client = with_sso(cast.client("olga"), cast.acme)
    enforce(client)
    response = client.get(removal_url(cast.olga))
    assert response.status_code == 403 and "Acme needs a break-glass Admin" in text_of(response)


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_it_can_be_undone(cast, chosen, headers):
    client = cast.client("olga")
    client.post(removal_url(chosen), headers=headers)
    page = client.get(ADMINS)
    assert f"{DONE} Undo" in text_of(page) and not is_chosen(chosen)
    assert UNDONE in text_of(press_undo(client, page)) and is_chosen(chosen)
    assert "This was already undone." in text_of(press_undo(client, page))
    actions = Entry.objects.filter(action__startswith="sso.break_glass").order_by("at", "pk")
    assert [entry.action for entry in actions] == ["sso.break_glass_removed", "sso.break_glass_added"]


def test_a_later_removal_stays(cast, chosen):
    client = cast.client("olga")
    page = client.post(removal_url(chosen), follow=True)
    add_break_glass(actor=cast.olga, member=chosen)
    remove_break_glass(actor=cast.olga, member=chosen)
    assert "This wasn’t undone. It was changed again in the meantime." in text_of(press_undo(client, page))
    assert not is_chosen(chosen)


def test_a_second_press_only_says_that_they_are_none(cast, chosen):
    client = cast.client("olga")
    client.post(removal_url(chosen))
    page = client.post(removal_url(chosen), follow=True)
    assert "Ann Admin isn’t a break-glass Admin." in text_of(page)
    assert Entry.objects.filter(action="sso.break_glass_removed").count() == 1


def test_undo_is_refused_where_choosing_is(cast, chosen):
    client = cast.client("olga")
    page = client.post(removal_url(chosen), follow=True)
    MembershipRole.objects.filter(membership=chosen).update(role=role_named("operator"))
    assert "This wasn’t undone. Ann Admin isn’t an active Admin." in text_of(press_undo(client, page))
    assert not is_chosen(chosen)


def test_undo_needs_a_fresh_sign_in_and_the_token_of_the_user(cast, chosen, settings):
    client = cast.client("olga")
    target, fields = undo_form(client.post(removal_url(chosen), follow=True))
    assert cast.client("max").post(target, fields).status_code == 403
    assert cast.client("tess").post(target, fields).status_code == 404
    other = target.replace(str(chosen.pk), str(cast.olga.pk))
    assert "It’s too late to undo this. Choose the Admin again" in text_of(client.post(other, fields, follow=True))
    settings.FRESH_SIGN_IN_MINUTES = 0
    assert "/reauthenticate/" in client.post(target, fields)["Location"] and not is_chosen(chosen)


def test_people_who_may_lock_themselves_out_are_not_offered_undo(cast, chosen):
    client = with_sso(cast.client("olga"), cast.acme)
    page = client.post(removal_url(cast.olga), follow=True)
    assert "data-undo" in page.content.decode()
    press_undo(client, page)
    assert "You can become one again at any time." in text_of(client.get(removal_url(cast.olga)))
    enforce(client)
    assert "Another Admin can choose you again." in text_of(client.get(removal_url(cast.olga)))
    page = client.post(removal_url(cast.olga), follow=True)
    assert "Olga Ivanova is no longer a break-glass Admin." in text_of(page)
    assert "data-undo" not in page.content.decode() and not is_chosen(cast.olga)
