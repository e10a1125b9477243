"""Creating, editing and deleting custom roles, with a replacement for their members and groups (R-3)."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from audit.services import record
from base import text
from base.policies import Refused, deny, require
from organizations import policies
from organizations.built_in_roles import BUILT_IN
from organizations.models import GroupRole, Membership, MembershipRole, Organization, Role
from organizations.permissions import Permission, with_dependencies
from organizations.queries import role_uses, roles_in
from organizations.roles import permissions_of
from organizations.services.locks import lock_actor, without_statement_timeout
from organizations.services.role_order import MAX_IN_REQUEST, schedule_role_order_update, update_role_order

# Every page of roles shows all of them, and a permission matrix with more columns would be unreadable.
MAX_CUSTOM_ROLES = 50
# Custom roles rank below the built-in ones. Each has its own rank, so that a list sorted by role groups their members.
FIRST_RANK = 100


@dataclass(frozen=True)
class RoleFields:
    """The name, description and permissions of a custom role."""

    name: str
    description: str
    permissions: frozenset[Permission]

    @classmethod
    def of(cls, role: Role) -> "RoleFields":
        return cls(role.name, role.description, permissions_of(role))


class RoleNameTaken(Refused):
    """Another role of the organization already has this name."""


class RoleConflict(Exception):
    """Someone else changed the role since the editor loaded it. `role` is its current state."""

    def __init__(self, role: Role):
        self.role = role
        super().__init__(_("Someone else changed this role in the meantime."))


def _find(organization: Organization, role: Role, other: Role | None = None) -> tuple[Role, Role | None]:
    """Return both roles as they are now.

    Raises Role.DoesNotExist if `role` is gone or belongs to another organization, and Refused if `other` is gone.
    """
    found = Role.objects.in_bulk([one.pk for one in (role, other) if one])
    if role.pk not in found or found[role.pk].organization_id not in (None, organization.pk):
        raise Role.DoesNotExist
    if other and other.pk not in found:
        raise Refused(_("A role you chose no longer exists."))
    return found[role.pk], other and found[other.pk]


def _check_name(organization: Organization, name: str, besides: Role | None = None) -> str:
    """Return the key of the name. Raises RoleNameTaken.

    A custom role must not look like a built-in one, so names that differ only in case or accents are taken too.
    """
    key, plain = text.name_key(name)[:400], text.fold(name)
    taken = any(other.key == key for other in roles_in(organization) if other != besides and other.organization_id)
    built_in = any(
        plain in (text.fold(str(role.name)), text.fold(role.key))
        for role in BUILT_IN
        if role.scheme == organization.scheme
    )
    if taken or built_in:
        raise RoleNameTaken(_("A role with this name already exists. Choose another name."))
    return key


def _free_rank(organization: Organization) -> int:
    taken = list(Role.objects.filter(organization=organization).values_list("rank", flat=True))
    if len(taken) >= MAX_CUSTOM_ROLES:
        message = _("An organization can have at most %(count)s custom roles. Delete one first.")
        require(deny(message % {"count": MAX_CUSTOM_ROLES}))
    return next(rank for rank in range(FIRST_RANK, FIRST_RANK + MAX_CUSTOM_ROLES + 1) if rank not in taken)


def _names(permissions: Collection[Permission]) -> list[str]:
    return [str(permission) for permission in Permission if permission in permissions]


@transaction.atomic
def create_role(*, actor: Membership, fields: RoleFields) -> Role:
    """Create a custom role in the actor's organization. Permissions include the ones they require.

    Raises Refused (no permission, R-6, too many roles) and RoleNameTaken.
    """
    actor = lock_actor(actor)
    organization, permissions = actor.organization, with_dependencies(fields.permissions)
    require(policies.can_manage_roles(actor))
    require(policies.can_include_permissions(actor, permissions))
    role = Role.objects.create(
        organization=organization,
        scheme=organization.scheme,
        key=_check_name(organization, fields.name),
        name=fields.name,
        description=fields.description,
        permissions=_names(permissions),
        rank=_free_rank(organization),
    )
    data = {"permissions": role.permissions}
    record(organization_id=organization.pk, actor=actor, action="role.created", target=role, data=data)
    return role


@transaction.atomic
def edit_role(*, actor: Membership, role: Role, seen: RoleFields, fields: RoleFields) -> bool:
    """Change a custom role from `seen`, as the editor loaded it, to `fields`. Return False if nothing changed.

    Its members get the new permissions at once. Raises Refused (no permission, R-6, R-7), RoleNameTaken, RoleConflict
    if it no longer equals `seen`, and Role.DoesNotExist.
    """
    actor = lock_actor(actor)
    role = _find(actor.organization, role)[0]
    require(policies.can_edit_role(actor, role))
    before = RoleFields.of(role)
    after = RoleFields(fields.name, fields.description, with_dependencies(fields.permissions))
    if before == after:
        return False
    if before != seen:
        raise RoleConflict(role)
    require(policies.can_include_permissions(actor, after.permissions))
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
    """Delete a custom role. Its members and groups get the `replacement`, with a few statements for any number.

    Call invitations.services.retire_role() instead, which also updates drafts. Raises Refused (no permission, R-6, R-7,
    in use but without a replacement) and Role.DoesNotExist.
    """
    actor = lock_actor(actor)
    role, replacement = _find(actor.organization, role, replacement)
    require(policies.can_delete_role(actor, role))
    use = role_uses(actor.organization, [role])[role.pk]
    if replacement is not None:
        require(policies.can_replace_role(actor, role, replacement))
        _replace(actor.organization, role, replacement)
    elif use:
        raise Refused(_("%(role)s is in use. Choose a replacement role.") % {"role": role.label})
    data = {"members": str(use.members), "groups": str(use.groups)}
    data |= {"replacement": replacement.label} if replacement else {}
    record(organization_id=actor.organization_id, actor=actor, action="role.deleted", target=role, data=data)
    role.delete()


def _replace(organization: Organization, role: Role, replacement: Role) -> None:
    without_statement_timeout()  # A million members take 40 s (measured).
    links = MembershipRole.objects.filter(organization=organization)
    members = list(links.filter(role=role).values_list("membership", flat=True)[: MAX_IN_REQUEST + 1])
    links.filter(role=role, membership__in=links.filter(role=replacement).values("membership")).delete()
    links.filter(role=role).update(role=replacement)
    if len(members) > MAX_IN_REQUEST:
        schedule_role_order_update(organization, replacement)
    else:
        update_role_order(organization, members)
    group_links = GroupRole.objects.filter(organization=organization)
    group_links.filter(role=role, group__in=group_links.filter(role=replacement).values("group")).delete()
    group_links.filter(role=role).update(role=replacement)
