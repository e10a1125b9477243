"""Run functions in parallel threads."""

import threading
from collections.abc import Callable
from typing import Any

from django.db import connection, connections, transaction

from teamadmin.testing.processes import wait_until

# Seconds after which threads count as hanging. Long, because a busy machine is no failure: twenty presses that each
# wait for the one before can take minutes.
HANGING = 300


def run_in_parallel(times: int, press: Callable[[int], Any]) -> list[Any]:
    """Call press(0) ... press(times - 1) in as many threads, all released together.

    Return what each call returned or raised, in order. Needs committed data (transactional_db). Fails if a call hangs.
    """
    gate = threading.Barrier(times)
    results: list[Any] = [None] * times

    def run(number: int) -> None:
        try:
            gate.wait(HANGING)
            results[number] = press(number)
        except Exception as error:
            results[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(HANGING)
    assert not any(thread.is_alive() for thread in threads), f"not within {HANGING} s: {results}"
    return results


def on_postgresql() -> bool:
    """Return False on SQLite, which has a single writer, so there are no races to test."""
    return connection.vendor == "postgresql"


def while_waiting(lock: Callable[[], Any], change: Callable[[], Any], *presses: Callable[[], Any]) -> list[Any]:
    """Return what the calls returned or raised that waited for a lock while `change` was committed.

    `lock` takes the lock in a transaction. Once all calls wait for it, `change` runs (say, the demotion that came
    first) and the transaction commits. Raise AssertionError if a call does not wait.
    """
    results: list[Any] = []
    thread = threading.Thread(
        target=lambda: results.extend(run_in_parallel(len(presses), lambda number: presses[number]()))
    )
    try:
        with transaction.atomic():
            lock()
            thread.start()
            wait_until(lambda: waiting() >= len(presses), 20, lambda: f"{waiting()} of {len(presses)} wait")
            change()
    finally:
        thread.join(HANGING)
    return results


def waiting() -> int:
    """Return how many other sessions wait for a lock in this database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # otherwise a transaction sees its first snapshot
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return cursor.fetchone()[0]
