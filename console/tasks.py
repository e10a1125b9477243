"""Celery tasks of the console: each takes ids and calls one service."""

from uuid import UUID

from celery import shared_task

from console.bulk import services, worker


# acks_late=False, as for emails: the rows hold the state, not the message.
@shared_task(ignore_result=True, acks_late=False)
def process_bulk(pk: str) -> None:
    """Process part of a bulk action. Several copies of this message are harmless: each member is processed once."""
    worker.process(UUID(pk))


@shared_task(ignore_result=True, acks_late=False, expires=60)
def sweep_bulk() -> None:
    """Resume stalled bulk actions and delete old ones, every minute."""
    services.resume_stalled()
    services.purge_bulk()
