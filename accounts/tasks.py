"""Celery tasks of the accounts app."""

from celery import shared_task

from accounts import services


@shared_task(ignore_result=True, expires=3600)
def delete_old_attempts() -> None:
    """Delete counts of failed attempts that no longer matter. Celery beat runs this every hour."""
    services.delete_old_attempts()
