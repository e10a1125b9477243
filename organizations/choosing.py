"""Lists to choose members, groups and projects from, as ui/picker.html shows them."""

from collections.abc import Callable, Iterable
from uuid import UUID

from django.utils.translation import gettext as _

from base.picker import Picker, PickerOption
from base.policies import ALLOWED, Decision
from organizations.models import Group, Membership, Organization, Project, Status
from organizations.queries import Pick, pick_groups, pick_members, pick_projects

Rule = Callable[[list], dict[UUID, Decision]]


def _nobody_barred(_things: list) -> dict[UUID, Decision]:
    return {}


def member_picker(
    organization: Organization, asked: str, chosen: Iterable[UUID], *, barred: Rule = _nobody_barred
) -> tuple[Picker, list[Membership]]:
    """Members to choose from, and those chosen. `barred` says, of those listed, who cannot be chosen and why."""
    pick = pick_members(organization, asked, chosen)
    picker = Picker(
        name="members", title=_("Members"), search_label=_("Search people"), query=asked, has_more=pick.more
    )
    picker.empty_text = _("Nobody matches “%(asked)s”.") % {"asked": asked} if asked else _("There is nobody here yet.")
    return _filled(picker, pick, barred, _person), pick.chosen


def group_picker(
    organization: Organization, asked: str, chosen: Iterable[UUID], *, barred: Rule = _nobody_barred
) -> tuple[Picker, list[Group]]:
    """The same of groups."""
    pick = pick_groups(organization, asked, chosen)
    picker = Picker("groups", _("Groups"), _("Search groups"), query=asked, has_more=pick.more)
    nothing = _("No group matches “%(asked)s”.") % {"asked": asked}
    picker.empty_text = nothing if asked else _("There are no groups yet.")
    return _filled(picker, pick, barred, _group), pick.chosen


def project_picker(
    organization: Organization, asked: str, chosen: Iterable[UUID], *, barred: Rule = _nobody_barred
) -> tuple[Picker, list[Project]]:
    """The same of projects."""
    pick = pick_projects(organization, asked, chosen)
    picker = Picker(
        name="projects", title=_("Projects"), search_label=_("Search projects"), query=asked, has_more=pick.more
    )
    nothing = _("No project matches “%(asked)s”.") % {"asked": asked}
    picker.empty_text = nothing if asked else _("There are no projects yet.")
    return _filled(picker, pick, barred, _project), pick.chosen


def all_there(chosen: list, ids: list[UUID]) -> str:
    """What to say where something that was chosen is gone; blank where all is there."""
    return "" if len(chosen) == len(ids) else _("Something you chose is no longer there. Look at the list again.")


def _filled(picker: Picker, pick: Pick, barred: Rule, choice_of: Callable) -> Picker:
    chosen, reasons = {thing.pk for thing in pick.chosen}, barred(pick.listed)
    for thing in pick.listed:
        choice = choice_of(thing)
        choice.reason = reasons.get(thing.pk, ALLOWED).reason
        choice.selected = thing.pk in chosen and not choice.reason
        picker.options.append(choice)
    return picker


def _person(member: Membership) -> PickerOption:
    choice = PickerOption(member.pk, member.name, _("Add %(name)s") % {"name": member.name}, email=member.email)
    choice.inactive = member.status != Status.ACTIVE
    if member.status == Status.DEACTIVATED:
        choice.warning = _("Deactivated: has no access until reactivated")
    elif member.status == Status.INVITED:
        choice.note = _("%(email)s, pending") % {"email": member.email}
    return choice


def _group(group: Group) -> PickerOption:
    return PickerOption(group.pk, group.name, _("Add %(name)s") % {"name": group.name}, note=group.description)


def _project(project: Project) -> PickerOption:
    action = _("Give access to %(name)s") % {"name": project.name}
    return PickerOption(project.pk, project.name, action, note=project.description, icon="projects")


def deactivated_words(members: Iterable[Membership]) -> str:
    """The warning after deactivated members were added somewhere; blank where none was (U-12)."""
    names = [member.name for member in members if member.status == Status.DEACTIVATED]
    if not names:
        return ""
    if len(names) > 3:
        return _("%(count)s of them are deactivated and have no access until reactivated.") % {"count": len(names)}
    if len(names) == 1:
        return _("%(name)s is deactivated and has no access until reactivated.") % {"name": names[0]}
    return _("%(names)s are deactivated and have no access until reactivated.") % {"names": ", ".join(names)}
