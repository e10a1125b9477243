"""What workers run for invitations."""

from celery import shared_task

from invitations import services


@shared_task(ignore_result=True, expires=3600)
def forget_sends() -> None:
    """Every hour, by beat: rows of limits that are over."""
    services.forget_sends()
