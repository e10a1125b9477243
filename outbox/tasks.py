"""Celery tasks of the outbox. Each takes ids and calls one service."""

from uuid import UUID

from celery import shared_task

from outbox import services


# acks_late=False: the row holds the state, not the message. With late acknowledgement, losing the broker would kill a
# task in the middle of sending, and emails would be sent twice.
@shared_task(ignore_result=True, acks_late=False)
def deliver_email(pk: str) -> None:
    """Send one row now. Any number of copies of this task send it once."""
    services.deliver_email(UUID(pk))


@shared_task(ignore_result=True, acks_late=False)
def deliver_due() -> None:
    """Send everything that is due."""
    services.deliver_due()


@shared_task(ignore_result=True, acks_late=False, expires=60)
def sweep() -> None:
    """Run the sweep. Beat and every worker publish it each minute; it expires when the next one is due."""
    services.sweep()
