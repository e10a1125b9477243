"""What the two steps show, worked out for their templates; a fixed number of queries each."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from base import text
from base.counting import Count
from base.picker import MAX_OPTIONS
from invitations.forms import NOBODY, PERSON, PersonalForm
from invitations.models import Batch
from invitations.offers import takes_an
from invitations.problems import MAX_PEOPLE, Problems
from invitations.queries import Choices
from invitations.views.wizard_entry import WizardRequest, owner_mark, url_of
from organizations.models import Group, Membership, Role, Scheme
from organizations.policies import can_assign_group, can_give_role
from organizations.queries import (
    ChoiceList,
    group_choices,
    group_sizes,
    project_choices,
    projects_through_groups,
    roles_in,
    roles_of_groups,
)
from organizations.roles import capabilities_of, description_of, quick_actions_of

ASKED_LIMIT = 100


@dataclass
class Asked:
    """What is searched for in the two lists of step 1."""

    groups: str = ""
    projects: str = ""

    @classmethod
    def of(cls, values: QueryDict) -> "Asked":
        """From a form or an address: one line, without what no name holds."""
        return cls(*(_line(values.get(name, "")) for name in ("group_q", "project_q")))


def _line(value: str) -> str:
    return "".join(char for char in value[:ASKED_LIMIT] if char.isprintable()).strip()


@dataclass
class Setup:
    """Step 1 as it stands: a batch (saved or just typed), what is wrong with it, and the lists to choose from."""

    actor: Membership
    batch: Batch
    problems: Problems = field(default_factory=Problems)
    asked: Asked = field(default_factory=Asked)

    @cached_property
    def _offered(self) -> list[Role]:
        return roles_in(self.actor.organization)

    @cached_property
    def _groups(self) -> ChoiceList:
        return group_choices(self.actor.organization, self.asked.groups, self.batch.group_ids)

    @cached_property
    def _projects(self) -> ChoiceList:
        return project_choices(self.actor.organization, self.asked.projects, self.batch.project_ids)

    @cached_property
    def choices(self) -> Choices:
        through = projects_through_groups(self.actor.organization, [group.pk for group in self._groups.chosen])
        roles = [role for role in self._offered if str(role.pk) in self.batch.role_ids]
        return Choices(roles, self._groups.chosen, self._projects.chosen, through)

    @property
    def people(self) -> list[dict]:
        rows = self.batch.people or [NOBODY]
        return [{**row, "n": n, "problems": self.problems.people.get(n, {})} for n, row in enumerate(rows)]

    @property
    def blank(self) -> dict:
        """The row that a script copies; it replaces the number."""
        return {**NOBODY, "n": "__n__", "problems": {}}

    @property
    def count(self) -> int:
        """How many rows have something in them."""
        return sum(any(row[name].strip() for name in PERSON) for row in self.batch.people)

    @property
    def max_people(self) -> int:
        return MAX_PEOPLE

    @property
    def ranked(self) -> bool:
        return self.actor.organization.scheme == Scheme.RANKED

    @cached_property
    def roles(self) -> list[dict]:
        """Every role of the organization; those that the actor may not give are off, with the reason (R-6)."""
        return [self._role(role) for role in self._offered]

    def _role(self, role: Role) -> dict:
        answer = can_give_role(self.actor, role)
        return {
            "id": role.pk,
            "label": role.label,
            "description": description_of(role),
            "reason": answer.reason,
            "chosen": str(role.pk) in self.batch.role_ids,
        }

    def refuses(self, role: Role) -> bool:
        """Whether the actor may not give the role."""
        return not can_give_role(self.actor, role)

    @property
    def refused_roles(self) -> list[str]:
        return [role["reason"] for role in self.roles if role["reason"]]

    @property
    def descriptions(self) -> list[str]:
        return [description_of(role) for role in self.choices.roles]

    @cached_property
    def groups(self) -> list[dict]:
        """Those found and those chosen; what gives more than the actor has is off, with the reason (R-6, G-4)."""
        sizes, chosen = group_sizes(self._groups.listed), set(self._groups.chosen)
        carried = roles_of_groups(self.actor.organization, [group.pk for group in self._groups.listed])
        rows = [_group(group, sizes[group.pk], group in chosen) for group in self._groups.listed]
        for row, group in zip(rows, self._groups.listed, strict=True):
            row["reason"] = can_assign_group(self.actor, group, carried.get(group.pk, [])).reason
        return rows

    @property
    def more_groups(self) -> bool:
        return self._groups.more

    @cached_property
    def projects(self) -> list[dict]:
        """Those that come through the groups first, then what was found and what is chosen (W-6)."""
        through, chosen = self.choices.group_projects, set(self._projects.chosen)
        asked = text.name_key(self.asked.projects)
        matching = [project for project in through if asked in project.name_key][:MAX_OPTIONS]
        shown = [*matching, *(project for project in through if project in chosen and project not in matching)]
        rest = [project for project in self._projects.listed if project not in through]
        return [
            {
                "id": project.pk,
                "key": str(project.pk),
                "name": project.name,
                "via": _via(through.get(project, [])),
                "chosen": project in chosen,
            }
            for project in [*shown, *rest]
        ]

    @property
    def more_projects(self) -> bool:
        return self._projects.more

    @property
    def through_only(self) -> int:
        """Projects that come through groups alone: what the badge adds to the boxes that are ticked."""
        return len(self.choices.group_projects.keys() - set(self.choices.projects))

    @property
    def project_words(self) -> str:
        """ "6 from groups, 2 direct"."""
        through, direct = len(self.choices.group_projects), len(self.choices.projects)
        parts = []
        if through:
            parts.append(_("%(count)s from groups") % {"count": through})
        if direct:
            parts.append(_("%(count)s direct") % {"count": direct})
        return ", ".join(parts) or _("None")

    @property
    def group_words(self) -> str:
        names = [group.name for group in self.choices.groups]
        cut = ", ".join(names[:5])
        if len(names) > 5:
            return _("%(names)s and %(more)s more") % {"names": cut, "more": len(names) - 5}
        return cut or _("None")

    @property
    def role_words(self) -> str:
        return ", ".join(role.label for role in self.choices.roles) or _("Not chosen yet")

    @property
    def can_title(self) -> str:
        return can_title(self.choices.roles)

    @property
    def capabilities(self) -> list[str]:
        return capabilities_of(self.choices.roles)


def _group(group: Group, size: tuple[Count, Count], chosen: bool) -> dict:
    people = ngettext("%(count)s person", "%(count)s people", size[0].value) % {"count": size[0]}
    projects = ngettext("%(count)s project", "%(count)s projects", size[1].value) % {"count": size[1]}
    words = _("%(people)s, %(projects)s") % {"people": people, "projects": projects}
    return {"id": group.pk, "key": str(group.pk), "name": group.name, "words": words, "chosen": chosen}


def _via(groups: list[Group]) -> str:
    return _("via %(groups)s") % {"groups": ", ".join(group.name for group in groups)} if groups else ""


def can_title(roles: list[Role]) -> str:
    """ "A Builder can", above what the roles allow; blank without one."""
    if len(roles) != 1:
        return _("They can") if roles else ""
    words = _("An %(role)s can") if takes_an(roles[0].label) else _("A %(role)s can")
    return words % {"role": roles[0].label}


def tasks_title(roles: list[Role]) -> str:
    """ "Suggested first tasks for a Builder"."""
    if len(roles) != 1:
        return _("Suggested first tasks")
    words = (
        _("Suggested first tasks for an %(role)s")
        if takes_an(roles[0].label)
        else _("Suggested first tasks for a %(role)s")
    )
    return words % {"role": roles[0].label}


def problem_list(problems: Problems) -> list[dict]:
    """Every problem of step 1 with the id of its control, for the summary at the top."""
    labels = {"first_name": _("First name"), "last_name": _("Last name"), "email": _("Email address")}
    places = {"people": "email-0", "roles": "role", "groups": "group-list", "projects": "project-list"}
    found = [
        {
            "target": f"{name}-{row}",
            "place": _("Person %(n)s, %(field)s") % {"n": row + 1, "field": labels[name]},
            "words": words,
        }
        for row, rows in sorted(problems.people.items())
        for name, words in rows.items()
    ]
    titles = {
        "people": _("People"),
        "roles": _("Role"),
        "groups": _("Add to groups"),
        "projects": _("Give project access"),
    }
    general = [
        {"target": places[name], "place": titles[name], "words": words}
        for name, words in problems.general.items()
        if name in places
    ]
    return [*found, *general]


def frame(request: WizardRequest, batch: Batch, *, step: int) -> dict:
    """What both steps carry: addresses, the draft's key and version, and whose form it is."""
    base = url_of(request, batch)
    return {
        "batch": batch,
        "base": base,
        "back_url": base,
        "action": url_of(request, batch, step=step),
        "parents": [(_("Users"), reverse("users", args=[request.organization.slug]))],
        "discard_url": f"{base}discard/?draft={batch.pk}" if batch._state.adding else f"{base}discard/",
        "owner": owner_mark(request.membership),
        "step": step,
        "steps": [_("User setup"), _("Personalize the invitation")],
    }


def personal(batch: Batch, roles: list[Role], form: PersonalForm) -> dict:
    """What step 2 shows beside the preview."""
    return {
        "form": form,
        "role_words": ", ".join(role.label for role in roles),
        "tasks_title": tasks_title(roles),
        "quick_actions": quick_actions_of(roles),
        "people": [
            {"name": f"{row['first_name']} {row['last_name']}".strip() or row["email"], "email": row["email"]}
            for row in batch.people
        ],
    }


def blank_batch(request: WizardRequest, key: UUID, **fields: Any) -> Batch:
    """A batch that is shown and not (yet) kept."""
    return Batch(pk=key, organization=request.organization, version=0, **fields)
