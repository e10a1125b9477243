"""What the screens of roles show: a matrix of permissions, what a role allows, what two editors changed (R-9)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.http import Http404
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organizations.models import Membership, Organization, Role
from organizations.permissions import ADMINISTRATIVE, DEPENDENCIES, LABELS, Permission
from organizations.policies import can_include_permissions
from organizations.queries import RoleUse, role_in
from organizations.roles import description_of, permissions_of
from organizations.services import RoleFields

# R-6 divides them; each kind in the order of organizations.permissions.
KINDS: tuple[tuple[str | Promise, str | Promise, tuple[Permission, ...]], ...] = (
    (
        gettext_lazy("Everyday"),
        gettext_lazy("Reading, and working with projects, datasets and integrations."),
        tuple(permission for permission in Permission if permission not in ADMINISTRATIVE),
    ),
    (
        gettext_lazy("Administrative"),
        gettext_lazy("Nobody gives a role with one of these that they do not have themselves."),
        tuple(permission for permission in Permission if permission in ADMINISTRATIVE),
    ),
)


@dataclass(frozen=True)
class Shown:
    """A role as a list or a heading shows it."""

    role: Role
    use: RoleUse

    @property
    def description(self) -> str:
        return description_of(self.role)

    @property
    def custom(self) -> bool:
        return self.role.organization_id is not None


def role_or_404(organization: Organization, role_id: UUID) -> Role:
    """One of the organization's roles, built-in or its own."""
    role = role_in(organization, role_id)
    if role is None:
        raise Http404
    return role


def matrix(roles: Iterable[Role]) -> list[dict]:
    """Permissions by kind, each with whether each of these roles has it, in their order."""
    held = [permissions_of(role) for role in roles]
    return [
        {
            "title": title,
            "rows": [
                {"label": LABELS[permission], "cells": [permission in allowed for allowed in held]}
                for permission in permissions
            ],
        }
        for title, _hint, permissions in KINDS
    ]


def allowed_by(role: Role) -> list[dict]:
    """What a role allows, by kind; a kind of which it has nothing is left out."""
    held = permissions_of(role)
    kinds = [
        {"title": title, "labels": [LABELS[permission] for permission in permissions if permission in held]}
        for title, _hint, permissions in KINDS
    ]
    return [kind for kind in kinds if kind["labels"]]


def choices(actor: Membership, chosen: Collection[str]) -> list[dict]:
    """The check boxes of a role's form by kind; what the actor may not put into a role is off, and says why (R-6)."""
    return [
        {"title": title, "hint": hint, "boxes": [_box(actor, permission, chosen) for permission in permissions]}
        for title, hint, permissions in KINDS
    ]


def _box(actor: Membership, permission: Permission, chosen: Collection[str]) -> dict:
    needs = [LABELS[needed] for needed in Permission if needed in DEPENDENCIES.get(permission, ())]
    return {
        "value": str(permission),
        "label": LABELS[permission],
        "checked": str(permission) in chosen,
        "hint": _("Brings: %(permissions)s") % {"permissions": ", ".join(map(str, needs))} if needs else "",
        "reason": can_include_permissions(actor, [permission]).reason,
    }


def _listed(permissions: Collection[Permission]) -> str:
    return ", ".join(str(LABELS[permission]) for permission in Permission if permission in permissions)


def changes(before: RoleFields, after: RoleFields) -> list[str]:
    """What became of a role, in sentences."""
    found = []
    if before.name != after.name:
        found.append(_("Its name is now “%(name)s”.") % {"name": after.name})
    if before.description != after.description:
        found.append(_("Its description is now “%(text)s”.") % {"text": after.description})
    if added := after.permissions - before.permissions:
        found.append(_("It now allows: %(permissions)s.") % {"permissions": _listed(added)})
    if removed := before.permissions - after.permissions:
        found.append(_("It no longer allows: %(permissions)s.") % {"permissions": _listed(removed)})
    return found
