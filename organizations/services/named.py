"""Changing the name and description of groups and projects without overwriting a concurrent change."""

from typing import NamedTuple

from audit.services import record
from organizations.models import Group, Membership, Project


class NamedFields(NamedTuple):
    """The name and description of a group or project."""

    name: str
    description: str


class NamedConflict(Exception):
    """Someone else changed the group or project since the editor loaded it. `now` is its current state."""

    def __init__(self, now: NamedFields) -> None:
        super().__init__()
        self.now = now


def save_named(
    actor: Membership, item: Group | Project, fields: NamedFields, seen: NamedFields | None, *, action: str
) -> bool:
    """Save the name and description. Return False if they are unchanged.

    `seen` is what the editor saw, or None to skip the check. Raises NamedConflict if the item differs from it, unless
    it already is as wanted, and IntegrityError if the name is taken.
    """
    now = NamedFields(item.name, item.description)
    if now == fields:
        return False
    if seen is not None and seen != now:
        raise NamedConflict(now)
    item.name, item.description = fields
    item.save(update_fields=["name", "name_key", "sort_name", "description"])
    data = {"from": now.name, "to": fields.name} if now.name != fields.name else {"description": fields.description}
    record(organization_id=item.organization_id, actor=actor, action=action, target=item, data=data)
    return True
