"""What workers run: each takes ids and calls one service."""

from uuid import UUID

from celery import shared_task

from console.bulk import services, worker


# acks_late=False, as for mails: the rows remember, not the message.
@shared_task(ignore_result=True, acks_late=False)
def work_off_bulk(pk: str) -> None:
    """Works on an action on many members for a while; any number of copies of this message do each member once."""
    worker.work_off(UUID(pk))


@shared_task(ignore_result=True, acks_late=False, expires=60)
def sweep_bulk() -> None:
    """Every minute: takes up actions that a dead worker left, drops old ones."""
    services.take_up_bulk()
    services.purge_bulk()
