"""A real worker with beat, as in production."""

import pytest
from billiard import SimpleQueue, Value, pool

from outbox.models import Heartbeat


@pytest.mark.django_db(transaction=True)
def test_worker_sweeps_and_shuts_down_gracefully(celery_worker_process, mail_server):
    worker = celery_worker_process(EMAIL_URL=mail_server.url)
    worker.wait_for(Heartbeat.objects.exists, 10)
    assert worker.stop() < 10
    assert '"level": "INFO"' in worker.output


def test_pool_process_waits_two_seconds_for_its_parent(monkeypatch):
    """Its parent may never read its result. Without a limit, SIGTERM takes 30 seconds: supervisors wait less."""
    sleeps = []
    monkeypatch.setattr(pool.time, "sleep", sleeps.append)
    process = pool.Worker(SimpleQueue(), SimpleQueue(), on_ready_counter=Value("i"))
    assert process._ensure_messages_consumed(completed=1) is False
    assert 1 < sum(sleeps) < 3
