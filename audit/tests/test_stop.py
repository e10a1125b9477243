"""Streams while their worker is told to stop."""

import pytest

from audit.services import delivery
from audit.services.delivery import deliver_streams
from audit.tests.receiver import receiver
from audit.tests.test_streams import stream, write

__all__ = ["receiver", "stream"]
pytestmark = pytest.mark.spec("A-8")


def test_worker_that_is_told_to_stop_leaves_the_rest_to_the_next(cast, stream, receiver, monkeypatch):
    write(cast, 250)
    told = iter([False, True])
    monkeypatch.setattr(delivery.stopping, "is_set", lambda: next(told, False))
    assert 0 < deliver_streams() < 251
    assert deliver_streams() > 0
    assert [number for request in receiver.numbers() for number in request] == list(range(4, 255))
