"""Celery tasks of the audit log. Each calls one service."""

from uuid import UUID

from celery import shared_task

from audit.services import chain, delivery, retention, wakeup


@shared_task(ignore_result=True)
def seal(organization_id: str) -> None:
    """Seal the organization's entries. "" stands for entries without an organization."""
    found = UUID(organization_id) if organization_id else None
    if chain.seal(found) and found:
        wakeup.deliver_soon(found)


@shared_task(ignore_result=True, expires=60)
def sweep() -> None:
    """Seal and send entries that a wake-up missed. Beat and every worker publish this each minute."""
    chain.seal_all()
    wakeup.deliver_soon()


@shared_task(ignore_result=True)
def deliver(stream_id: str) -> None:
    """Send one stream's pending entries. Safe to run several times at once."""
    delivery.deliver_stream(UUID(stream_id))


@shared_task(ignore_result=True)
def delete_old() -> None:
    """Delete entries that are older than AUDIT_RETENTION_DAYS."""
    retention.delete_old()
