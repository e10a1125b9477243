"""Updates of an email that arrive at the same time as each other, a resend or a correction: no deadlock, one result."""

import pytest
from anymail.signals import AnymailTrackingEvent, EventType

from invitations.models import InvitationEmail
from invitations.services import correct_address, resend_invitation
from organizations.models import Delivery, Membership
from organizations.services import lock_organization
from outbox.models import OutgoingEmail, State
from outbox.services import hold_outbox, record_events
from outbox.services.claim import mark_sent
from teamadmin.testing.parallel import on_postgresql, run_in_parallel, while_waiting

pytestmark = [
    pytest.mark.spec("I-8"),
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not on_postgresql(), reason="SQLite has one writer"),
]


def report(row: OutgoingEmail, kind: str) -> int:
    return record_events([AnymailTrackingEvent(event_type=kind, metadata={"outbox": str(row.pk)})])


def start_sending(invitation) -> OutgoingEmail:
    row = OutgoingEmail.objects.get(subject_id=invitation.pk)
    OutgoingEmail.objects.filter(pk=row.pk).update(state=State.SENDING, claimed_at=row.created_at, attempts=1)
    row.refresh_from_db()
    return row


def test_replays_at_once_and_the_worker_end_in_the_last_state(live_cast):
    invitation = live_cast.invite()[0]
    row = start_sending(invitation)
    kinds = [EventType.DELIVERED, EventType.BOUNCED, EventType.DEFERRED]

    def press(number: int) -> object:
        return mark_sent([row]) if number == 0 else report(row, kinds[number % 3])

    results = run_in_parallel(8, press)
    assert not [result for result in results if isinstance(result, Exception)]
    assert Membership.objects.get(pk=invitation.membership_id).invite_delivery == Delivery.BOUNCED
    assert InvitationEmail.objects.get().delivery == Delivery.BOUNCED
    assert OutgoingEmail.objects.get(pk=row.pk).state == State.SENT


@pytest.mark.parametrize("change", ["resend", "correct"])
def test_updates_of_the_older_email_during_a_change_leave_the_newer_one_queued(live_cast, change):
    invitation = live_cast.invite()[0]
    row, member = start_sending(invitation), invitation.membership
    changes = {
        "resend": lambda: resend_invitation(actor=live_cast.olga, member=member),
        "correct": lambda: correct_address(actor=live_cast.olga, member=member, email="right@acme.example"),
    }
    results = run_in_parallel(
        5, lambda number: changes[change]() if number == 0 else report(row, [EventType.BOUNCED, "sent"][number % 2])
    )
    assert not [result for result in results if isinstance(result, Exception)]
    mark_sent([row])
    assert Membership.objects.get(pk=member.pk).invite_delivery == Delivery.QUEUED
    newer, older = InvitationEmail.objects.order_by("-number")
    assert (newer.delivery, older.delivery) == (Delivery.QUEUED, Delivery.BOUNCED)


@pytest.mark.spec("I-11", "R-6")
def test_an_actor_who_was_demoted_while_waiting_corrects_nothing(live_cast):
    member = live_cast.invite()[0].membership
    (result,) = while_waiting(
        lambda: lock_organization(live_cast.acme.pk),
        lambda: Membership.objects.filter(pk=live_cast.max.pk).update(status="deactivated"),
        lambda: correct_address(actor=live_cast.max, member=member, email="right@acme.example"),
    )
    assert isinstance(result, Exception)
    assert Membership.objects.get(pk=member.pk).email == "nadia@acme.example"


@pytest.mark.parametrize("change", ["hold", "sent"])
def test_a_resend_and_a_change_of_the_email_that_waits_do_not_deadlock(live_cast, change, caplog):
    """A resend locks the member, then the email that waits."""
    invitation = live_cast.invite()[0]
    row, member = OutgoingEmail.objects.get(subject_id=invitation.pk), invitation.membership
    changes = {"hold": hold_outbox, "sent": lambda: mark_sent([row])}
    (result,) = while_waiting(
        lambda: Membership.objects.select_for_update().get(pk=member.pk),
        lambda: resend_invitation(actor=live_cast.olga, member=member),
        changes[change],
    )
    assert not isinstance(result, Exception), result
    assert "Outbox listener" not in caplog.text
    assert Membership.objects.get(pk=member.pk).invite_delivery == Delivery.QUEUED
    newer, older = InvitationEmail.objects.order_by("-number")
    assert newer.delivery == Delivery.QUEUED
    assert older.delivery == (Delivery.NONE if change == "hold" else Delivery.SENT)
