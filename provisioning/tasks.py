"""Periodic tasks."""

from celery import shared_task

from provisioning.services.scim_log import delete_old_entries

# Rows of one statement, and statements of one run.
BATCH, BATCHES = 10_000, 20


@shared_task(ignore_result=True, expires=3600)
def delete_old_scim_log() -> None:
    """Delete entries of the SCIM log after 30 days (C-5). Celery beat runs this every hour."""
    for _batch in range(BATCHES):
        if delete_old_entries(limit=BATCH) < BATCH:
            return
