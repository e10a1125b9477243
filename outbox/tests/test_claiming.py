"""Many workers, one row: only one of them has it."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections

from outbox import services
from outbox.models import OutgoingEmail, State
from outbox.policies import Verdict
from outbox.services import claiming

pytestmark = pytest.mark.django_db(transaction=True)

needs_postgresql = pytest.mark.skipif(connection.vendor == "sqlite", reason="threads need a real server")


def in_threads(count: int, work) -> list:
    """work() in `count` threads that start together; each ends its own database connection."""
    gate = threading.Barrier(count)

    def run(_):
        gate.wait()
        try:
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def claim_all() -> list:
    taken = []
    while some := claiming.claim_due(100):
        taken += [row.pk for row in some]
    return taken


@needs_postgresql
def test_four_sweepers_on_many_rows_never_take_one_twice(rows):
    expected = {row.pk for row in rows(10_000)}
    taken = [pk for part in in_threads(4, claim_all) for pk in part]
    assert len(taken) == 10_000
    assert set(taken) == expected
    assert set(OutgoingEmail.objects.values_list("state", "attempts")) == {(State.SENDING, 1)}


@needs_postgresql
def test_four_sweepers_and_doubled_messages_mail_each_row_once(rows, mail_server):
    expected = rows(300)

    def sweep_and_repeat() -> None:
        for row in expected[:20]:
            services.deliver_email(row.pk)
        services.sweep()

    in_threads(4, sweep_and_repeat)
    ids = [received.message["Message-ID"] for received in mail_server.messages]
    assert sorted(ids) == sorted(row.message_id for row in expected)


def test_only_due_rows_are_taken_oldest_first(rows):
    late, early = rows(2)
    from datetime import timedelta

    OutgoingEmail.objects.filter(pk=early.pk).update(next_attempt_at=early.next_attempt_at - timedelta(hours=1))
    rows(next_attempt_at=late.next_attempt_at + timedelta(hours=1))
    assert [row.pk for row in claiming.claim_due(1)] == [early.pk]
    assert [row.pk for row in claiming.claim_due(9)] == [late.pk]
    assert claiming.claim_due(9) == []


def test_a_first_try_does_not_wait_for_a_clock_that_is_behind(rows):
    from datetime import timedelta

    from django.utils import timezone

    (ahead,) = rows(next_attempt_at=timezone.now() + timedelta(minutes=3))
    assert claiming.claim_one(ahead.pk) is not None


def test_a_worker_that_was_taken_for_dead_cannot_overwrite_its_successor(rows, make_due):
    (row,) = rows()
    (slow,) = claiming.claim_due(1)
    make_due()
    assert claiming.reclaim_stuck(10) == 1
    (quick,) = claiming.claim_due(1)
    claiming.mark_failed(slow, Verdict(True, "550 no"))
    row.refresh_from_db()
    assert (row.state, row.attempts) == (State.SENDING, 2)
    claiming.mark_sent([quick])
    row.refresh_from_db()
    assert row.state == State.SENT


def test_a_mail_that_went_out_late_is_not_sent_again(rows, make_due):
    (row,) = rows()
    (slow,) = claiming.claim_due(1)
    make_due()
    claiming.reclaim_stuck(10)
    claiming.mark_sent([slow])
    assert claiming.claim_due(1) == []
    row.refresh_from_db()
    assert row.state == State.SENT


def test_a_mail_that_kills_its_workers_comes_back_ever_later_and_is_parked(rows, make_due):
    (row,) = rows()
    for _ in range(2):
        claiming.claim_due(1)
        make_due()
        claiming.reclaim_stuck(10)
    row.refresh_from_db()
    assert (row.state, row.last_error) == (State.QUEUED, "The worker stopped while sending.")
    assert row.next_attempt_at > row.claimed_at
    assert claiming.claim_due(1) == []
    OutgoingEmail.objects.update(attempts=200)
    make_due()
    claiming.claim_due(1)
    make_due()
    claiming.reclaim_stuck(10)
    row.refresh_from_db()
    assert row.state == State.FAILED


def test_the_claim_is_one_short_transaction(rows, django_assert_num_queries):
    rows(50)
    with django_assert_num_queries(4):
        claiming.claim_due(50)
