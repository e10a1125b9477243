"""Sentences about an action on many members, by its kind."""

from collections.abc import Callable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from base.counting import CAP, Count
from console.bulk.preview import Preview
from console.models import BulkAction, BulkState

Counted = dict[str, Callable[[int], str]]
QUESTIONS: Counted = {
    "role": lambda n: ngettext("Change the role of %(count)s user?", "Change the role of %(count)s users?", n),
    "group": lambda n: ngettext("Add %(count)s user to a group?", "Add %(count)s users to a group?", n),
    "invitation": lambda n: ngettext("Resend %(count)s invitation?", "Resend %(count)s invitations?", n),
    "deactivation": lambda n: ngettext("Deactivate %(count)s user?", "Deactivate %(count)s users?", n),
    "reactivation": lambda n: ngettext("Reactivate %(count)s user?", "Reactivate %(count)s users?", n),
    "deletion": lambda n: ngettext("Delete %(count)s user?", "Delete %(count)s users?", n),
}
BUTTONS: Counted = {
    "role": lambda n: ngettext("Change role of %(count)s user", "Change role of %(count)s users", n),
    "group": lambda n: ngettext("Add %(count)s user", "Add %(count)s users", n),
    "invitation": lambda n: ngettext("Resend %(count)s invite", "Resend %(count)s invites", n),
    "deactivation": lambda n: ngettext("Deactivate %(count)s user", "Deactivate %(count)s users", n),
    "reactivation": lambda n: ngettext("Reactivate %(count)s user", "Reactivate %(count)s users", n),
    "deletion": lambda n: ngettext("Delete %(count)s user", "Delete %(count)s users", n),
}
DOING: Counted = {
    "role": lambda n: ngettext("Changing the role of %(count)s user", "Changing the role of %(count)s users", n),
    "group": lambda n: ngettext("Adding %(count)s user to %(name)s", "Adding %(count)s users to %(name)s", n),
    "invitation": lambda n: ngettext("Resending %(count)s invitation", "Resending %(count)s invitations", n),
    "deactivation": lambda n: ngettext("Deactivating %(count)s user", "Deactivating %(count)s users", n),
    "reactivation": lambda n: ngettext("Reactivating %(count)s user", "Reactivating %(count)s users", n),
    "deletion": lambda n: ngettext("Deleting %(count)s user", "Deleting %(count)s users", n),
}
DID: Counted = {
    "role": lambda n: ngettext("%(count)s user is now %(name)s", "%(count)s users are now %(name)s", n),
    "group": lambda n: ngettext("%(count)s user is in %(name)s now", "%(count)s users are in %(name)s now", n),
    "invitation": lambda n: ngettext("%(count)s invitation was sent again", "%(count)s invitations were sent again", n),
    "deactivation": lambda n: ngettext("%(count)s user was deactivated", "%(count)s users were deactivated", n),
    "reactivation": lambda n: ngettext("%(count)s user was reactivated", "%(count)s users were reactivated", n),
    "deletion": lambda n: ngettext("%(count)s user was deleted", "%(count)s users were deleted", n),
}


def counted(words: Counted, key: str, number: int, name: str = "") -> str:
    """The kind's sentence for that number; `name` is of the role or group."""
    return words[key](number) % {"count": f"{number:,}", "name": name}


def typed_words(number: int) -> str:
    """What is to be typed before so many are deleted."""
    return _("delete %(count)s users") % {"count": number}


def consequence(key: str, preview: Preview) -> str:
    """What is lost and what stays, below the question."""
    return {
        "role": _("The roles that they were given directly are replaced. What they have through groups stays."),
        "group": _("They get the group’s projects, and its roles if it carries any, at once."),
        "invitation": _("Each gets the mail again. Links that were sent before keep working, and expire as before."),
        "deactivation": _(
            "They are signed out at once and cannot sign in here. Roles, groups and projects stay for when they return."
        ),
        "reactivation": _("They can sign in again, with the roles, groups and projects that they had."),
        "deletion": _("They lose access at once and leave all groups and projects. This can’t be undone."),
    }[key]


def left_out(count: int) -> str:
    """The heading over who is left out."""
    return ngettext("%(count)s will be left out", "%(count)s will be left out", count) % {"count": f"{count:,}"}


def result_of(action: BulkAction) -> str:
    """One sentence about an action that has ended: how many, and how many not."""
    name = action.choice.get("name", "")
    text = counted(DID, action.kind, action.done, name)
    if action.refused:
        text += ngettext("; %(count)s was left out", "; %(count)s were left out", action.refused) % {
            "count": f"{action.refused:,}"
        }
    return text + (_(". It was stopped.") if action.state == BulkState.CANCELLED else ".")


def title_of(action: BulkAction) -> str:
    """What the action is or was, for headings and lists."""
    name = action.choice.get("name", "")
    if action.state == BulkState.LISTING:
        return DOING[action.kind](CAP) % {"count": str(Count(CAP + 1)), "name": name}
    return counted(DOING, action.kind, action.total, name)
