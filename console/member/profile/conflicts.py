"""Changes that other people made to a member while the profile was being edited, with who and when (U-8)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from audit.models import Entry
from audit.queries import entries_for_target
from console.member.profile.forms import ProfileSnapshot
from organizations.models import Group, Membership, Project
from organizations.queries import Profile, roles_in

# The part of a profile that an audit entry is about.
PARTS_BY_ACTION = {
    "member.renamed": "name",
    "member.roles_changed": "roles",
    "group.member_added": "groups",
    "group.member_removed": "groups",
    "member.projects_given": "projects",
    "member.projects_taken": "projects",
}


@dataclass(frozen=True)
class Change:
    """A change to one part of a profile; `actor` and `at` are empty if the audit log doesn't know them."""

    part: str
    label: str
    difference: str
    actor: str = ""
    at: datetime | None = None

    @property
    def sentence(self) -> str:
        """ "Role: Builder → Manager, by Olga Ivanova"."""
        text = _("%(label)s: %(difference)s, by %(actor)s") if self.actor else _("%(label)s: %(difference)s")
        return text % {"label": self.label, "difference": self.difference, "actor": self.actor}


def changes_since(snapshot: ProfileSnapshot, member: Membership, now: Profile, parts: Iterable[str]) -> list[Change]:
    """Return how these parts of the profile changed since the snapshot: at most four queries."""
    parts = list(parts)
    if not parts:
        return []
    entries = entries_for_target(member.organization_id, member.pk, since=snapshot.at)
    return [_change(member, part, snapshot.profile, now, entries) for part in parts]


def _change(member: Membership, part: str, before: Profile, after: Profile, entries: list[Entry]) -> Change:
    label, difference = DIFFERENCES[part](member, before, after)
    last = next((entry for entry in entries if PARTS_BY_ACTION.get(entry.action) == part), None)
    return Change(part, label, difference, last.actor_label if last else "", last.at if last else None)


def _name(member: Membership, before: Profile, after: Profile) -> tuple[str, str]:
    names = [" ".join(profile.name).strip() or member.email for profile in (before, after)]
    return _("Name"), _replaced(*names)


def _roles(member: Membership, before: Profile, after: Profile) -> tuple[str, str]:
    roles = roles_in(member.organization)
    labels = (", ".join(role.label for role in roles if role.pk in profile.roles) for profile in (before, after))
    return _("Role"), _replaced(*labels)


def _groups(member: Membership, before: Profile, after: Profile) -> tuple[str, str]:
    names = _names(Group, member, before.groups ^ after.groups)
    return _("Groups"), _added_and_removed(names, before.groups, after.groups)


def _projects(member: Membership, before: Profile, after: Profile) -> tuple[str, str]:
    names = _names(Project, member, before.projects ^ after.projects)
    return _("Direct projects"), _added_and_removed(names, before.projects, after.projects)


DIFFERENCES = {"name": _name, "roles": _roles, "groups": _groups, "projects": _projects}


def _replaced(before: str, after: str) -> str:
    return _("%(before)s → %(after)s") % {"before": before or "–", "after": after or "–"}


def _names(model: type[Group] | type[Project], member: Membership, ids: Iterable[UUID]) -> dict[UUID, str]:
    objects = model.objects.filter(organization=member.organization, pk__in=list(ids))
    return dict(objects.values_list("pk", "name"))


def _added_and_removed(names: dict[UUID, str], before: frozenset[UUID], after: frozenset[UUID]) -> str:
    """Return "added Research, removed Marketing". The name of something deleted is lost."""
    deleted = _("something that was deleted")
    parts = [_("added %(name)s") % {"name": names.get(key, deleted)} for key in sorted(after - before)]
    parts += [_("removed %(name)s") % {"name": names.get(key, deleted)} for key in sorted(before - after)]
    return ", ".join(parts)
