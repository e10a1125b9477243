"""How people with an address at a verified domain join: by invitation, by asking, or automatically (O-5)."""

from dataclasses import dataclass
from typing import Self
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from audit.services import record
from base.policies import Refused, require
from organizations.models import JoinRule, Membership, Organization
from organizations.permissions import Permission
from organizations.policies import can, can_give_role
from organizations.queries import role_in
from organizations.services import lock_actor
from provisioning.policies.joining import can_be_join_role


@dataclass(frozen=True)
class JoinSettings:
    """The rule, and the id of the role for people who join, None for no role."""

    rule: str = JoinRule.INVITATION
    role_id: UUID | None = None

    @classmethod
    def of(cls, organization: Organization) -> Self:
        return cls(organization.join_rule, organization.join_role_id)


class JoinSettingsConflict(Exception):
    """Someone else changed the settings since the editor loaded them. `current` is what they are now."""

    def __init__(self, current: JoinSettings) -> None:
        self.current = current
        super().__init__(_("Someone else changed how people join in the meantime."))


@transaction.atomic
def set_join_rule(*, actor: Membership, seen: JoinSettings, wanted: JoinSettings) -> bool:
    """Change how people join from what the editor saw. Return False if nothing changed.

    Raises Refused (no permission, a role that isn't everyday, R-6) and JoinSettingsConflict.
    """
    actor = lock_actor(actor)
    organization = actor.organization
    require(can(actor, Permission.SECURITY_MANAGE))
    before = JoinSettings.of(organization)
    if before == wanted:
        return False
    if before != seen:
        raise JoinSettingsConflict(before)
    role = role_in(organization, wanted.role_id) if wanted.role_id else None
    if role is None and (wanted.role_id or wanted.rule == JoinRule.AUTOMATIC):
        raise Refused(_("Choose a role."))
    if role:
        require(can_be_join_role(organization, role))
        require(can_give_role(actor, role))
    organization.join_rule, organization.join_role = wanted.rule, role
    organization.save(update_fields=["join_rule", "join_role"])
    data = {"from": before.rule, "to": wanted.rule, "role": role.label if role else ""}
    record(
        organization_id=organization.pk, actor=actor, action="domain.joining_changed", target=organization, data=data
    )
    return True
