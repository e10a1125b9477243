"""Celery tasks of the API."""

from celery import shared_task

from api.idempotency import delete_old

# Rows per statement, and statements per run.
BATCH, BATCHES = 1000, 100


@shared_task(ignore_result=True, expires=3600)
def delete_old_idempotency_keys() -> None:
    """Delete stored responses that are older than 24 hours. Celery beat runs this every hour."""
    for _batch in range(BATCHES):
        if delete_old(limit=BATCH) < BATCH:
            return
