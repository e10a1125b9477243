"""Custom roles: making, changing, and deleting with a replacement for whoever holds them (R-3)."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from audit.services import record
from base import text
from base.policies import Refused, deny, require
from organizations import policies
from organizations.models import GroupRole, Membership, MembershipRole, Organization, Role
from organizations.permissions import Permission, with_needs
from organizations.queries import role_uses, roles_in
from organizations.roles import BUILT_IN, permissions_of
from organizations.services.locking import lock_actor, take_time
from organizations.services.ordering import FEW, reorder, reorder_later

# A matrix with more columns helps nobody, and every page of roles shows all of them.
MOST = 50
# Below every built-in role, each in its own place, so that a list by role keeps a role's members together.
FIRST_RANK = 100


@dataclass(frozen=True)
class RoleText:
    """What a custom role says: the name and description as shown, and its permissions."""

    name: str
    description: str
    permissions: frozenset[Permission]

    @classmethod
    def of(cls, role: Role) -> "RoleText":
        return cls(role.name, role.description, permissions_of(role))


class NameTaken(Refused):
    """Another role of the organization has the name."""


class RoleChanged(Exception):
    """Somebody changed the role since it was read; `role` is how it stands now."""

    def __init__(self, role: Role):
        self.role = role
        super().__init__(_("This role was changed by somebody else in the meantime."))


def _find(organization: Organization, role: Role, other: Role | None = None) -> tuple[Role, Role | None]:
    """Both as they are now. Raises Role.DoesNotExist where the first is gone or strange, Refused where the other is."""
    found = Role.objects.in_bulk([one.pk for one in (role, other) if one])
    if role.pk not in found or found[role.pk].organization_id not in (None, organization.pk):
        raise Role.DoesNotExist
    if other and other.pk not in found:
        raise Refused(_("A role that you chose is no longer there."))
    return found[role.pk], other and found[other.pk]


def _check_name(organization: Organization, name: str, besides: Role | None = None) -> str:
    """The name's key. A custom role must not pass for a built-in one, whatever its case and accents."""
    key, plain = text.name_key(name)[:400], text.fold(name)
    taken = any(other.key == key for other in roles_in(organization) if other != besides and other.organization_id)
    built_in = any(
        plain in (text.fold(str(role.name)), text.fold(role.key))
        for role in BUILT_IN
        if role.scheme == organization.scheme
    )
    if taken or built_in:
        raise NameTaken(_("There is a role of this name already. Choose another name."))
    return key


def _free_rank(organization: Organization) -> int:
    taken = list(Role.objects.filter(organization=organization).values_list("rank", flat=True))
    if len(taken) >= MOST:
        require(deny(_("An organization has at most %(most)s roles of its own.") % {"most": MOST}))
    return next(rank for rank in range(FIRST_RANK, FIRST_RANK + MOST + 1) if rank not in taken)


def _names(permissions: Collection[Permission]) -> list[str]:
    return [str(permission) for permission in Permission if permission in permissions]


@transaction.atomic
def create_role(*, actor: Membership, said: RoleText) -> Role:
    """A new custom role in the actor's organization; permissions bring what they are no use without.

    Raises Refused (may not, R-6, too many), NameTaken.
    """
    actor = lock_actor(actor)
    organization, permissions = actor.organization, with_needs(said.permissions)
    require(policies.can_manage_roles(actor))
    require(policies.can_put_into_role(actor, permissions))
    role = Role.objects.create(
        organization=organization,
        scheme=organization.scheme,
        key=_check_name(organization, said.name),
        name=said.name,
        description=said.description,
        permissions=_names(permissions),
        rank=_free_rank(organization),
    )
    data = {"permissions": role.permissions}
    record(organization_id=organization.pk, actor=actor, action="role.created", target=role, data=data)
    return role


@transaction.atomic
def edit_role(*, actor: Membership, role: Role, seen: RoleText, said: RoleText) -> bool:
    """Changes a custom role from what was `seen` to what is `said`; False where that is the same.

    What it allows changes at once for whoever holds it. Raises Refused (may not, R-6, R-7), NameTaken, RoleChanged
    where it is no longer as seen, Role.DoesNotExist where it is gone.
    """
    actor = lock_actor(actor)
    role = _find(actor.organization, role)[0]
    require(policies.can_edit_role(actor, role))
    before = RoleText.of(role)
    after = RoleText(said.name, said.description, with_needs(said.permissions))
    if before == after:
        return False
    if before != seen:
        raise RoleChanged(role)
    require(policies.can_put_into_role(actor, after.permissions))
    role.key = _check_name(actor.organization, after.name, besides=role)
    role.name, role.description, role.permissions = after.name, after.description, _names(after.permissions)
    role.save(update_fields=["key", "name", "description", "permissions"])
    data = {
        "name": [before.name, after.name],
        "added": _names(after.permissions - before.permissions),
        "removed": _names(before.permissions - after.permissions),
    }
    record(organization_id=role.organization_id, actor=actor, action="role.edited", target=role, data=data)
    return True


@transaction.atomic
def delete_role(*, actor: Membership, role: Role, replacement: Role | None = None) -> None:
    """Deletes a custom role; members and groups that have it get the `replacement`, however many, by a few statements.

    Call invitations.services.retire_role(), which tells drafts as well. Raises Refused (may not, R-6, R-7; in use and
    without a replacement), Role.DoesNotExist where it is gone.
    """
    actor = lock_actor(actor)
    role, replacement = _find(actor.organization, role, replacement)
    require(policies.can_delete_role(actor, role))
    use = role_uses(actor.organization, [role])[role.pk]
    if replacement is not None:
        require(policies.can_replace_role(actor, role, replacement))
        _replace(actor.organization, role, replacement)
    elif use:
        raise Refused(_("%(role)s is in use. Choose the role that its members get instead.") % {"role": role.label})
    data = {"members": str(use.members), "groups": str(use.groups)}
    data |= {"replacement": replacement.label} if replacement else {}
    record(organization_id=actor.organization_id, actor=actor, action="role.deleted", target=role, data=data)
    role.delete()


def _replace(organization: Organization, role: Role, replacement: Role) -> None:
    take_time()  # a million holders: 40 s, measured
    links = MembershipRole.objects.filter(organization=organization)
    few = list(links.filter(role=role).values_list("membership", flat=True)[: FEW + 1])
    links.filter(role=role, membership__in=links.filter(role=replacement).values("membership")).delete()
    links.filter(role=role).update(role=replacement)
    if len(few) > FEW:
        reorder_later(organization, replacement)
    else:
        reorder(organization, few)
    carried = GroupRole.objects.filter(organization=organization)
    carried.filter(role=role, group__in=carried.filter(role=replacement).values("group")).delete()
    carried.filter(role=role).update(role=replacement)
