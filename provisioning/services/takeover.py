"""Handing a member over to the provider: the resource that it sent becomes the member's."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from organizations.models import Membership
from organizations.services import adopt_member, update_provisioned_member
from provisioning.models import AdoptionRequest, ScimUser
from provisioning.services.scim_users import create_scim_user, key_of, person_of


def take_over_member(*, actor: Membership, member: Membership, request: AdoptionRequest) -> str:
    """Make the locked member the provider's, with its name and address. Return "", or why it is impossible."""
    attributes = {**request.payload, "userName": request.user_name}
    names = {"name": member.name, "user_name": request.user_name}
    taken = ScimUser.objects.filter(organization=member.organization_id, user_name_key=key_of(request.user_name))
    if taken.exists():
        return _("Your identity provider has since given %(user_name)s to another member.") % names
    try:
        with transaction.atomic():
            current = adopt_member(actor=actor, member=member)
            update_provisioned_member(actor=actor, member=current, person=person_of(attributes, current))
            create_scim_user(member=current, attributes=attributes)
    except IntegrityError:
        return _("The address that your identity provider has for %(name)s belongs to another member.") % names
    except ValidationError as error:
        return f"{member.name}: {error.messages[0]}"
    return ""
