"""The sweep, the health report, retention, and holding email in a restored copy."""

import time
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.core.management import call_command
from django.utils import timezone

from outbox import queries, services
from outbox.models import FINAL, Heartbeat, OutgoingEmail, State
from outbox.services import maintenance


def id_created(days_ago: float) -> UUID:
    """Return an id that uuid7() could have created `days_ago` days ago."""
    return UUID(int=int((time.time() - days_ago * 86400) * 1000) << 80 | uuid4().int >> 48)


@pytest.mark.django_db
def test_health_is_empty_at_first_and_reports_the_oldest_due_email(rows, mail_server):
    assert queries.health() == {"oldest_due_seconds": None, "last_sweep_seconds": None}
    now = timezone.now()
    rows(next_attempt_at=now - timedelta(minutes=7))
    rows(next_attempt_at=now + timedelta(minutes=7))
    assert queries.health()["oldest_due_seconds"] == pytest.approx(420, abs=5)
    services.sweep()
    health = queries.health()
    assert health["oldest_due_seconds"] is None
    assert health["last_sweep_seconds"] == pytest.approx(0, abs=5)


@pytest.mark.django_db
def test_a_sweep_requeues_only_rows_past_their_lease(rows, mail_server):
    dead, alive = rows(2, state=State.SENDING, attempts=1, claimed_at=timezone.now())
    OutgoingEmail.objects.filter(pk=dead.pk).update(claimed_at=timezone.now() - timedelta(minutes=6))
    assert services.sweep() == 1
    states = dict(OutgoingEmail.objects.values_list("pk", "state"))
    assert states == {dead.pk: State.SENT, alive.pk: State.SENDING}


@pytest.mark.django_db
def test_a_sweep_records_that_it_ran_even_if_the_mail_server_is_down(rows, mail_server):
    rows()
    mail_server.stop()
    services.sweep()
    assert Heartbeat.objects.get().name == "sweep"
    assert OutgoingEmail.objects.get().state == State.QUEUED


@pytest.mark.django_db
def test_old_rows_are_deleted_in_batches_unless_unfinished(rows, settings):
    for state in State.values:
        sent = timezone.now() if state == State.SENT else None
        for days in (91, 89):
            rows(state=state, sent_at=sent, claimed_at=timezone.now(), id=id_created(days))
    assert maintenance.purge(older_than=timedelta(days=90), limit=2) == 2
    assert maintenance.purge(older_than=timedelta(days=90), limit=2) == 1
    assert OutgoingEmail.objects.filter(state__in=FINAL).count() == 3
    assert OutgoingEmail.objects.exclude(state__in=FINAL).count() == 6


@pytest.mark.django_db
def test_a_restored_copy_holds_its_email_until_released(rows, mail_server, capsys):
    rows(2)
    rows(state=State.SENDING, claimed_at=timezone.now(), attempts=1)
    rows(state=State.SENT, sent_at=timezone.now())
    call_command("hold_outbox")
    assert services.sweep() == 0
    assert OutgoingEmail.objects.filter(state=State.HELD).count() == 3
    call_command("hold_outbox", release=True)
    assert capsys.readouterr().out == "Held 3 emails.\nReleased 3 emails.\n"
    assert services.sweep() == 3
    assert len(mail_server.messages) == 3


@pytest.mark.django_db
def test_latest_email_is_the_newest_about_the_subject(rows):
    first, second = rows(2)
    OutgoingEmail.objects.filter(pk=second.pk).update(subject_id=first.subject_id)
    latest = queries.latest_email(subject_id=first.subject_id, kind="test")
    assert latest.pk == max(first.pk, second.pk)
    assert queries.latest_email(subject_id=uuid4(), kind="test") is None


@pytest.mark.django_db
def test_the_cost_of_a_sweep_does_not_depend_on_sent_rows(rows, django_assert_max_num_queries):
    rows(500, state=State.SENT, sent_at=timezone.now())
    with django_assert_max_num_queries(15):
        services.sweep()
