"""Texts about bulk actions, by kind."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from base.counting import CAP, Count
from console.bulk.preview import Preview
from console.models import BulkAction, BulkState

TextsByKind = dict[str, Callable[[int], str]]
QUESTIONS: TextsByKind = {
    "role": lambda n: ngettext("Change role for %(count)s user?", "Change role for %(count)s users?", n),
    "group": lambda n: ngettext("Add %(count)s user to a group?", "Add %(count)s users to a group?", n),
    "group_removal": lambda n: ngettext(
        "Remove %(count)s user from a group?", "Remove %(count)s users from a group?", n
    ),
    "group_move": lambda n: ngettext(
        "Move %(count)s user to another group?", "Move %(count)s users to another group?", n
    ),
    "project": lambda n: ngettext(
        "Give %(count)s user access to a project?", "Give %(count)s users access to a project?", n
    ),
    "project_removal": lambda n: ngettext(
        "Remove direct access to a project for %(count)s user?",
        "Remove direct access to a project for %(count)s users?",
        n,
    ),
    "sessions": lambda n: ngettext("Log out %(count)s user?", "Log out %(count)s users?", n),
    "invitation": lambda n: ngettext("Resend %(count)s invitation?", "Resend %(count)s invitations?", n),
    "reminder": lambda n: ngettext("Remind %(count)s user about 2FA?", "Remind %(count)s users about 2FA?", n),
    "deactivation": lambda n: ngettext("Deactivate %(count)s user?", "Deactivate %(count)s users?", n),
    "reactivation": lambda n: ngettext("Reactivate %(count)s user?", "Reactivate %(count)s users?", n),
    "deletion": lambda n: ngettext("Delete %(count)s user?", "Delete %(count)s users?", n),
}
BUTTONS: TextsByKind = {
    "role": lambda n: ngettext("Change role for %(count)s user", "Change role for %(count)s users", n),
    "group": lambda n: ngettext("Add %(count)s user", "Add %(count)s users", n),
    "group_removal": lambda n: ngettext("Remove %(count)s user", "Remove %(count)s users", n),
    "group_move": lambda n: ngettext("Move %(count)s user", "Move %(count)s users", n),
    "project": lambda n: ngettext("Give access to %(count)s user", "Give access to %(count)s users", n),
    "project_removal": lambda n: ngettext("Remove access for %(count)s user", "Remove access for %(count)s users", n),
    "sessions": lambda n: ngettext("Log out %(count)s user", "Log out %(count)s users", n),
    "invitation": lambda n: ngettext("Resend %(count)s invite", "Resend %(count)s invites", n),
    "reminder": lambda n: ngettext("Remind %(count)s user", "Remind %(count)s users", n),
    "deactivation": lambda n: ngettext("Deactivate %(count)s user", "Deactivate %(count)s users", n),
    "reactivation": lambda n: ngettext("Reactivate %(count)s user", "Reactivate %(count)s users", n),
    "deletion": lambda n: ngettext("Delete %(count)s user", "Delete %(count)s users", n),
}
PROGRESS: TextsByKind = {
    "role": lambda n: ngettext("Changing role for %(count)s user", "Changing role for %(count)s users", n),
    "group": lambda n: ngettext("Adding %(count)s user to %(name)s", "Adding %(count)s users to %(name)s", n),
    "group_removal": lambda n: ngettext(
        "Removing %(count)s user from %(name)s", "Removing %(count)s users from %(name)s", n
    ),
    "group_move": lambda n: ngettext(
        "Moving %(count)s user from %(name)s to %(target)s", "Moving %(count)s users from %(name)s to %(target)s", n
    ),
    "project": lambda n: ngettext(
        "Giving %(count)s user access to %(name)s", "Giving %(count)s users access to %(name)s", n
    ),
    "project_removal": lambda n: ngettext(
        "Removing direct access to %(name)s for %(count)s user",
        "Removing direct access to %(name)s for %(count)s users",
        n,
    ),
    "sessions": lambda n: ngettext("Logging out %(count)s user", "Logging out %(count)s users", n),
    "invitation": lambda n: ngettext("Resending %(count)s invitation", "Resending %(count)s invitations", n),
    "reminder": lambda n: ngettext("Reminding %(count)s user about 2FA", "Reminding %(count)s users about 2FA", n),
    "deactivation": lambda n: ngettext("Deactivating %(count)s user", "Deactivating %(count)s users", n),
    "reactivation": lambda n: ngettext("Reactivating %(count)s user", "Reactivating %(count)s users", n),
    "deletion": lambda n: ngettext("Deleting %(count)s user", "Deleting %(count)s users", n),
    "undo": lambda n: _("Undoing “%(name)s”"),
}
RESULTS: TextsByKind = {
    "role": lambda n: ngettext(
        "Role changed to %(name)s for %(count)s user", "Role changed to %(name)s for %(count)s users", n
    ),
    "group": lambda n: ngettext("Added %(count)s user to %(name)s", "Added %(count)s users to %(name)s", n),
    "group_removal": lambda n: ngettext(
        "Removed %(count)s user from %(name)s", "Removed %(count)s users from %(name)s", n
    ),
    "group_move": lambda n: ngettext(
        "Moved %(count)s user from %(name)s to %(target)s", "Moved %(count)s users from %(name)s to %(target)s", n
    ),
    "project": lambda n: ngettext(
        "Gave %(count)s user access to %(name)s", "Gave %(count)s users access to %(name)s", n
    ),
    "project_removal": lambda n: ngettext(
        "Removed direct access to %(name)s for %(count)s user",
        "Removed direct access to %(name)s for %(count)s users",
        n,
    ),
    "sessions": lambda n: ngettext("Logged out %(count)s user", "Logged out %(count)s users", n),
    "invitation": lambda n: ngettext("Resent %(count)s invitation", "Resent %(count)s invitations", n),
    "reminder": lambda n: ngettext("Reminded %(count)s user about 2FA", "Reminded %(count)s users about 2FA", n),
    "deactivation": lambda n: ngettext("Deactivated %(count)s user", "Deactivated %(count)s users", n),
    "reactivation": lambda n: ngettext("Reactivated %(count)s user", "Reactivated %(count)s users", n),
    "deletion": lambda n: ngettext("Deleted %(count)s user", "Deleted %(count)s users", n),
    "undo": lambda n: ngettext("Undid “%(name)s” for %(count)s user", "Undid “%(name)s” for %(count)s users", n),
}


def format_text(texts: TextsByKind, key: str, number: int, choice: dict[str, Any] | None = None) -> str:
    """Return the kind's text for that number. `choice` is BulkAction.choice, with the names of what was chosen."""
    names = {"name": (choice or {}).get("name", ""), "target": (choice or {}).get("target_name", "")}
    return texts[key](number) % {"count": f"{number:,}", **names}


