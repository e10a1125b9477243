"""Concurrent tabs, double clicks and inviters: on PostgreSQL, with real threads."""

import pytest
from django.urls import reverse

from base.ids import uuid7
from invitations.models import Batch, Invitation
from invitations.services import BatchInvalid, send_batch, withdraw_invitation
from invitations.tests.wizard_helpers import pending_after
from organizations.models import Membership, Status
from outbox.models import OutgoingEmail
from teamadmin.testing.parallel import on_postgresql, run_in_parallel


@pytest.fixture(autouse=True)
def _postgresql(transactional_db):
    if not on_postgresql():
        pytest.skip("SQLite has one writer")


@pytest.mark.spec("W-11")
def test_twenty_presses_of_done_send_one_batch(live_cast):
    batch = live_cast.draft()
    results = run_in_parallel(20, lambda _: send_batch(actor=live_cast.olga, batch=batch, version=batch.version)[1])
    assert results.count(True) == 1 and results.count(False) == 19
    assert Invitation.objects.count() == OutgoingEmail.objects.count() == 1


@pytest.mark.spec("W-4", "W-11")
def test_two_inviters_of_one_address_create_one_invitation(live_cast):
    drafts = [
        (live_cast.olga, live_cast.draft(live_cast.olga, people=[("A", "One", "A@acme.example")])),
        (live_cast.max, live_cast.draft(live_cast.max, people=[("A", "Two", "a@ACME.example")])),
    ]

    def send(number):
        actor, batch = drafts[number % 2]
        return send_batch(actor=actor, batch=batch, version=batch.version)[1]

    results = run_in_parallel(10, send)
    assert results.count(True) == 1
    assert {type(result) for result in results} == {bool, BatchInvalid}
    assert Membership.objects.filter(email_key="a@acme.example", status=Status.INVITED).count() == 1
    assert OutgoingEmail.objects.count() == 1


@pytest.mark.spec("I-9")
def test_concurrent_withdrawals_happen_once(live_cast):
    member = live_cast.invite()[0].membership
    results = run_in_parallel(8, lambda _: withdraw_invitation(actor=live_cast.olga, member=member))
    assert results.count(True) == 1 and results.count(False) == 7
    assert not Membership.objects.filter(pk=member.pk).exists()


@pytest.mark.spec("W-11")
def test_concurrent_done_requests_all_redirect_to_pending(live_cast):
    batch = live_cast.draft()
    address = reverse("user_add_personalize", args=["acme", batch.pk])
    form = {"reason": "Hello", "welcome_page": "homepage", "version": batch.version}
    clients = [live_cast.client("olga") for _ in range(10)]
    responses = run_in_parallel(10, lambda n: clients[n].post(address, form))
    assert {(response.status_code, response["Location"]) for response in responses} == {(302, pending_after(batch))}
    assert Invitation.objects.count() == OutgoingEmail.objects.count() == 1


@pytest.mark.spec("W-12")
def test_concurrent_empty_forms_create_one_draft(live_cast):
    form = {"first_name": "A", "last_name": "B", "email": "a@acme.example", "draft": str(uuid7()), "version": 0}
    clients = [live_cast.client("olga") for _ in range(10)]
    responses = run_in_parallel(10, lambda n: clients[n].post(reverse("user_add_people", args=["acme"]), form))
    assert {response.status_code for response in responses} == {302}
    assert Batch.objects.count() == 1
