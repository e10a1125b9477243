"""Celery tasks of the API."""

from celery import shared_task

from api.idempotency import delete_old

# Rows of one statement, and statements of one run.
BATCH, BATCHES = 1000, 100


@shared_task(ignore_result=True, expires=3600)
def delete_old_idempotency_keys() -> None:
    """Delete the answers that were kept for repeated requests after 24 hours. Celery beat runs this every hour."""
    for _batch in range(BATCHES):
        if delete_old(limit=BATCH) < BATCH:
            return
