"""Celery tasks of identity providers and domains."""

from celery import shared_task

from provisioning.services.certificates import read_certificates_again, remind_of_certificates
from provisioning.services.domain_checks import check_due_domains
from provisioning.services.sso_logout import delete_old_logins
from provisioning.services.sso_requests import delete_old_requests


@shared_task(ignore_result=True, acks_late=False, expires=3600)
def check_certificates() -> None:
    """Read SAML metadata again once a day, and email Admins before certificates expire. Beat runs this every hour."""
    read_certificates_again()
    remind_of_certificates()


@shared_task(ignore_result=True, acks_late=False, expires=60)
def check_domains() -> None:
    """Check the TXT records of domains whose time has come. Celery beat runs this every minute."""
    check_due_domains()


@shared_task(ignore_result=True, expires=3600)
def delete_old_sso() -> None:
    """Delete requests to identity providers and names of sessions that no longer matter. Beat runs this every hour."""
    delete_old_requests()
    delete_old_logins()
