"""The sweep, the health it reports, retention, and holding a restored copy."""

import time
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.core.management import call_command
from django.utils import timezone

from outbox import queries, services
from outbox.models import FINAL, Heartbeat, OutgoingEmail, State
from outbox.services import housekeeping


def born(days_ago: float) -> UUID:
    """An id of that age, as uuid7() would have made it."""
    return UUID(int=int((time.time() - days_ago * 86400) * 1000) << 80 | uuid4().int >> 48)


@pytest.mark.django_db
def test_health_is_empty_at_first_and_tells_what_waits(rows, mail_server):
    assert queries.health() == {"oldest_due_seconds": None, "last_sweep_seconds": None}
    moment = timezone.now()
    rows(next_attempt_at=moment - timedelta(minutes=7))
    rows(next_attempt_at=moment + timedelta(minutes=7))
    assert queries.health()["oldest_due_seconds"] == pytest.approx(420, abs=5)
    services.sweep()
    health = queries.health()
    assert health["oldest_due_seconds"] is None
    assert health["last_sweep_seconds"] == pytest.approx(0, abs=5)


@pytest.mark.django_db
def test_a_sweep_takes_back_only_what_was_held_too_long(rows, mail_server):
    dead, alive = rows(2, state=State.SENDING, attempts=1, claimed_at=timezone.now())
    OutgoingEmail.objects.filter(pk=dead.pk).update(claimed_at=timezone.now() - timedelta(minutes=6))
    assert services.sweep() == 1
    states = dict(OutgoingEmail.objects.values_list("pk", "state"))
    assert states == {dead.pk: State.SENT, alive.pk: State.SENDING}


@pytest.mark.django_db
def test_a_sweep_notes_that_it_ran_though_the_mail_server_is_away(rows, mail_server):
    rows()
    mail_server.stop()
    services.sweep()
    assert Heartbeat.objects.get().name == "sweep"
    assert OutgoingEmail.objects.get().state == State.QUEUED


@pytest.mark.django_db
def test_old_rows_go_in_slices_and_what_waits_stays(rows, settings):
    for state in State.values:
        sent = timezone.now() if state == State.SENT else None
        for days in (91, 89):
            rows(state=state, sent_at=sent, claimed_at=timezone.now(), id=born(days))
    assert housekeeping.purge(older_than=timedelta(days=90), limit=2) == 2
    assert housekeeping.purge(older_than=timedelta(days=90), limit=2) == 1
    assert OutgoingEmail.objects.filter(state__in=FINAL).count() == 3
    assert OutgoingEmail.objects.exclude(state__in=FINAL).count() == 6


@pytest.mark.django_db
def test_a_restored_copy_holds_its_mail_until_it_is_released(rows, mail_server, capsys):
    rows(2)
    rows(state=State.SENDING, claimed_at=timezone.now(), attempts=1)
    rows(state=State.SENT, sent_at=timezone.now())
    call_command("hold_outbox")
    assert services.sweep() == 0
    assert OutgoingEmail.objects.filter(state=State.HELD).count() == 3
    call_command("hold_outbox", release=True)
    assert capsys.readouterr().out == "3 mails held.\n3 mails released.\n"
    assert services.sweep() == 3
    assert len(mail_server.messages) == 3


@pytest.mark.django_db
def test_the_newest_mail_about_a_subject_is_its_delivery_state(rows):
    first, second = rows(2)
    OutgoingEmail.objects.filter(pk=second.pk).update(subject_id=first.subject_id)
    latest = queries.latest(subject_id=first.subject_id, kind="test")
    assert latest.pk == max(first.pk, second.pk)
    assert queries.latest(subject_id=uuid4(), kind="test") is None


@pytest.mark.django_db
def test_a_sweep_costs_the_same_however_much_was_sent(rows, django_assert_max_num_queries):
    rows(500, state=State.SENT, sent_at=timezone.now())
    with django_assert_max_num_queries(15):
        services.sweep()
