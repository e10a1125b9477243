"""A button that is pressed twice without JavaScript, or by two people at once, sends one email (I-2)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.services import request_email_change
from console.tests.people import USERS, expire
from invitations.models import Invitation
from organizations.services import remind_two_factor, send_brand_test
from outbox.models import OutgoingEmail
from teamadmin.testing.cast import Cast
from teamadmin.testing.forms import form_on
from teamadmin.testing.html import text_of
from teamadmin.testing.parallel import run_in_parallel

PRESSES = 4


def emails(kind: str) -> int:
    return OutgoingEmail.objects.filter(kind=kind).count()


def page_of(invitation: Invitation, noun: str, view: str = "pending/") -> str:
    return f"{USERS}{invitation.membership_id}/{noun}/?view={view}"


def resend_form(cast: Cast, name: str, invitation: Invitation, noun: str):
    """The form that resends: the entry of the menu's page, or the confirmation."""
    return form_on(cast.client(name), page_of(invitation, noun), "/invitation/")


@pytest.mark.spec("I-2")
@pytest.mark.parametrize("noun", ["menu", "invitation"])
def test_parallel_presses_of_resend_without_javascript_send_one_email(live_cast, noun):
    invitation = live_cast.invite()[0]
    form = resend_form(live_cast, "olga", invitation, noun)
    clients = [live_cast.client("olga") for _ in range(PRESSES)]
    responses = run_in_parallel(PRESSES, lambda number: form.press(clients[number]))
    assert [response.status_code for response in responses] == [302] * PRESSES
    assert emails("invitations.invitation") == 2
    assert Invitation.objects.get(pk=invitation.pk).sends == 2
    texts = [text_of(client.get(USERS)) for client in clients]
    assert sum("Invitation resent to Nadia Petrov." in text for text in texts) == 1
    assert sum("Nadia Petrov’s invitation was already resent." in text for text in texts) == PRESSES - 1


@pytest.mark.spec("I-3")
def test_parallel_presses_on_an_expired_invitation_restart_it_once(live_cast):
    member = expire(live_cast.invite()[0])
    invitation = member.invitations.get()
    form = resend_form(live_cast, "olga", invitation, "invitation")
    clients = [live_cast.client("olga") for _ in range(PRESSES)]
    run_in_parallel(PRESSES, lambda number: form.press(clients[number]))
    after = Invitation.objects.get(pk=invitation.pk)
    assert (after.sends, after.version) == (2, invitation.version + 1)
    assert emails("invitations.invitation") == 2


@pytest.mark.django_db
@pytest.mark.spec("I-2", "I-5")
def test_a_page_from_before_someone_else_resent_sends_nothing_and_says_so(cast):
    invitation = cast.invite()[0]
    forms = {name: resend_form(cast, name, invitation, "invitation") for name in ("olga", "max")}
    clients = {name: cast.client(name) for name in forms}
    for name, form in forms.items():
        assert form.press(clients[name]).status_code == 302
    assert emails("invitations.invitation") == 2
    assert "was already resent" in text_of(clients["max"].get(USERS))
    by_htmx = forms["max"]
    response = clients["max"].post(by_htmx.action, by_htmx.fields, headers={"HX-Request": "true"})
    assert response.status_code == 200 and "was already resent" in response.content.decode()
    assert resend_form(cast, "max", invitation, "invitation").press(clients["max"]).status_code == 302
    assert emails("invitations.invitation") == 3, "a new page sends again"


@pytest.mark.spec("S-1")
@pytest.mark.parametrize("address", ["olga@acme.example", "nobody@acme.example"])
def test_a_reset_link_is_sent_once_for_two_presses(live_cast, address):
    form = form_on(Client(), "/accounts/password/reset/")
    responses = run_in_parallel(2, lambda number: form.press(Client(), email=address))
    assert [response.status_code for response in responses] == [302, 302]
    assert emails("accounts.password_reset") == 1
    form_on(Client(), "/accounts/password/reset/").press(Client(), email=address)
    assert emails("accounts.password_reset") == 2, "another page is another request"
    OutgoingEmail.objects.update(created_at=timezone.now() - timedelta(minutes=1))
    form.press(Client(), email=address)
    assert emails("accounts.password_reset") == 3, "the same page, after no email came"


def test_a_new_address_is_asked_to_confirm_once(live_cast):
    user = live_cast.user("olga")
    run_in_parallel(PRESSES, lambda number: request_email_change(user=user, email="new@acme.example"))
    assert emails("accounts.email_confirmation") == 1
    request_email_change(user=user, email="other@acme.example")
    assert emails("accounts.email_confirmation") == 2


def test_a_test_email_of_the_brand_is_sent_once_a_minute(live_cast):
    run_in_parallel(PRESSES, lambda number: send_brand_test(actor=live_cast.olga))
    assert emails("organizations.brand_test") == 1
    OutgoingEmail.objects.update(created_at=timezone.now() - timedelta(seconds=61))
    send_brand_test(actor=live_cast.olga)
    assert emails("organizations.brand_test") == 2


def test_a_reminder_is_sent_once(live_cast):
    results = run_in_parallel(PRESSES, lambda n: remind_two_factor(actor=live_cast.olga, member=live_cast.bo))
    assert sorted(results) == [False] * (PRESSES - 1) + [True]
    assert emails("organizations.two_factor_reminder") == 1
