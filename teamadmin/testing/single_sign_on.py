"""Enforced single sign-on, and sessions that a provider signed in."""

from django.test import Client

from accounts.services.sign_in import SignIns, SsoSignIn
from organizations.models import Organization


def enforce_sso(organization: Organization) -> None:
    """Make single sign-on the only way into the organization."""
    organization.sso_enforced = True
    organization.save()


def signed_in_by_provider(client: Client, organization: Organization) -> Client:
    """Let the client's session be one that the organization's provider signed in."""
    session = client.session
    SignIns(own=False, sso={}).plus(SsoSignIn(str(organization.pk))).save(session)
    session.save()
    return client
