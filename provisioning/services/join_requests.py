"""Requests to join an organization."""

from django.db import transaction

from accounts.models import User
from organizations.models import Organization
from provisioning.models import JoinRequest


@transaction.atomic
def request_to_join(*, organization: Organization, user: User) -> JoinRequest:
    """Save that the user asks to join. Return the earlier request if they have asked before."""
    return JoinRequest.objects.get_or_create(organization=organization, user=user)[0]
