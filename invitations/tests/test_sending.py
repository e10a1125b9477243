"""Sending a batch: all or nothing, once, and to the right people."""

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
def test_a_batch_makes_members_invitations_audit_and_mails(cast):
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
    mails = OutgoingEmail.objects.filter(kind="invitations.invitation")
    assert {mail.subject_id for mail in mails} == {invitation.pk for invitation in invitations}
    assert {mail.key for mail in mails} == {f"invitation:{invitation.pk}:1" for invitation in invitations}


@pytest.mark.spec("W-11")
def test_done_twice_sends_once(cast):
    batch = cast.draft(people=THREE)
    first, sent = send(cast.olga, batch)
    second, again = send(cast.olga, batch)
    assert (sent, again) == (True, False) and first == second
    assert Invitation.objects.count() == Membership.objects.filter(status=Status.INVITED).count() == 3
    assert OutgoingEmail.objects.count() == 3


@pytest.mark.spec("W-11", "W-4")
def test_one_bad_row_sends_nothing_and_names_it(cast):
    people = [*THREE, ("Bo", "Again", "BO@acme.example"), ("Twice", "Over", "nadia@ACME.example")]
    batch = cast.draft(people=people)
    with pytest.raises(BatchInvalid) as caught:
        send(cast.olga, batch)
    assert set(caught.value.problems.people) == {3, 4}
    assert not Invitation.objects.exists() and not OutgoingEmail.objects.exists()
    batch.refresh_from_db()
    assert batch.sent_at is None and len(batch.people) == 5


@pytest.mark.spec("W-11")
def test_a_failure_half_way_leaves_nothing(cast, monkeypatch):
    batch = cast.draft(people=THREE)

    def fail(*args, **kwargs):
        raise IntegrityError("no room")

    monkeypatch.setattr("invitations.services.sending.queue_emails", fail)
    with pytest.raises(IntegrityError), transaction.atomic():
        send(cast.olga, batch)
    assert not Membership.objects.filter(status=Status.INVITED).exists()
    assert not Entry.objects.filter(action="invitation.created").exists()
    assert Batch.objects.get(pk=batch.pk).sent_at is None


@pytest.mark.spec("W-1", "R-4")
@pytest.mark.parametrize("name", ["bo", "opal"])
def test_builders_and_operators_add_nobody(cast, name):
    with pytest.raises(Refused):
        cast.draft(getattr(cast, name))


@pytest.mark.spec("W-1")
def test_enforced_sso_stops_a_draft_that_was_open(cast):
    batch = cast.draft()
    cast.acme.sso_enforced = True
    cast.acme.save()
    cast.olga.refresh_from_db()
    with pytest.raises(Refused, match="identity provider"):
        send(cast.olga, batch)


@pytest.mark.spec("R-6")
def test_a_manager_cannot_give_admin(cast):
    batch = cast.draft(cast.max, role="admin")
    with pytest.raises(BatchInvalid) as caught:
        send(cast.max, batch)
    assert "more than yours" in caught.value.problems.general["roles"]
    assert not Invitation.objects.exists()


@pytest.mark.spec("R-6", "R-2")
def test_a_role_of_the_other_scheme_is_refused(cast):
    foreign = role_named("read_only", Scheme.TASK)
    batch = cast.draft()
    batch.role_ids = [str(foreign.pk)]
    batch.save()
    with pytest.raises(BatchInvalid) as caught:
        send(cast.olga, batch)
    assert "roles" in caught.value.problems.general


@pytest.mark.spec("A-5", "W-5", "W-6")
@pytest.mark.parametrize("field", ["group_ids", "project_ids"])
def test_another_organizations_group_or_project_is_refused(cast, field):
    foreign = cast.globex_group if field == "group_ids" else cast.globex_project
    batch = cast.draft(**{field: [str(foreign.pk)]})
    with pytest.raises(BatchInvalid) as caught:
        send(cast.olga, batch)
    assert field.removesuffix("_ids") + "s" in caught.value.problems.general
    assert not Membership.objects.filter(status=Status.INVITED).exists()


@pytest.mark.spec("W-12")
def test_a_second_tab_cannot_overwrite_or_send_what_it_has_not_seen(cast):
    batch = cast.draft()
    save_draft(actor=cast.olga, batch=batch, version=1, reason="From the first tab")
    with pytest.raises(DraftChanged) as caught:
        save_draft(actor=cast.olga, batch=batch, version=1, reason="From the second tab")
    assert caught.value.batch.reason == "From the first tab"
    with pytest.raises(DraftChanged):
        send_batch(actor=cast.olga, batch=batch, version=1)
    assert not Invitation.objects.exists()


@pytest.mark.spec("W-11")
def test_texts_are_stored_clean(cast):
    batch = cast.draft(people=[("  Zoe\u0308 ", "O'Brien", " zoe@acme.example ")], reason="One\r\nTwo  ")
    send(cast.olga, batch)
    member = Membership.objects.get(email_key="zoe@acme.example")
    assert (member.first_name, member.last_name) == ("Zoë", "O'Brien")
    batch.refresh_from_db()
    assert batch.reason == "One\nTwo"
