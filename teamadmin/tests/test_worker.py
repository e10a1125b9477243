"""A real worker with beat, as production runs it."""

import pytest

from outbox.models import Heartbeat


@pytest.mark.django_db(transaction=True)
def test_worker_sweeps_by_itself_and_ends_politely(celery_worker_process, mail_server):
    worker = celery_worker_process(EMAIL_URL=mail_server.url)
    worker.wait_for(Heartbeat.objects.exists, 10)
    assert worker.stop() < 10
    assert '"level": "INFO"' in worker.output
