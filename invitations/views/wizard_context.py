"""Template context for the two steps of Add User. Each step takes a fixed number of queries."""

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
from base.names import full_name
from base.picker import MAX_OPTIONS, search_words
from base.sentences import join_names
from invitations.forms import EMPTY_PERSON, PERSON_FIELDS, PersonalizeForm
from invitations.models import Batch
from invitations.queries import BatchAccess
from invitations.validation import MAX_PEOPLE, BatchErrors
from invitations.views.wizard_access import WizardRequest, sign_owner, wizard_url
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
from organizations.roles import capabilities_of, description_of

SEARCH_LIMIT = 100
# More groups than this are counted in the summary, not named.
MAX_GROUP_NAMES = 5


@dataclass
class SearchTerms:
    """Searches in the two lists of step 1."""

    groups: str = ""
    projects: str = ""

    @classmethod
    def from_querydict(cls, values: QueryDict) -> "SearchTerms":
        """Read the searches from a form or query string, without characters that no name contains."""
        return cls(*(text.clean_search(values.get(name, ""), limit=SEARCH_LIMIT) for name in ("group_q", "project_q")))


@dataclass
class SetupStep:
    """Step 1 for its template: a batch (saved or not), its errors, and the lists to choose from."""

    actor: Membership
    batch: Batch
    errors: BatchErrors = field(default_factory=BatchErrors)
    search: SearchTerms = field(default_factory=SearchTerms)

    @cached_property
    def _available_roles(self) -> list[Role]:
        return roles_in(self.actor.organization)

    @cached_property
    def _groups(self) -> ChoiceList:
        return group_choices(self.actor.organization, self.search.groups, self.batch.group_ids)

    @cached_property
    def _projects(self) -> ChoiceList:
        return project_choices(self.actor.organization, self.search.projects, self.batch.project_ids)

    @cached_property
    def access(self) -> BatchAccess:
        group_ids = [group.pk for group in self._groups.chosen]
        group_projects = projects_through_groups(self.actor.organization, group_ids)
        roles = [role for role in self._available_roles if str(role.pk) in self.batch.role_ids]
        return BatchAccess(roles, self._groups.chosen, self._projects.chosen, group_projects)

    @property
    def people(self) -> list[dict]:
        rows, guessed = self.batch.people or [EMPTY_PERSON], self.batch.pasted.get("guessed", [])
        return [
            {**row, "n": n, "errors": self.errors.people.get(n, {}), "guessed": row in guessed}
            for n, row in enumerate(rows)
        ]

    @property
    def has_guessed(self) -> bool:
        return any(row["guessed"] for row in self.people)

    @property
    def blank_row(self) -> dict:
        """Row for the script to copy; it replaces the number."""
        return {**EMPTY_PERSON, "n": "__n__", "errors": {}}

    @property
    def count(self) -> int:
        """Number of rows with any input."""
        return sum(any(row[name].strip() for name in PERSON_FIELDS) for row in self.batch.people)

    @property
    def max_people(self) -> int:
        return MAX_PEOPLE

    @property
    def is_ranked(self) -> bool:
        return self.actor.organization.scheme == Scheme.RANKED

    @cached_property
    def roles(self) -> list[dict]:
        """All roles of the organization. Roles that the actor may not give have a `reason` and are disabled (R-6)."""
        return [self._role(role) for role in self._available_roles]

    def _role(self, role: Role) -> dict:
        return {
            "id": role.pk,
            "label": role.label,
            "description": description_of(role),
            "reason": can_give_role(self.actor, role).reason,
            "chosen": str(role.pk) in self.batch.role_ids,
        }

    def is_denied(self, role: Role) -> bool:
        """Return True if the actor may not give the role."""
        return not can_give_role(self.actor, role)

    @property
    def denied_role_reasons(self) -> list[str]:
        return [role["reason"] for role in self.roles if role["reason"]]

    @property
    def descriptions(self) -> list[str]:
        return [description_of(role) for role in self.access.roles]

    @cached_property
    def groups(self) -> list[dict]:
        """Matching and chosen groups. Groups that give more than the actor has are disabled (R-6, G-4)."""
        groups, chosen = self._groups.listed, set(self._groups.chosen)
        sizes = group_sizes(groups)
        roles = roles_of_groups(self.actor.organization, [group.pk for group in groups])
        return [
            _group(group, sizes[group.pk], group in chosen)
            | {"reason": can_assign_group(self.actor, group, roles.get(group.pk, [])).reason}
            for group in groups
        ]

    @property
    def has_more_groups(self) -> bool:
        return self._groups.more

    @cached_property
    def projects(self) -> list[dict]:
        """Projects that come with the groups, then the other matching and chosen ones (W-6)."""
        group_projects, chosen = self.access.group_projects, set(self._projects.chosen)
        words = search_words(self.search.projects)
        matching = [project for project in group_projects if all(word in project.sort_name for word in words)]
        matching = matching[:MAX_OPTIONS]
        also_chosen = [project for project in group_projects if project in chosen and project not in matching]
        other = [project for project in self._projects.listed if project not in group_projects]
        return [
            {
                "id": project.pk,
                "key": str(project.pk),
                "name": project.name,
                "via": _via(group_projects.get(project, [])),
                "chosen": project in chosen,
            }
            for project in [*matching, *also_chosen, *other]
        ]

    @property
    def has_more_projects(self) -> bool:
        return self._projects.more

    @property
    def group_only_count(self) -> int:
        """Number of projects that come only with groups; the badge adds it to the number of checked boxes."""
        return len(self.access.group_projects.keys() - set(self.access.projects))

    @property
    def project_summary(self) -> str:
        """ "6 from groups, 2 direct"."""
        from_groups, direct = len(self.access.group_projects), len(self.access.projects)
        parts = []
        if from_groups:
            parts.append(_("%(count)s from groups") % {"count": from_groups})
        if direct:
            parts.append(_("%(count)s direct") % {"count": direct})
        return ", ".join(parts) or _("None")

    @property
    def group_summary(self) -> str:
        """ "Marketing and Research", or "A, B, C, D, E and 2 more"."""
        return join_names((group.name for group in self.access.groups), limit=MAX_GROUP_NAMES) or _("None")

    @property
    def role_summary(self) -> str:
        return join_names(role.label for role in self.access.roles) or _("Not chosen yet")

    @property
    def capabilities_title(self) -> str:
        """Heading of the capabilities: "With the Builder role, they can"."""
        roles = [role.label for role in self.access.roles]
        title = ngettext("With the %(roles)s role, they can", "With the %(roles)s roles, they can", len(roles))
        return title % {"roles": join_names(roles)}

    @property
    def capabilities(self) -> list[str]:
        return capabilities_of(self.access.roles)


