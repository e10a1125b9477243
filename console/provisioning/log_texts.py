"""The words of the provisioning log: what a request did, and the tone of its result."""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from provisioning.services.scim_log import ScimAction

# By the `action` of a ScimLogEntry.
ACTIONS: dict[str, str | Promise] = dict(ScimAction.choices)


class ActionFilter(NamedTuple):
    """An option of the filter by action, and the actions that it shows."""

    label: str | Promise
    actions: tuple[str, ...]


ACTION_FILTERS = {
    "create": ActionFilter(_("Create"), ("create_user",)),
    "update": ActionFilter(_("Update"), ("replace_user", "update_user", "reactivate_user")),
    "deactivate": ActionFilter(_("Deactivate"), ("deactivate_user",)),
    "remove": ActionFilter(_("Remove"), ("remove_user",)),
    "groups": ActionFilter(_("Groups"), tuple(key for key in ACTIONS if "group" in key or key.endswith("_member"))),
    "read": ActionFilter(_("Read"), ("read_user", "find_user", "discover")),
}
FAILED_RECENTLY = "failed_recently"
RESULTS = {"succeeded": _("Succeeded"), "failed": _("Failed"), FAILED_RECENTLY: _("Failed in the last 7 days")}


def action_label(action: str) -> str | Promise:
    """Return the words for an action; an unknown one is shown as it is stored."""
    return ACTIONS.get(action) or action.replace("_", " ").capitalize()


def result_tone(status: int) -> str:
    """Return the tone of a status: a conflict waits for an answer, other errors are failures."""
    if status < 400:
        return "success"
    return "warning" if status in (409, 429) else "danger"
