"""A real worker with beat, as production runs it."""

import pytest
from billiard import SimpleQueue, Value, pool

from outbox.models import Heartbeat


@pytest.mark.django_db(transaction=True)
def test_worker_sweeps_by_itself_and_ends_politely(celery_worker_process, mail_server):
    worker = celery_worker_process(EMAIL_URL=mail_server.url)
    worker.wait_for(Heartbeat.objects.exists, 10)
    assert worker.stop() < 10
    assert '"level": "INFO"' in worker.output


def test_a_process_of_the_pool_waits_for_its_parent_two_seconds(monkeypatch):
    """Its parent may never read what it has done: SIGTERM would take 30 seconds, longer than who sends it waits."""
    naps = []
    monkeypatch.setattr(pool.time, "sleep", naps.append)
    process = pool.Worker(SimpleQueue(), SimpleQueue(), on_ready_counter=Value("i"))
    assert process._ensure_messages_consumed(completed=1) is False
    assert 1 < sum(naps) < 3
