"""Reads for the security score. No query reads more rows than its cap, so a million members cost what ten do."""

from datetime import datetime

from console.security.checks import Figures
from organizations.models import Organization
from organizations.queries import (
    count_admins,
    count_due_invitations,
    count_inactive,
    member_counts,
    two_factor_counts,
)
from provisioning.queries.domains import verified_domains


def read_figures(organization: Organization, now: datetime) -> Figures:
    """Return the numbers that the score is computed from. Eight queries."""
    active, two_factor = two_factor_counts(organization)
    expired, expiring = count_due_invitations(organization, now)
    return Figures(
        active=active,
        two_factor=two_factor,
        admins=count_admins(organization),
        inactive=count_inactive(organization, now),
        pending=member_counts(organization)["invited"],
        expired=expired,
        expiring=expiring,
        idle_minutes=organization.idle_minutes,
        max_sessions=organization.max_sessions,
        ip_ranges=len(organization.allowed_ip_ranges),
        domains=tuple(organization.allowed_email_domains),
        verified_domains=tuple(verified_domains(organization)),
        sso_enforced=organization.sso_enforced,
    )
