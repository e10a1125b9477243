"""The rules that an organization sets for its members."""

from collections.abc import Sequence

from django.db import transaction

from audit.services import record
from base.policies import require
from organizations import policies
from organizations.models import Membership, Organization
from organizations.permissions import Permission
from organizations.services.locks import lock_actor


@transaction.atomic
def set_member_rules(
    *, actor: Membership, allowed_email_domains: Sequence[str], deactivate_shared: bool
) -> Organization:
    """Set who can be invited (S-6) and deactivated (U-11).

    `allowed_email_domains` are in canonical form; an empty list allows every domain. Raises Refused.
    """
    actor = lock_actor(actor)
    organization = actor.organization
    require(policies.can(actor, Permission.SECURITY_MANAGE))
    after = {"allowed_email_domains": list(allowed_email_domains), "deactivate_shared": deactivate_shared}
    before = {name: getattr(organization, name) for name in after}
    if before != after:
        for name, value in after.items():
            setattr(organization, name, value)
        organization.save(update_fields=list(after))
        data = {"from": before, "to": after}
        record(
            organization_id=organization.pk,
            actor=actor,
            action="organization.rules_changed",
            target=organization,
            data=data,
        )
    return organization
