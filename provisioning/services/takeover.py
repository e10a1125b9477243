"""Handing a member over to the provider: the stored resource becomes the member's SCIM resource."""

from django.utils.translation import gettext as _

from base import text
from organizations.models import Membership
from organizations.services.members.provisioned import adopt_member
from provisioning.models import AdoptionRequest, ScimUser


def take_over_member(*, actor: Membership, member: Membership, request: AdoptionRequest) -> str:
    """Make the locked member the provider's, with the resource of the request. Return "", or why it is impossible."""
    key = text.fold(request.user_name)[:255]
    if ScimUser.objects.filter(organization=member.organization_id, user_name_key=key).exists():
        return _("Your identity provider has given %(user_name)s to another member by now.") % {
            "user_name": request.user_name
        }
    adopt_member(actor=actor, member=member)
    payload = request.payload
    ScimUser.objects.create(
        membership=member,
        organization_id=member.organization_id,
        user_name=request.user_name,
        user_name_key=key,
        external_id=str(payload.get("externalId") or "")[:255],
        display_name=str(payload.get("displayName") or "")[:255],
        display_name_key=text.fold(str(payload.get("displayName") or ""))[:255],
        attributes=payload,
    )
    return ""
