"""The permissions and texts of a role, built-in or custom."""

from uuid import UUID

from organizations.built_in_roles import BUILT_IN, BUILT_IN_BY_ID, BuiltInRole
from organizations.models import Role
from organizations.permissions import LABELS, Permission


def built_in_definition(role: Role) -> BuiltInRole | None:
    """Return the built-in role behind a row, or None for a custom role."""
    return BUILT_IN_BY_ID.get(role.pk)


def admin_role_id(scheme: str) -> UUID:
    """Return the id of the scheme's built-in Admin role. An organization keeps at least one active Admin (R-8)."""
    return next(role.id for role in BUILT_IN if role.scheme == scheme and role.key == "admin")


def permissions_of(role: Role) -> frozenset[Permission]:
    """Return the permissions of a role. Unknown names in a custom role's row are ignored."""
    if built_in := built_in_definition(role):
        return built_in.permissions
    return frozenset(Permission(name) for name in role.permissions if name in Permission._value2member_map_)


def description_of(role: Role) -> str:
    """Return the description of a role, in the reader's language if it is built-in."""
    built_in = built_in_definition(role)
    return str(built_in.description) if built_in else role.description


def capabilities_of(roles: list[Role]) -> list[str]:
    """Return the sentences that say what these roles allow, without duplicates (R-5).

    The email and the welcome dialog show them. A custom role is described by the labels of its permissions.
    """
    sentences: dict[str, None] = {}
    for role in roles:
        built_in = built_in_definition(role)
        if built_in:
            lines = list(built_in.capabilities)
        else:
            lines = [LABELS[name] for name in Permission if name in permissions_of(role)]
        sentences.update(dict.fromkeys(str(line) for line in lines))
    return list(sentences)