def confirmation_phrase(number: int) -> str:
    """Return the phrase to type before deleting that many users."""
    return _("delete %(count)s users") % {"count": number}


def consequence(key: str, preview: Preview) -> str:
    """Return what changes and what doesn't, shown below the question."""
    return {
        "role": _("This replaces their direct roles. Roles from groups don’t change."),
        "group": _("They immediately get the group’s projects and roles."),
        "group_removal": _(
            "They immediately lose the group’s projects and roles, unless they also have them another way."
        ),
        "group_move": _(
            "They immediately get the projects and roles of the new group, and lose those of the old one, "
            "unless they also have them another way. Users who aren’t in the old group aren’t moved."
        ),
        "project": _(
            "They get direct access immediately. They keep it even if they leave a group that also gives access."
        ),
        "project_removal": _("They immediately lose direct access. Access through groups and roles doesn’t change."),
        "sessions": _("All their sessions in this organization end immediately. They can sign in again."),
        "invitation": _("They get the invitation email again. Links sent earlier keep working and expire as before."),
        "reminder": _("They get an email with a link to set up two-factor authentication, at most once a week."),
        "deactivation": _(
            "They are signed out immediately and can’t sign in here, and their access keys stop working. "
            "They keep their roles, groups and projects."
        ),
        "reactivation": _("They can sign in again with the same roles, groups and projects as before."),
        "deletion": _(
            "They immediately lose access to all groups and projects, and their access keys stop working. "
            "This can’t be undone."
        ),
    }[key]


def skipped_heading(count: int) -> str:
    """Return the heading above the reasons why members are skipped."""
    text = ngettext("%(count)s user will be skipped", "%(count)s users will be skipped", count)
    return text % {"count": f"{count:,}"}


def result_of(action: BulkAction) -> str:
    """Return what a finished action has changed, as a part of a sentence."""
    return format_text(RESULTS, action.kind, action.done, action.choice)


def result_summary(action: BulkAction) -> str:
    """Return one sentence about a finished action: how many members were changed, unchanged and skipped."""
    text = result_of(action)
    unchanged = action.total - action.done - action.refused
    if action.state == BulkState.DONE and unchanged:
        text += "; " + _("nothing changed for %(count)s") % {"count": f"{unchanged:,}"}
    if action.refused:
        skipped = ngettext("%(count)s was skipped", "%(count)s were skipped", action.refused)
        text += "; " + skipped % {"count": f"{action.refused:,}"}
    return text + (_(". The action was stopped.") if action.state == BulkState.CANCELLED else ".")


def progress_title(action: BulkAction) -> str:
    """Return what an unfinished action is doing."""
    if action.state == BulkState.PREPARING and action.kind != "undo":
        text = format_text(PROGRESS, action.kind, CAP, action.choice)
        return text.replace(f"{CAP:,}", str(Count(CAP + 1)), 1)
    return format_text(PROGRESS, action.kind, action.total, action.choice)
