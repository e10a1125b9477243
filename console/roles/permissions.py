"""Permissions as the role screens show them: matrix, lists and check boxes (R-9)."""

from collections.abc import Collection, Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organizations.models import Membership, Role
from organizations.permissions import ADMINISTRATIVE, DEPENDENCIES, LABELS, Permission
from organizations.policies import can_include_permissions
from organizations.roles import permissions_of

# Title, hint and permissions of each category, in the order of organizations.permissions.
CATEGORIES: tuple[tuple[str | Promise, str | Promise, tuple[Permission, ...]], ...] = (
    (
        gettext_lazy("Everyday"),
        gettext_lazy("View and work with projects, datasets and integrations."),
        tuple(permission for permission in Permission if permission not in ADMINISTRATIVE),
    ),
    (
        gettext_lazy("Administrative"),
        gettext_lazy("Only people who have these permissions can give a role that includes them."),
        tuple(permission for permission in Permission if permission in ADMINISTRATIVE),
    ),
)


def permission_matrix(roles: Iterable[Role]) -> list[dict]:
    """Return the permissions by category, each with whether each of these roles has it, in their order."""
    permissions_by_role = [permissions_of(role) for role in roles]
    return [
        {
            "title": title,
            "rows": [
                {"label": LABELS[permission], "cells": [permission in held for held in permissions_by_role]}
                for permission in permissions
            ],
        }
        for title, _hint, permissions in CATEGORIES
    ]


def permissions_by_category(role: Role) -> list[dict]:
    """Return the labels of a role's permissions by category, without empty categories."""
    held = permissions_of(role)
    categories = [
        {"title": title, "labels": [LABELS[permission] for permission in permissions if permission in held]}
        for title, _hint, permissions in CATEGORIES
    ]
    return [category for category in categories if category["labels"]]


def permission_boxes(actor: Membership, chosen: Collection[str]) -> list[dict]:
    """Return the check boxes of a role's form by category.

    Permissions that the actor can't put into a role are disabled, with the reason (R-6).
    """
    return [
        {"title": title, "hint": hint, "boxes": [_box(actor, permission, chosen) for permission in permissions]}
        for title, hint, permissions in CATEGORIES
    ]


def _box(actor: Membership, permission: Permission, chosen: Collection[str]) -> dict:
    needs = join_labels(DEPENDENCIES.get(permission, ()))
    return {
        "value": str(permission),
        "label": LABELS[permission],
        "checked": str(permission) in chosen,
        "hint": _("Includes: %(permissions)s") % {"permissions": needs} if needs else "",
        "reason": can_include_permissions(actor, [permission]).reason,
    }


def join_labels(permissions: Collection[Permission]) -> str:
    """Return the labels of permissions in their fixed order, separated by commas."""
    return ", ".join(str(LABELS[permission]) for permission in Permission if permission in permissions)
