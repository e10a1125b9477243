"""Sending a batch: all or nothing, only once, and with valid input."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from audit.models import Entry
from base.policies import Refused
from invitations.models import Batch, Invitation
from invitations.services import BatchInvalid, DraftChanged, save_draft, send_batch
from organizations.models import GroupMembership, Membership, ProjectGrant, Scheme, Status
from organizations.queries import direct_roles_of
from outbox.models import OutgoingEmail
from teamadmin.testing.cast import role_named

THREE = [
    ("Nadia", "Petrov", "nadia@acme.example"),
    ("Samuel", "Osei", "Samuel.Osei@Acme.example"),
    ("Łucja", "Żak", "lucja@bücher.example"),
]


def send(actor, batch):
    return send_batch(actor=actor, batch=batch, version=batch.version)


@pytest.mark.spec("W-3", "W-11", "I-1")
def test_batch_creates_members_invitations_audit_entries_and_emails(cast):
    before = timezone.now()
    marketing, ledger = cast.groups["marketing"], cast.projects["ledger"]
    invitations = cast.invite(
        people=THREE, role="operator", group_ids=[str(marketing.pk)], project_ids=[str(ledger.pk)], reason="Hello"
    )
    members = [invitation.membership for invitation in invitations]
    assert [member.name for member in members] == ["Nadia Petrov", "Samuel Osei", "Łucja Żak"]
    assert [member.email_key for member in members] == [
        "nadia@acme.example",
        "samuel.osei@acme.example",
        "lucja@xn--bcher-kva.example",
    ]
    for member in members:
        assert member.status == Status.INVITED and member.user is None and member.invited_by == cast.olga
        assert [role.key for role in direct_roles_of(member)] == ["operator"]
        assert before + timedelta(days=30) <= member.invite_expires_at <= timezone.now() + timedelta(days=30)
    assert GroupMembership.objects.filter(group=marketing, membership__in=members).count() == 3
    assert ProjectGrant.objects.filter(project=ledger, membership__in=members).count() == 3
    assert Entry.objects.filter(action="invitation.created", actor_id=cast.olga.pk).count() == 3
    emails = OutgoingEmail.objects.filter(kind="invitations.invitation")
    assert {email.subject_id for email in emails} == {invitation.pk for invitation in invitations}
    assert {email.key for email in emails} == {f"invitation:{invitation.pk}:1" for invitation in invitations}


@pytest.mark.spec("W-11")
def test_sending_twice_sends_once(cast):
    batch = cast.draft(people=THREE)
    first, sent = send(cast.olga, batch)
    second, again = send(cast.olga, batch)
    assert (sent, again) == (True, False) and first == second
    assert Invitation.objects.count() == Membership.objects.filter(status=Status.INVITED).count() == 3
    assert OutgoingEmail.objects.count() == 3


@pytest.mark.spec("W-11", "W-4")
def test_one_invalid_row_prevents_sending(cast):
    people = [*THREE, ("Bo", "Again", "BO@acme.example"), ("Twice", "Over", "nadia@ACME.example")]
    batch = cast.draft(people=people)
    with pytest.raises(BatchInvalid) as caught:
        send(cast.olga, batch)
    assert set(caught.value.errors.people) == {3, 4}
    assert not Invitation.objects.exists() and not OutgoingEmail.objects.exists()
    batch.refresh_from_db()
    assert batch.sent_at is None and len(batch.people) == 5


@pytest.mark.spec("W-11")
def test_failure_rolls_everything_back(cast, monkeypatch):
    batch = cast.draft(people=THREE)

    def fail(*args, **kwargs):
        raise IntegrityError("no room")

    monkeypatch.setattr("invitations.services.batches.queue_first_emails", fail)
    with pytest.raises(IntegrityError), transaction.atomic():
        send(cast.olga, batch)
    assert not Membership.objects.filter(status=Status.INVITED).exists()
    assert not Entry.objects.filter(action="invitation.created").exists()
    assert Batch.objects.get(pk=batch.pk).sent_at is None


@pytest.mark.spec("W-1", "R-4")
@pytest.mark.parametrize("name", ["bo", "opal"])
def test_builders_and_operators_cannot_create_drafts(cast, name):
    with pytest.raises(Refused):
        cast.draft(getattr(cast, name))


@pytest.mark.spec("W-1")
def test_enforced_sso_prevents_sending(cast):
    batch = cast.draft()
    cast.acme.sso_enforced = True
    cast.acme.save()
    cast.olga.refresh_from_db()
    with pytest.raises(Refused, match="identity provider"):
        send(cast.olga, batch)


@pytest.mark.spec("R-6")
def test_manager_cannot_give_admin(cast):
    batch = cast.draft(cast.max, role="admin")
    with pytest.raises(BatchInvalid) as caught:
        send(cast.max, batch)
    assert "more than yours" in caught.value.errors.general["roles"]
    assert not Invitation.objects.exists()


@pytest.mark.spec("R-6", "R-2")
def test_role_of_other_scheme_is_rejected(cast):
    foreign = role_named("read_only", Scheme.TASK)
    batch = cast.draft()
    batch.role_ids = [str(foreign.pk)]
    batch.save()
    with pytest.raises(BatchInvalid) as caught:
        send(cast.olga, batch)
    assert "roles" in caught.value.errors.general


@pytest.mark.spec("A-5", "W-5", "W-6")
@pytest.mark.parametrize("field", ["group_ids", "project_ids"])
def test_group_or_project_of_other_organization_is_rejected(cast, field):
    foreign = cast.globex_group if field == "group_ids" else cast.globex_project
    batch = cast.draft(**{field: [str(foreign.pk)]})
    with pytest.raises(BatchInvalid) as caught:
        send(cast.olga, batch)
    assert field.removesuffix("_ids") + "s" in caught.value.errors.general
    assert not Membership.objects.filter(status=Status.INVITED).exists()


@pytest.mark.spec("W-12")
def test_second_tab_cannot_overwrite_or_send_unseen_changes(cast):
    batch = cast.draft()
    save_draft(actor=cast.olga, batch=batch, version=1, reason="From the first tab")
    with pytest.raises(DraftChanged) as caught:
        save_draft(actor=cast.olga, batch=batch, version=1, reason="From the second tab")
    assert caught.value.batch.reason == "From the first tab"
    with pytest.raises(DraftChanged):
        send_batch(actor=cast.olga, batch=batch, version=1)
    assert not Invitation.objects.exists()


@pytest.mark.spec("W-11")
def test_names_and_reason_are_cleaned(cast):
    batch = cast.draft(people=[("  Zoe\u0308 ", "O'Brien", " zoe@acme.example ")], reason="One\r\nTwo  ")
    send(cast.olga, batch)
    member = Membership.objects.get(email_key="zoe@acme.example")
    assert (member.first_name, member.last_name) == ("Zoë", "O'Brien")
    batch.refresh_from_db()
    assert batch.reason == "One\nTwo"
