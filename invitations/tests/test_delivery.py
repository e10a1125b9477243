"""What becomes of invitation emails: in their history, and on the pending member."""

import importlib
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from base.times import NEVER
from invitations.email_keys import EMAIL_KIND
from invitations.models import InvitationEmail
from invitations.queries import invitation_emails, reason_to_wait, undelivered_members
from invitations.services import (
    accept_as_new_user,
    add_expired_invitations,
    follow_emails,
    repair_deliveries,
    resend_invitation,
    withdraw_invitation,
)
from organizations.models import Delivery, Membership
from outbox.models import OutgoingEmail, State
from outbox.services import cancel_emails, deliver_due, hold_outbox, release_outbox
from teamadmin.testing.cast import PASSWORD

pytestmark = pytest.mark.spec("I-8")


@pytest.fixture
def invitation(cast):
    return cast.invite()[0]


def member_of(invitation):
    return Membership.objects.get(pk=invitation.membership_id)


def history(invitation):
    return [(email.get_delivery_display(), email.reason) for email in invitation_emails(invitation)]


def let_time_pass(minutes: int = 60) -> None:
    """Let emails that wait for another try come due."""
    OutgoingEmail.objects.filter(state=State.QUEUED).update(next_attempt_at=timezone.now() - timedelta(seconds=1))


def test_a_new_invitation_is_queued_and_names_its_sender(cast, invitation):
    member, (email,) = member_of(invitation), invitation_emails(invitation)
    assert (member.invite_delivery, email.delivery) == (Delivery.QUEUED, Delivery.QUEUED)
    assert (email.number, email.email, email.sent_by) == (1, "nadia@acme.example", cast.olga.name)
    assert timezone.now() - member.invite_sent_at < timedelta(minutes=1)


@pytest.mark.django_db(transaction=True)
def test_an_accepted_email_is_sent(cast, mail_server, invitation):
    deliver_due()
    assert (member_of(invitation).invite_delivery, history(invitation)) == (Delivery.SENT, [("Sent", "")])
    assert invitation_emails(invitation)[0].answer == "250 OK", "what the server answered"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("reply", "delivery", "reason"),
    [
        ("550 5.1.1 No mailbox here by that name", Delivery.FAILED, "Mailbox doesn’t exist"),
        ("550 No such user here", Delivery.FAILED, "Mailbox doesn’t exist"),
        ("550 5.1.10 Null MX", Delivery.FAILED, "Domain doesn’t accept email"),
        ("550 5.7.2 Members only", Delivery.FAILED, "Server rejected the email"),
        ("452 4.2.2 Mailbox full", Delivery.QUEUED, "Mailbox is full. We’ll try again"),
        ("450 4.7.1 Greylisted", Delivery.QUEUED, "Server rejected the email. We’ll try again"),
    ],
)
def test_what_the_mail_server_answers_is_shown_in_words(cast, mail_server, invitation, reply, delivery, reason):
    mail_server.behaviour.refuse = {"RCPT": reply}
    deliver_due()
    email = invitation_emails(invitation)[0]
    assert (member_of(invitation).invite_delivery, email.delivery) == (delivery, delivery)
    assert (email.reason, email.answer) == (reason, reply)


@pytest.mark.django_db(transaction=True)
def test_while_the_mail_server_refuses_us_email_is_queued_with_the_reason(cast, mail_server, invitation):
    assert reason_to_wait() == ""
    mail_server.behaviour.refuse = {"MAIL": "550 5.1.8 Sender address rejected"}
    deliver_due()
    assert member_of(invitation).invite_delivery == Delivery.QUEUED
    assert reason_to_wait() == "The mail server isn’t accepting our email right now. We’ll try again"
    mail_server.reset()
    let_time_pass()
    OutgoingEmail.objects.update(next_attempt_at=timezone.now() - timedelta(seconds=1))
    connection.cursor().execute("UPDATE outbox_outage SET at = now() - interval '1 hour', until = now()")
    deliver_due()
    assert (history(invitation), reason_to_wait()) == ([("Sent", "")], "")


def test_held_email_says_so(cast, invitation):
    hold_outbox()
    assert history(invitation) == [("Queued", "All email is on hold")]
    release_outbox()
    assert history(invitation) == [("Queued", "")]


def test_a_resend_is_queued_again_and_replaces_the_one_that_waits(cast, invitation):
    resend_invitation(actor=cast.max, member=invitation.membership)
    assert history(invitation) == [("Queued", ""), ("No email", "Replaced by a newer email")]
    assert member_of(invitation).invite_delivery == Delivery.QUEUED
    assert [email.sent_by for email in invitation_emails(invitation)] == [cast.max.name, cast.olga.name]


@pytest.mark.django_db(transaction=True)
def test_a_resend_after_a_failure_has_no_problem_any_more(cast, mail_server, invitation):
    mail_server.behaviour.refuse = {"RCPT": "550 5.1.1 Unknown"}
    deliver_due()
    assert list(undelivered_members(cast.acme)) == [member_of(invitation)]
    before = member_of(invitation).invite_sent_at
    resend_invitation(actor=cast.olga, member=invitation.membership)
    assert list(undelivered_members(cast.acme)) == []
    assert member_of(invitation).invite_sent_at > before


