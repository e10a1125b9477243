"""Forms of the bulk actions for which a group or project is chosen from a list."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from base.picker import search_query, selected_ids
from console.bulk.forms import BulkForm, find_group, raise_unless
from organizations.models import Group, GroupMembership, Membership, Project, ProjectGrant
from organizations.policies import can_add_to_group, can_remove_group_members
from organizations.queries import ChoiceList, group_choices, manual_groups_in, project_choices, projects_in


@dataclass
class ChoiceSet:
    """A list of groups or projects to choose one from. field: of the form. options: each with whether it is chosen."""

    field: forms.BoundField
    legend: str
    search_label: str
    search_name: str
    search: str
    options: list[tuple[Group | Project, bool]]
    has_more: bool
    empty_text: str

    @property
    def html_id(self) -> str:
        return "choice-" + self.field.name.removesuffix("_id")


class ListsForm(BulkForm):
    """A choice from one or two lists. members: the selected ones, if they are few; else none.

    Of few members, only the groups that they are in, or the projects that they have, can be removed.
    gives_access: whether members get access to what is chosen.
    """

    gives_access = True

    def __init__(self, *args: Any, members: list[Membership], **options: Any) -> None:
        self.members = members
        super().__init__(*args, **options)

    @cached_property
    def choice_sets(self) -> list[ChoiceSet]:
        """The lists, in order."""
        raise NotImplementedError

    @property
    def is_empty(self) -> bool:
        """Whether a list has nothing to choose from."""
        return any(not each.options and not each.search for each in self.choice_sets)

    def _set(
        self, name: str, legend: str, search_label: str, find: Callable[..., ChoiceList], empty_text: str
    ) -> ChoiceSet:
        data = self.data if self.is_bound else QueryDict()
        chosen, search_name = selected_ids(data, name), f"{name.removesuffix('_id')}_q"
        search = search_query(data, search_name)
        pick = find(self.organization, search, chosen)
        options = [(item, item.pk in chosen) for item in pick.listed]
        return ChoiceSet(self[name], legend, search_label, search_name, search, options, pick.more, empty_text)

    @property
    def _no_groups(self) -> str:
        return _("No one selected is in a manually managed group.")

    def _groups_to_leave(self) -> QuerySet[Group]:
        groups = manual_groups_in(self.organization)
        if not self.members:
            return groups
        links = GroupMembership.objects.filter(membership__in=self.members, group=OuterRef("pk"))
        return groups.filter(Exists(links))

    def _projects_to_remove(self) -> QuerySet[Project]:
        projects = projects_in(self.organization)
        if not self.members:
            return projects
        return projects.filter(Exists(ProjectGrant.objects.filter(membership__in=self.members, project=OuterRef("pk"))))


class GroupForm(ListsForm):
    """The group to join."""

    group_id = forms.UUIDField(required=False)

    @cached_property
    def choice_sets(self) -> list[ChoiceSet]:
        find = partial(group_choices, groups=manual_groups_in(self.organization))
        return [self._set("group_id", _("Group"), _("Search groups"), find, _("No groups yet."))]

    @property
    def group(self) -> Group | None:
        return find_group(self.organization, self.cleaned_data.get("group_id"))

    @property
    def joined(self) -> list[Group]:
        return [self.group] if self.group else []

    def clean_group_id(self) -> UUID:
        group = _chosen_group(self, "group_id")
        raise_unless(can_add_to_group(self.actor, group))
        return group.pk


class GroupRemovalForm(ListsForm):
    """The group to leave."""

    gives_access = False

    group_id = forms.UUIDField(required=False)

    @cached_property
    def choice_sets(self) -> list[ChoiceSet]:
        find = partial(group_choices, groups=self._groups_to_leave())
        return [self._set("group_id", _("Group"), _("Search groups"), find, self._no_groups)]

    @property
    def group(self) -> Group | None:
        return find_group(self.organization, self.cleaned_data.get("group_id"))

    def clean_group_id(self) -> UUID:
        group = _chosen_group(self, "group_id")
        raise_unless(can_remove_group_members(self.actor, group))
        return group.pk


class GroupMoveForm(GroupRemovalForm):
    """The group to leave, and the one to join instead."""

    gives_access = True

    target_id = forms.UUIDField(required=False)

    @cached_property
    def choice_sets(self) -> list[ChoiceSet]:
        find = partial(group_choices, groups=self._groups_to_leave())
        find_target = partial(group_choices, groups=manual_groups_in(self.organization))
        return [
            self._set("group_id", _("From"), _("Search groups to leave"), find, self._no_groups),
            self._set("target_id", _("To"), _("Search groups to join"), find_target, _("No groups yet.")),
        ]

    @property
    def target(self) -> Group | None:
        return find_group(self.organization, self.cleaned_data.get("target_id"))

    def clean_target_id(self) -> UUID:
        group = _chosen_group(self, "target_id")
        if group.pk == self.cleaned_data.get("group_id"):
            raise ValidationError(_("Choose a different group from the one they’re leaving."))
        raise_unless(can_add_to_group(self.actor, group))
        return group.pk


class ProjectForm(ListsForm):
    """The project to give access to."""

    project_id = forms.UUIDField(required=False)

    @cached_property
    def choice_sets(self) -> list[ChoiceSet]:
        return [self._set("project_id", _("Project"), _("Search projects"), project_choices, _("No projects yet."))]

    @property
    def project(self) -> Project | None:
        project_id = self.cleaned_data.get("project_id")
        return projects_in(self.organization, [project_id]).first() if project_id else None

    def clean_project_id(self) -> UUID:
        project_id = self.cleaned_data["project_id"]
        if not project_id or not projects_in(self.organization, [project_id]).exists():
            raise ValidationError(_("Choose a project."))
        return project_id


class ProjectRemovalForm(ProjectForm):
    """The project to remove direct access to."""

    gives_access = False

    @cached_property
    def choice_sets(self) -> list[ChoiceSet]:
        find = partial(project_choices, projects=self._projects_to_remove())
        empty_text = _("No one selected has direct access to a project.")
        return [self._set("project_id", _("Project"), _("Search projects"), find, empty_text)]


FORMS_WITH_LISTS: dict[str, type[ListsForm]] = {
    "group": GroupForm,
    "group_removal": GroupRemovalForm,
    "group_move": GroupMoveForm,
    "project": ProjectForm,
    "project_removal": ProjectRemovalForm,
}


def _chosen_group(form: BulkForm, name: str) -> Group:
    group = find_group(form.organization, form.cleaned_data[name])
    if group is None:
        raise ValidationError(_("Choose a group."))
    return group
