"""Enforcing single sign-on (O-4). It binds every session at its next request, because each one is checked then."""

from django.db import transaction

from audit.services import record
from base.policies import require
from organizations.models import Membership
from organizations.services import lock_actor
from provisioning.policies.enforcement import can_enforce_sso, can_stop_enforcing_sso
from provisioning.queries.sso_tests import provider_of


@transaction.atomic
def enforce_sso(*, actor: Membership) -> bool:
    """Make single sign-on the only way into the organization, except for break-glass Admins.

    Return False if it already is. Raises Refused.
    """
    actor = lock_actor(actor)
    require(can_stop_enforcing_sso(actor))
    if actor.organization.sso_enforced:
        return False
    require(can_enforce_sso(actor, provider_of(actor.organization)))
    _set(actor, True, "organization.sso_enforced")
    return True


@transaction.atomic
def stop_enforcing_sso(*, actor: Membership) -> bool:
    """Allow other ways to sign in again. Return False if they are already allowed. Raises Refused."""
    actor = lock_actor(actor)
    require(can_stop_enforcing_sso(actor))
    if not actor.organization.sso_enforced:
        return False
    _set(actor, False, "organization.sso_not_enforced")
    return True


def _set(actor: Membership, value: bool, action: str) -> None:
    organization = actor.organization
    organization.sso_enforced = value
    organization.save(update_fields=["sso_enforced"])
    record(organization_id=organization.pk, actor=actor, action=action, target=organization)
