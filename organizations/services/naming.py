"""Naming groups and projects, by one person at a time."""

from typing import NamedTuple

from audit.services import record
from organizations.models import Group, Membership, Project


class Named(NamedTuple):
    """The words of a group or a project."""

    name: str
    description: str


class Changed(Exception):
    """Somebody else changed it since it was seen; `now` is how it stands."""

    def __init__(self, now: Named) -> None:
        super().__init__()
        self.now = now


def keep_names(actor: Membership, thing: Group | Project, words: Named, seen: Named | None, *, action: str) -> bool:
    """Gives the thing these words; False where it has them. Raises Changed where it is not as `seen`, if any, unless
    it is as wanted; IntegrityError where the name is taken."""
    now = Named(thing.name, thing.description)
    if now == words:
        return False
    if seen is not None and seen != now:
        raise Changed(now)
    thing.name, thing.description = words
    thing.save(update_fields=["name", "name_key", "description"])
    data = {"from": now.name, "to": words.name} if now.name != words.name else {"description": words.description}
    record(organization_id=thing.organization_id, actor=actor, action=action, target=thing, data=data)
    return True
