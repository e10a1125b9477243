"""Celery tasks of the invitations app."""

from celery import shared_task

from invitations import services


@shared_task(ignore_result=True, expires=3600)
def delete_old_sends() -> None:
    """Delete email counts that no limit still needs. Celery beat runs this every hour."""
    services.delete_old_sends()


@shared_task(ignore_result=True, expires=3600)
def repair_deliveries() -> None:
    """Repair the states of invitation emails whose updates were lost. Celery beat runs this every hour."""
    services.repair_deliveries()
