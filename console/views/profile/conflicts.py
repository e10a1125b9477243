"""What others changed in a member while somebody edited them: in words, with who and when (U-8)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from audit.models import Entry
from audit.queries import entries_for_target
from console.views.profile.typed import Seen
from organizations.models import Group, Membership, Project
from organizations.queries import Profile, roles_in

# Which part of a profile an entry of the audit log is about.
ABOUT = {
    "member.renamed": "name",
    "member.roles_changed": "roles",
    "group.member_added": "groups",
    "group.member_removed": "groups",
    "member.projects_given": "projects",
    "member.projects_taken": "projects",
}


@dataclass(frozen=True)
class Change:
    """One part that changed: its label, from what to what, and by whom and when where the audit log knows."""

    part: str
    label: str
    words: str
    who: str = ""
    at: datetime | None = None

    @property
    def sentence(self) -> str:
        """ "Role: Builder → Manager, by Olga Ivanova"."""
        told = {"label": self.label, "words": self.words, "who": self.who}
        return (_("%(label)s: %(words)s, by %(who)s") if self.who else _("%(label)s: %(words)s")) % told


def changes(member: Membership, seen: Seen, now: Profile, parts: Iterable[str]) -> list[Change]:
    """What happened to these parts since the editor looked: at most four queries."""
    parts = list(parts)
    if not parts:
        return []
    entries = entries_for_target(member.organization_id, member.pk, since=seen.at)
    return [_change(member, part, seen.profile, now, entries) for part in parts]


def _change(member: Membership, part: str, seen: Profile, now: Profile, entries: list[Entry]) -> Change:
    label, words = WORDS[part](member, seen, now)
    last = next((entry for entry in entries if ABOUT.get(entry.action) == part), None)
    return Change(part, label, words, last.actor_label if last else "", last.at if last else None)


def _name(member: Membership, seen: Profile, now: Profile) -> tuple[str, str]:
    names = [" ".join(profile.name).strip() or member.email for profile in (seen, now)]
    return _("Name"), _arrow(*names)


def _roles(member: Membership, seen: Profile, now: Profile) -> tuple[str, str]:
    offered = roles_in(member.organization)
    before, after = (", ".join(role.label for role in offered if role.pk in profile.roles) for profile in (seen, now))
    return _("Role"), _arrow(before, after)


def _groups(member: Membership, seen: Profile, now: Profile) -> tuple[str, str]:
    names = _names(Group, member, seen.groups ^ now.groups)
    return _("Groups"), _sets(names, seen.groups, now.groups)


def _projects(member: Membership, seen: Profile, now: Profile) -> tuple[str, str]:
    names = _names(Project, member, seen.projects ^ now.projects)
    return _("Direct projects"), _sets(names, seen.projects, now.projects)


WORDS = {"name": _name, "roles": _roles, "groups": _groups, "projects": _projects}


def _arrow(before: str, after: str) -> str:
    return _("%(before)s → %(after)s") % {"before": before or "–", "after": after or "–"}


def _names(model: type[Group] | type[Project], member: Membership, ids: Iterable[UUID]) -> dict[UUID, str]:
    found = model.objects.filter(organization=member.organization, pk__in=list(ids))
    return dict(found.values_list("pk", "name"))


def _sets(names: dict[UUID, str], seen: frozenset[UUID], now: frozenset[UUID]) -> str:
    """ "added Research, removed Marketing"; what is not there any more has lost its name with it."""
    gone = _("something that was deleted")
    parts = [_("added %(name)s") % {"name": names.get(key, gone)} for key in sorted(now - seen)]
    parts += [_("removed %(name)s") % {"name": names.get(key, gone)} for key in sorted(seen - now)]
    return ", ".join(parts)
