"""Roles as resources."""

from api.schemas.roles import Role
from organizations import models
from organizations.permissions import ADMINISTRATIVE, Permission
from organizations.roles import description_of, permissions_of


def describe_role(role: models.Role) -> Role:
    """Return the resource of a role. No query."""
    permissions = permissions_of(role)
    return Role(
        id=role.pk,
        name=role.label,
        description=description_of(role),
        built_in=role.organization_id is None,
        administrative=bool(permissions & ADMINISTRATIVE),
        permissions=[each for each in Permission if each in permissions],
    )
