"""Pressing many times at once."""

import threading
from collections.abc import Callable
from typing import Any

from django.db import connection, connections


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
