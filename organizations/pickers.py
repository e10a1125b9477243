"""Pickers of members, groups and projects (templates/ui/picker.html)."""

from collections.abc import Callable, Iterable
from uuid import UUID

from django.utils.translation import gettext as _

from base.picker import Picker, PickerOption
from base.policies import ALLOWED, Decision
from organizations.models import Group, Membership, Organization, Project, Status
from organizations.queries import ChoiceList, group_choices, member_choices, project_choices

# Returns, for those of the listed items that can't be chosen, the decision with the reason.
Decide = Callable[[list], dict[UUID, Decision]]


def _allow_all(_items: list) -> dict[UUID, Decision]:
    return {}


def member_picker(
    organization: Organization, search: str, chosen: Iterable[UUID], *, decide: Decide = _allow_all
) -> tuple[Picker, list[Membership]]:
    """Return the picker for members, and the members that are chosen."""
    choices = member_choices(organization, search, chosen)
    picker = Picker(
        name="members", title=_("Members"), search_label=_("Search people"), query=search, has_more=choices.more
    )
    picker.empty_text = _("No one matches “%(search)s”.") % {"search": search} if search else _("No people yet.")
    return _fill(picker, choices, decide, _member_option), choices.chosen


def group_picker(
    organization: Organization, search: str, chosen: Iterable[UUID], *, decide: Decide = _allow_all
) -> tuple[Picker, list[Group]]:
    """Return the picker for groups, and the groups that are chosen."""
    choices = group_choices(organization, search, chosen)
    picker = Picker(
        name="groups", title=_("Groups"), search_label=_("Search groups"), query=search, has_more=choices.more
    )
    picker.empty_text = _("No groups match “%(search)s”.") % {"search": search} if search else _("No groups yet.")
    return _fill(picker, choices, decide, _group_option), choices.chosen


def project_picker(
    organization: Organization, search: str, chosen: Iterable[UUID], *, decide: Decide = _allow_all
) -> tuple[Picker, list[Project]]:
    """Return the picker for projects, and the projects that are chosen."""
    choices = project_choices(organization, search, chosen)
    picker = Picker(
        name="projects", title=_("Projects"), search_label=_("Search projects"), query=search, has_more=choices.more
    )
    picker.empty_text = _("No projects match “%(search)s”.") % {"search": search} if search else _("No projects yet.")
    return _fill(picker, choices, decide, _project_option), choices.chosen


def missing_message(chosen: list, ids: list[UUID]) -> str:
    """Return the error for chosen items that no longer exist, or "" if all of them do."""
    return "" if len(chosen) == len(ids) else _("Something you chose no longer exists. Check the list again.")


def _fill(picker: Picker, choices: ChoiceList, decide: Decide, option_of: Callable[..., PickerOption]) -> Picker:
    chosen, decisions = {item.pk for item in choices.chosen}, decide(choices.listed)
    for item in choices.listed:
        option = option_of(item)
        option.reason = decisions.get(item.pk, ALLOWED).reason
        option.selected = item.pk in chosen and not option.reason
        picker.options.append(option)
    return picker


def _member_option(member: Membership) -> PickerOption:
    option = PickerOption(member.pk, member.name, _("Add %(name)s") % {"name": member.name}, email=member.email)
    option.inactive = member.status != Status.ACTIVE
    if member.status == Status.DEACTIVATED:
        option.warning = _("Deactivated: no access until reactivated")
    elif member.status == Status.INVITED:
        option.note = _("%(email)s, pending") % {"email": member.email}
    return option


def _group_option(group: Group) -> PickerOption:
    return PickerOption(group.pk, group.name, _("Add %(name)s") % {"name": group.name}, note=group.description)


def _project_option(project: Project) -> PickerOption:
    action = _("Give access to %(name)s") % {"name": project.name}
    return PickerOption(project.pk, project.name, action, note=project.description, icon="projects")


def deactivated_warning(members: Iterable[Membership]) -> str:
    """Return the warning for deactivated members who were just added, or "" if none is deactivated (U-12)."""
    names = [member.name for member in members if member.status == Status.DEACTIVATED]
    if not names:
        return ""
    if len(names) > 3:
        return _("%(count)s of them are deactivated and have no access until reactivated.") % {"count": len(names)}
    if len(names) == 1:
        return _("%(name)s is deactivated and has no access until reactivated.") % {"name": names[0]}
    return _("%(names)s are deactivated and have no access until reactivated.") % {"names": ", ".join(names)}