def _group(group: Group, size: tuple[Count, Count], chosen: bool) -> dict:
    people = ngettext("%(count)s person", "%(count)s people", size[0].value) % {"count": size[0]}
    projects = ngettext("%(count)s project", "%(count)s projects", size[1].value) % {"count": size[1]}
    description = _("%(people)s, %(projects)s") % {"people": people, "projects": projects}
    return {"id": group.pk, "key": str(group.pk), "name": group.name, "description": description, "chosen": chosen}


def _via(groups: list[Group]) -> str:
    return _("via %(groups)s") % {"groups": join_names(group.name for group in groups)} if groups else ""


def error_list(errors: BatchErrors) -> list[dict]:
    """Return the errors of step 1 for the summary at the top: `target` (the control's id), `label` and `message`."""
    labels = {"first_name": _("First name"), "last_name": _("Last name"), "email": _("Email address")}
    people = [
        {
            "target": f"{name}-{row}",
            "label": _("Person %(n)s, %(field)s") % {"n": row + 1, "field": labels[name]},
            "message": message,
        }
        for row, messages in sorted(errors.people.items())
        for name, message in messages.items()
    ]
    sections = {
        "people": ("email-0", _("People")),
        "roles": ("role", _("Role")),
        "groups": ("group-list", _("Add to groups")),
        "projects": ("project-list", _("Give project access")),
    }
    general = [
        {"target": sections[name][0], "label": sections[name][1], "message": message}
        for name, message in errors.general.items()
        if name in sections
    ]
    return [*people, *general]


def wizard_context(request: WizardRequest, batch: Batch, *, step: int) -> dict:
    """Return the context of both steps: URLs, the draft's hidden fields, breadcrumbs and the stepper."""
    base_url = wizard_url(request, batch)
    return {
        "batch": batch,
        "base": base_url,
        "back_url": base_url,
        "action": wizard_url(request, batch, step=step),
        "parents": [(_("Users"), reverse("users", args=[request.organization.slug]))],
        "discard_url": f"{base_url}discard/?draft={batch.pk}" if batch._state.adding else f"{base_url}discard/",
        "owner": sign_owner(request.membership),
        "step": step,
        "steps": [_("User setup"), _("Personalize the invitation")],
    }


def personalize_context(batch: Batch, form: PersonalizeForm) -> dict:
    """Return the context of step 2, except for the preview and the first tasks."""
    return {
        "form": form,
        "people": [
            {"name": full_name(row["first_name"], row["last_name"]) or row["email"], "email": row["email"]}
            for row in batch.people
        ],
    }


def unsaved_batch(request: WizardRequest, batch_id: UUID, **fields: Any) -> Batch:
    """Return a batch that is shown but not saved."""
    return Batch(pk=batch_id, organization=request.organization, version=0, **fields)
