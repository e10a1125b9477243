"""The security policies of an organization (S-6), and ending everyone's sessions in it (S-5)."""

from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, Self

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from audit.services import record
from base.policies import require
from organizations import policies
from organizations.models import Membership, Organization, TwoFactorRule
from organizations.permissions import Permission
from organizations.services.locks import lock_actor


@dataclass(frozen=True)
class SecurityPolicies:
    """The policies, named like the columns of Organization. 0 means no limit, or the platform's default.

    Domains, and IP addresses and ranges, are in canonical form. Empty ones allow all.
    """

    require_two_factor: str = TwoFactorRule.NO_ONE
    two_factor_required_from: datetime | None = None
    lockout_attempts: int = 0
    password_min_length: int = 0
    password_history: int = 0
    idle_minutes: int = 0
    sign_in_again_hours: int = 0
    max_sessions: int = 0
    allowed_email_domains: tuple[str, ...] = ()
    allowed_ip_ranges: tuple[str, ...] = ()
    deactivate_shared: bool = False

    @classmethod
    def of(cls, organization: Organization) -> Self:
        """Return the policies of an organization."""
        values = {field.name: getattr(organization, field.name) for field in fields(cls)}
        lists = {name: tuple(value) for name, value in values.items() if isinstance(value, list)}
        return cls(**{**values, **lists})

    def changes_to(self, other: Self) -> list[str]:
        """Return the names of the policies that are different in `other`."""
        return [field.name for field in fields(self) if getattr(self, field.name) != getattr(other, field.name)]

    def to_json(self) -> dict[str, Any]:
        """Return the policies with lists and text in place of tuples and times."""
        values = {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}
        start = self.two_factor_required_from
        return {
            **values,
            "require_two_factor": str(self.require_two_factor),
            "two_factor_required_from": start.isoformat() if start else None,
        }


class PoliciesConflict(Exception):
    """Someone else changed the policies since the editor loaded them. `current` is what they are now."""

    def __init__(self, current: SecurityPolicies):
        self.current = current
        super().__init__(_("Someone else changed these rules in the meantime."))


@transaction.atomic
def set_security_policies(
    *, actor: Membership, policies_seen: SecurityPolicies, security_policies: SecurityPolicies, ip: str | None
) -> bool:
    """Change the policies from those that the editor loaded. Return False if nothing changed.

    They bind sessions at their next request, and only in this organization. `ip` is the actor's address. Raises Refused
    (no permission, or the ranges would lock the actor out) and PoliciesConflict.
    """
    actor = lock_actor(actor)
    organization = actor.organization
    require(policies.can(actor, Permission.SECURITY_MANAGE))
    before = SecurityPolicies.of(organization)
    changed = before.changes_to(security_policies)
    if not changed:
        return False
    if before != policies_seen:
        raise PoliciesConflict(before)
    require(policies.keeps_own_address(security_policies.allowed_ip_ranges, ip))
    old, new = before.to_json(), security_policies.to_json()
    for name in changed:
        value = getattr(security_policies, name)
        setattr(organization, name, list(value) if isinstance(value, tuple) else value)
    organization.save(update_fields=changed)
    record(
        organization_id=organization.pk,
        actor=actor,
        action="organization.rules_changed",
        target=organization,
        data={"from": {name: old[name] for name in changed}, "to": {name: new[name] for name in changed}},
    )
    return True


@transaction.atomic
def end_all_sessions(*, actor: Membership) -> None:
    """End everyone's sessions in the organization at their next request, the actor's too (S-5). Raises Refused.

    One statement for any number of members: each request compares this time anyway. Sessions go on in other
    organizations.
    """
    actor = lock_actor(actor)
    require(policies.can(actor, Permission.SECURITY_MANAGE))
    organization = actor.organization
    Organization.objects.filter(pk=organization.pk).update(sessions_ended_at=Now())
    record(organization_id=organization.pk, actor=actor, action="organization.sessions_ended", target=organization)
