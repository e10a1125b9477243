"""What workers run: each takes ids and calls one service."""

from uuid import UUID

from celery import shared_task

from outbox import services


@shared_task(ignore_result=True)
def deliver_email(pk: str) -> None:
    """Sends one row now; any number of copies of this message send it once."""
    services.deliver_email(UUID(pk))


@shared_task(ignore_result=True)
def deliver_due() -> None:
    """Sends everything that is due."""
    services.deliver_due()


@shared_task(ignore_result=True, expires=60)
def sweep() -> None:
    """Every minute, by beat and by every worker itself; worthless when the next one is due."""
    services.sweep()
