"""Pressing many times at once."""

import threading
from collections.abc import Callable
from typing import Any

from django.db import connection, connections, transaction

from teamadmin.testing.processes import wait_until


def at_once(times: int, press: Callable[[int], Any]) -> list[Any]:
    """Calls press(0) ... press(times - 1) in as many threads, released together; what each gave or raised, in order.

    Needs committed data (transactional_db) and closes the threads' connections.
    """
    gate = threading.Barrier(times)
    results: list[Any] = [None] * times

    def run(number: int) -> None:
        try:
            gate.wait(10)
            results[number] = press(number)
        except Exception as error:
            results[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def on_postgresql() -> bool:
    """SQLite has one writer: there is no race to be tried."""
    return connection.vendor == "postgresql"


def while_waiting(lock: Callable[[], Any], change: Callable[[], Any], *presses: Callable[[], Any]) -> list[Any]:
    """What these presses gave or raised, all of which had begun, and waited for what `lock` locks, when `change` was
    made and committed: the demotion, say, that came first. AssertionError where one of them does not wait."""
    results: list[Any] = []
    thread = threading.Thread(target=lambda: results.extend(at_once(len(presses), lambda number: presses[number]())))
    try:
        with transaction.atomic():
            lock()
            thread.start()
            wait_until(lambda: waiting() >= len(presses), 20, lambda: f"{waiting()} of {len(presses)} wait")
            change()
    finally:
        thread.join(60)
    return results


def waiting() -> int:
    """How many others wait for a lock in this database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # or a transaction sees what it saw first
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return cursor.fetchone()[0]
