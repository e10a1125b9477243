"""Asking an Admin whether the identity provider may manage someone who is a member already (C-3)."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from audit.services import record
from organizations.models import Membership, Organization
from provisioning.models import AdoptionRequest


@transaction.atomic
def request_adoption(
    *, organization: Organization, member: Membership, payload: dict[str, Any], reason: str, actor: Any = None
) -> AdoptionRequest:
    """Save that the provider tried to create `member`. Asking again updates the open request; an answer stays.

    `payload` is the SCIM resource, `reason` "email" or "name". `actor` is the connection.
    """
    user_name = str(payload.get("userName", ""))[:255]
    request, created = AdoptionRequest.objects.get_or_create(
        organization=organization,
        membership=member,
        defaults={"user_name": user_name, "payload": payload, "reason": reason},
    )
    if created:
        record(organization_id=organization.pk, actor=actor, action="scim.adoption_requested", target=member)
    elif request.status == AdoptionRequest.Status.OPEN:
        request.user_name, request.payload, request.reason = user_name, payload, reason
        request.save(update_fields=["user_name", "payload", "reason", "requested_at"])
    else:
        AdoptionRequest.objects.filter(pk=request.pk).update(requested_at=timezone.now())
    return request
