"""Scopes of access keys (A-6). A scope is a resource of the API with "read" or "write"."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _text
from django.utils.translation import gettext_lazy as _

from organizations.permissions import Permission, with_dependencies

P = Permission
READ, WRITE = "read", "write"


@dataclass(frozen=True)
class Resource:
    """A part of the API. `read` and `write` are the permissions that its scopes stand for, None if there is no scope.

    "write" includes "read".
    """

    key: str
    label: str | Promise
    read: frozenset[Permission]
    write: frozenset[Permission] | None = None


RESOURCES = (
    Resource("members", _("Members"), frozenset({P.PEOPLE_VIEW}), frozenset({P.PEOPLE_EDIT, P.PEOPLE_ADMIN})),
    Resource("invitations", _("Invitations"), frozenset({P.PEOPLE_VIEW}), frozenset({P.PEOPLE_INVITE})),
    Resource("groups", _("Groups"), frozenset({P.PEOPLE_VIEW}), frozenset({P.GROUPS_MANAGE})),
    Resource(
        "projects",
        _("Projects"),
        frozenset({P.WORKSPACE_VIEW, P.PROJECTS_VIEW_ALL}),
        frozenset({P.PROJECTS_EDIT, P.PROJECTS_MANAGE}),
    ),
    Resource("roles", _("Roles"), frozenset({P.PEOPLE_VIEW}), frozenset({P.ROLES_MANAGE})),
    Resource("audit", _("Audit log"), frozenset({P.AUDIT_VIEW, P.AUDIT_EXPORT})),
    Resource("keys", _("Access keys"), frozenset({P.KEYS_MANAGE}), frozenset({P.KEYS_MANAGE})),
)


def scope(resource: str, access: str) -> str:
    """Return the name of a scope: "members:read"."""
    return f"{resource}:{access}"


# The permissions of each scope.
SCOPES: dict[str, frozenset[Permission]] = {
    scope(resource.key, access): with_dependencies(permissions)
    for resource in RESOURCES
    for access, permissions in (
        (READ, resource.read),
        (WRITE, resource.write and resource.read | resource.write),
    )
    if permissions
}


def with_reading(scopes: Iterable[str]) -> list[str]:
    """Return these scopes in the order of SCOPES, with "read" for each "write". Unknown names are left out."""
    chosen = {each for each in scopes if each in SCOPES}
    chosen |= {scope(each.partition(":")[0], READ) for each in chosen}
    return [each for each in SCOPES if each in chosen]


def permissions_of_scopes(scopes: Iterable[str]) -> frozenset[Permission]:
    """Return the permissions that these scopes stand for. Unknown names in a key's row are ignored."""
    return frozenset().union(*(SCOPES.get(each, frozenset()) for each in scopes))


def describe_scopes(scopes: Iterable[str]) -> str:
    """Return the scopes as one text, like "Members, groups: write; Audit log: read"."""
    names = set(scopes)
    written = [str(each.label) for each in RESOURCES if scope(each.key, WRITE) in names]
    read = [
        str(each.label) for each in RESOURCES if scope(each.key, READ) in names and scope(each.key, WRITE) not in names
    ]
    parts = []
    if written:
        parts.append(_text("%(resources)s: write") % {"resources": _join(written)})
    if read:
        parts.append(_text("%(resources)s: read") % {"resources": _join(read)})
    return "; ".join(parts)


def _join(labels: list[str]) -> str:
    """Join labels as within a sentence: "Members, audit log"."""
    return ", ".join([labels[0], *(label[:1].lower() + label[1:] for label in labels[1:])])