@pytest.mark.django_db(transaction=True)
def test_a_resent_invitation_is_sent_once(cast, mail_server, invitation):
    resend_invitation(actor=cast.olga, member=invitation.membership)
    deliver_due()
    assert len(mail_server.messages) == 1
    assert history(invitation)[0] == ("Sent", "")


@pytest.mark.django_db(transaction=True)
def test_an_email_that_is_not_needed_when_it_is_sent_is_a_problem_while_the_member_is_pending(
    cast, mail_server, invitation
):
    cast.acme.allowed_email_domains = ["elsewhere.example"]
    cast.acme.save()
    deliver_due()
    assert history(invitation) == [("Failed", "The invitation could no longer be accepted")]
    assert member_of(invitation).invite_delivery == Delivery.FAILED


def test_members_who_joined_have_no_delivery(cast, invitation):
    accept_as_new_user(invitation=invitation, password=PASSWORD)
    assert member_of(invitation).invite_delivery == Delivery.NONE
    cancel_emails(subject_ids=[invitation.pk], reason="Late.")
    assert member_of(invitation).invite_delivery == Delivery.NONE


def test_withdrawn_invitations_are_no_problem(cast, invitation):
    withdraw_invitation(actor=cast.olga, member=invitation.membership)
    cancel_emails(subject_ids=[invitation.pk], reason="Withdrawn.")
    assert list(undelivered_members(cast.acme)) == []


def test_members_released_by_an_identity_provider_have_had_no_email(cast):
    member = cast.acme.memberships.create(email="rel@acme.example", first_name="Rel", last_name="Eased")
    (invitation,) = add_expired_invitations(actor=cast.olga, members=[member])
    member.refresh_from_db()
    assert (member.invite_delivery, invitation_emails(invitation)) == (Delivery.NONE, [])
    resend_invitation(actor=cast.olga, member=member)
    member.refresh_from_db()
    assert member.invite_delivery == Delivery.QUEUED
    assert [email.number for email in invitation_emails(invitation)] == [1]


def test_lost_updates_are_found_by_the_hourly_repair(cast, invitation):
    old = timezone.now() - timedelta(hours=1)
    InvitationEmail.objects.update(created_at=old)
    OutgoingEmail.objects.update(state=State.FAILED, last_error="Mail server replied: 550 5.1.1 Unknown")
    repair_deliveries()
    assert history(invitation) == [("Failed", "Mailbox doesn’t exist")]
    assert member_of(invitation).invite_delivery == Delivery.FAILED


def test_emails_that_the_previous_release_queued_are_added(cast, invitation):
    forget(invitation)
    OutgoingEmail.objects.update(state=State.SENT, sent_at=timezone.now())
    repair_deliveries()
    member, (email,) = member_of(invitation), invitation_emails(invitation)
    assert (member.invite_delivery, email.delivery, email.email) == (
        Delivery.SENT,
        Delivery.SENT,
        "nadia@acme.example",
    )
    assert member.invite_sent_at == email.created_at == OutgoingEmail.objects.get(kind=EMAIL_KIND).created_at


def forget(*invitations) -> None:
    """Make the rows those of the previous release."""
    InvitationEmail.objects.all().delete()
    members = Membership.objects.filter(invitations__in=invitations)
    members.update(invite_delivery=Delivery.NONE, invite_sent_at=NEVER)


def test_the_migration_copies_the_states_of_pending_members_in_batches(cast, monkeypatch):
    people = [(f"P{number}", "X", f"p{number}@acme.example") for number in range(5)]
    invitations = cast.invite(people=people)
    resend_invitation(actor=cast.olga, member=invitations[0].membership)
    accept_as_new_user(invitation=invitations[4], password=PASSWORD)
    rows = OutgoingEmail.objects.filter
    rows(subject_id=invitations[1].pk).update(state=State.FAILED, last_error="550 5.1.1 Unknown")
    rows(subject_id=invitations[2].pk).update(state=State.SENT, sent_at=timezone.now())
    rows(subject_id=invitations[3].pk).delete()
    forget(*invitations)
    migration = importlib.import_module("invitations.migrations.0006_delivery_states")
    monkeypatch.setattr(migration, "BATCH", 2)
    for _run in range(2):
        with connection.schema_editor() as editor:
            migration.copy_states(apps, editor)
    found = [member_of(invitation) for invitation in invitations]
    assert [member.invite_delivery for member in found] == [
        Delivery.QUEUED,
        Delivery.FAILED,
        Delivery.SENT,
        Delivery.NONE,
        Delivery.NONE,
    ]
    assert found[3].invite_sent_at == invitations[3].created_at
    assert [email.number for email in invitation_emails(invitations[0])] == [2, 1]
    assert invitation_emails(invitations[1])[0].answer == "550 5.1.1 Unknown"
    assert not InvitationEmail.objects.filter(invitation=invitations[4]).exists()


def test_a_batch_of_a_hundred_takes_few_queries(cast, django_assert_max_num_queries):
    cast.invite(people=[(f"P{number}", "X", f"p{number}@acme.example") for number in range(100)])
    rows = list(OutgoingEmail.objects.all())
    for row in rows:
        row.state = State.SENT
    with django_assert_max_num_queries(8):
        follow_emails(rows)
    assert Membership.objects.filter(invite_delivery=Delivery.SENT).count() == 100
