"""Permissions. R-6 divides them into everyday and administrative ones."""

from collections.abc import Iterable
from enum import StrEnum

from django.utils.translation import gettext_lazy as _


class Permission(StrEnum):
    """A permission that roles include. The value is stored in the database."""

    # Everyday: viewing, and working with projects, datasets, sources, destinations and pipelines.
    WORKSPACE_VIEW = "workspace.view"
    PROJECTS_VIEW_ALL = "projects.view_all"
    PROJECTS_EDIT = "projects.edit"
    PROJECTS_MANAGE = "projects.manage"
    DATASETS_VIEW = "datasets.view"
    DATASETS_MANAGE = "datasets.manage"
    INTEGRATIONS_VIEW = "integrations.view"
    INTEGRATIONS_MANAGE = "integrations.manage"
    PEOPLE_VIEW = "people.view"
    AUDIT_VIEW = "audit.view"
    SECURITY_VIEW = "security.view"
    BILLING_VIEW = "billing.view"
    # Administrative: people, groups, roles, security, billing, sub-accounts, keys, brands, audit log export.
    PEOPLE_INVITE = "people.invite"
    PEOPLE_EDIT = "people.edit"
    PEOPLE_ADMIN = "people.admin"
    GROUPS_MANAGE = "groups.manage"
    ROLES_MANAGE = "roles.manage"
    SECURITY_MANAGE = "security.manage"
    BILLING_MANAGE = "billing.manage"
    SUB_ACCOUNTS_MANAGE = "sub_accounts.manage"
    KEYS_MANAGE = "keys.manage"
    BRANDS_MANAGE = "brands.manage"
    AUDIT_EXPORT = "audit.export"


ALL_PERMISSIONS = frozenset(Permission)
ADMINISTRATIVE = frozenset(
    {
        Permission.PEOPLE_INVITE,
        Permission.PEOPLE_EDIT,
        Permission.PEOPLE_ADMIN,
        Permission.GROUPS_MANAGE,
        Permission.ROLES_MANAGE,
        Permission.SECURITY_MANAGE,
        Permission.BILLING_MANAGE,
        Permission.SUB_ACCOUNTS_MANAGE,
        Permission.KEYS_MANAGE,
        Permission.BRANDS_MANAGE,
        Permission.AUDIT_EXPORT,
    }
)
EVERYDAY = ALL_PERMISSIONS - ADMINISTRATIVE

# The permissions that each permission requires. A custom role with the first also gets the others.
DEPENDENCIES = {
    Permission.PROJECTS_VIEW_ALL: {Permission.WORKSPACE_VIEW},
    Permission.PROJECTS_EDIT: {Permission.WORKSPACE_VIEW},
    Permission.PROJECTS_MANAGE: {Permission.WORKSPACE_VIEW, Permission.PROJECTS_VIEW_ALL},
    Permission.DATASETS_MANAGE: {Permission.DATASETS_VIEW},
    Permission.INTEGRATIONS_MANAGE: {Permission.INTEGRATIONS_VIEW},
    Permission.PEOPLE_INVITE: {Permission.PEOPLE_VIEW},
    Permission.PEOPLE_EDIT: {Permission.PEOPLE_VIEW},
    Permission.PEOPLE_ADMIN: {Permission.PEOPLE_VIEW},
    Permission.GROUPS_MANAGE: {Permission.PEOPLE_VIEW},
    Permission.ROLES_MANAGE: {Permission.PEOPLE_VIEW},
    Permission.SECURITY_MANAGE: {Permission.SECURITY_VIEW},
    Permission.BILLING_MANAGE: {Permission.BILLING_VIEW},
    Permission.AUDIT_EXPORT: {Permission.AUDIT_VIEW},
}


def with_dependencies(permissions: Iterable[Permission]) -> frozenset[Permission]:
    """Return these permissions and the ones they require."""
    permissions = frozenset(permissions)
    return permissions.union(*(DEPENDENCIES.get(permission, ()) for permission in permissions))


def missing_admin_permissions(wanted: Iterable[Permission], held: frozenset[Permission]) -> frozenset[Permission]:
    """Return the administrative permissions in `wanted` that are not in `held` (R-6, R-7)."""
    return (frozenset(wanted) & ADMINISTRATIVE) - held


LABELS = {
    Permission.WORKSPACE_VIEW: _("See the workspace"),
    Permission.PROJECTS_VIEW_ALL: _("See every project"),
    Permission.PROJECTS_EDIT: _("Edit projects"),
    Permission.PROJECTS_MANAGE: _("Manage projects"),
    Permission.DATASETS_VIEW: _("See datasets"),
    Permission.DATASETS_MANAGE: _("Manage datasets"),
    Permission.INTEGRATIONS_VIEW: _("See sources, destinations and pipelines"),
    Permission.INTEGRATIONS_MANAGE: _("Manage sources, destinations and pipelines"),
    Permission.PEOPLE_VIEW: _("See people"),
    Permission.AUDIT_VIEW: _("See the audit log"),
    Permission.SECURITY_VIEW: _("See security settings"),
    Permission.BILLING_VIEW: _("See billing"),
    Permission.PEOPLE_INVITE: _("Invite people"),
    Permission.PEOPLE_EDIT: _("Edit people"),
    Permission.PEOPLE_ADMIN: _("Reset 2FA, log out, deactivate and delete people"),
    Permission.GROUPS_MANAGE: _("Manage groups"),
    Permission.ROLES_MANAGE: _("Manage roles"),
    Permission.SECURITY_MANAGE: _("Manage security"),
    Permission.BILLING_MANAGE: _("Manage billing"),
    Permission.SUB_ACCOUNTS_MANAGE: _("Manage sub-accounts"),
    Permission.KEYS_MANAGE: _("Manage access keys"),
    Permission.BRANDS_MANAGE: _("Manage brands"),
    Permission.AUDIT_EXPORT: _("Export the audit log"),
}
