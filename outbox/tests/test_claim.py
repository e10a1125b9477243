"""Many workers, one row: only one of them claims it."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections

from outbox import services
from outbox.models import OutgoingEmail, State
from outbox.policies import Failure
from outbox.services import claim

pytestmark = pytest.mark.django_db(transaction=True)

needs_postgresql = pytest.mark.skipif(connection.vendor == "sqlite", reason="threads need a real server")


def in_threads(count: int, work) -> list:
    """Run work() in `count` threads that start together. Each closes its own database connection."""
    barrier = threading.Barrier(count)

    def run(_):
        barrier.wait()
        try:
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def claim_all() -> list:
    claimed = []
    while rows := claim.claim_due(100):
        claimed += [row.pk for row in rows]
    return claimed


@needs_postgresql
def test_four_concurrent_workers_never_claim_a_row_twice(rows):
    expected = {row.pk for row in rows(10_000)}
    claimed = [pk for part in in_threads(4, claim_all) for pk in part]
    assert len(claimed) == 10_000
    assert set(claimed) == expected
    assert set(OutgoingEmail.objects.values_list("state", "attempts")) == {(State.SENDING, 1)}


@needs_postgresql
def test_concurrent_sweeps_and_duplicate_tasks_send_each_email_once(rows, mail_server):
    expected = rows(300)

    def deliver_and_sweep() -> None:
        for row in expected[:20]:
            services.deliver_email(row.pk)
        services.sweep()

    in_threads(4, deliver_and_sweep)
    ids = [received.message["Message-ID"] for received in mail_server.messages]
    assert sorted(ids) == sorted(row.message_id for row in expected)


def test_only_due_rows_are_claimed_oldest_first(rows):
    late, early = rows(2)
    from datetime import timedelta

    OutgoingEmail.objects.filter(pk=early.pk).update(next_attempt_at=early.next_attempt_at - timedelta(hours=1))
    rows(next_attempt_at=late.next_attempt_at + timedelta(hours=1))
    assert [row.pk for row in claim.claim_due(1)] == [early.pk]
    assert [row.pk for row in claim.claim_due(9)] == [late.pk]
    assert claim.claim_due(9) == []


def test_the_first_attempt_ignores_clock_differences(rows):
    from datetime import timedelta

    from django.utils import timezone

    (ahead,) = rows(next_attempt_at=timezone.now() + timedelta(minutes=3))
    assert claim.claim_one(ahead.pk) is not None


def test_a_worker_presumed_dead_cannot_overwrite_the_next_workers_result(rows, make_due):
    (row,) = rows()
    (slow,) = claim.claim_due(1)
    make_due()
    assert claim.requeue_stuck(10) == 1
    (quick,) = claim.claim_due(1)
    claim.mark_failed(slow, Failure(True, "550 no"))
    row.refresh_from_db()
    assert (row.state, row.attempts) == (State.SENDING, 2)
    claim.mark_sent([quick])
    row.refresh_from_db()
    assert row.state == State.SENT


def test_an_email_sent_after_its_row_was_requeued_is_not_sent_again(rows, make_due):
    (row,) = rows()
    (slow,) = claim.claim_due(1)
    make_due()
    claim.requeue_stuck(10)
    claim.mark_sent([slow])
    assert claim.claim_due(1) == []
    row.refresh_from_db()
    assert row.state == State.SENT


def test_an_email_that_kills_workers_is_retried_with_growing_delays_and_fails(rows, make_due):
    (row,) = rows()
    for _ in range(2):
        claim.claim_due(1)
        make_due()
        claim.requeue_stuck(10)
    row.refresh_from_db()
    assert (row.state, row.last_error) == (State.QUEUED, "The worker stopped while sending.")
    assert row.next_attempt_at > row.claimed_at
    assert claim.claim_due(1) == []
    OutgoingEmail.objects.update(attempts=200)
    make_due()
    claim.claim_due(1)
    make_due()
    claim.requeue_stuck(10)
    row.refresh_from_db()
    assert row.state == State.FAILED


def test_a_claim_is_one_short_transaction(rows, django_assert_num_queries):
    rows(50)
    with django_assert_num_queries(4):
        claim.claim_due(50)
