"""Background work of identity providers and domains."""

from celery import shared_task

from provisioning.services.certificates import read_certificates_again, remind_of_certificates
from provisioning.services.domain_checks import check_due_domains


@shared_task(ignore_result=True, acks_late=False, expires=3600)
def check_certificates() -> None:
    """Read SAML metadata again once a day, and email Admins before certificates expire. Beat runs this every hour."""
    read_certificates_again()
    remind_of_certificates()


@shared_task(ignore_result=True, acks_late=False, expires=60)
def check_domains() -> None:
    """Check the TXT records of domains whose time has come. Celery beat runs this every minute."""
    check_due_domains()
