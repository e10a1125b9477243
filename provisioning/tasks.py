"""Celery tasks of identity providers."""

from celery import shared_task

from provisioning.services.certificates import read_certificates_again, remind_of_certificates


@shared_task(ignore_result=True, acks_late=False, expires=3600)
def check_certificates() -> None:
    """Read SAML metadata again once a day, and email Admins before certificates expire. Beat runs this every hour."""
    read_certificates_again()
    remind_of_certificates()
