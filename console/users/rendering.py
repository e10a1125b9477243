"""The rows of the Users page: one render of templates/rows/users.html for all of them.

Jinja2 takes a tenth of the CPU that Django's engine takes for fifty rows (docs/performance.md).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.template.loader import get_template
from django.templatetags.static import static
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from base.text import avatar_color, initials
from base.times import RelativeTime
from console.users.columns import COLUMNS, STATES
from console.users.delivery import Badges, delivery_labels, delivery_note
from console.users.filters import Tab
from console.users.params import UserListParams
from organizations.models import ManagedBy, Membership, TwoFactorMethod, TwoFactorRule
from organizations.queries import all_roles_of, direct_roles_of, group_roles_of

TONES = {"active": "success", "pending": "warning", "expired": "danger", "deactivated": "neutral"}


class RowRenderer:
    """Renders members, as load_details() returns them, as rows of one view for one viewer.

    new_batch: the batch of invitations whose members are marked as new.
    """

    def __init__(
        self, *, viewer: Membership, params: UserListParams, now: datetime, new_batch: UUID | None = None
    ) -> None:
        self.viewer, self.params, self.time, self.new_batch = viewer, params, RelativeTime(now), new_batch

    def render(self, members: Sequence[Membership]) -> SafeString:
        """Return the rows of a page."""
        return self._render(members, oob=False)

    def render_one(self, member: Membership) -> SafeString:
        """Return one row that htmx swaps in wherever it is on the page."""
        return self._render([member], oob=True)

    def _render(self, members: Sequence[Membership], *, oob: bool) -> SafeString:
        context = {
            "members": members,
            "shown": frozenset(self.params.shown),
            "labels": {name: str(column.label) for name, column in COLUMNS.items()},
            "texts": _texts(),
            "viewer_id": str(self.viewer.pk),
            "time": self.time,
            "only_pending": self.params.status.only_pending,
            "states": {state: (str(label), TONES[state]) for state, label in STATES.items()},
            "methods": _methods(),
            "requires_two_factor": self.viewer.organization.require_two_factor != TwoFactorRule.NO_ONE,
            "managers": {value: str(label) for value, label in ManagedBy.choices},
            "role_labels": {role.pk: str(role.label) for member in members for role in all_roles_of(member)},
            "direct_roles_of": direct_roles_of,
            "initials": initials,
            "avatar_color": avatar_color,
            "other_group_roles": other_group_roles,
            "deliveries": delivery_labels(),
            "badges_of": Badges(self.new_batch),
            "delivery_note": delivery_note,
            "users_url": UserListParams.default(Tab.ALL).url(self.viewer.organization.slug),
            "back": "?" + urlencode({"view": view}) if (view := self.params.view) else "",
            "icons": static("img/icons.svg"),
            "oob": oob,
        }
        return mark_safe(get_template("users.html", using="rows").render(context))


def _texts() -> dict[str, str]:
    """Return the texts of all rows, translated once: a call of gettext for each row would take half of the time."""
    return {
        "you": _("(you)"),
        "select": _("Select %(name)s"),
        "more": _("More actions for %(name)s"),
        "via": _("%(role)s via %(group)s"),
        "all": _("All"),
        "on": _("On"),
        "off": _("Off"),
        "never": _("Never"),
        "times": _("%(count)s times"),
    }


def _methods() -> dict[str, str]:
    """Return short names of the second factors."""
    return {
        TwoFactorMethod.APP.value: _("App"),
        TwoFactorMethod.PASSKEY.value: _("Passkey"),
        TwoFactorMethod.BOTH.value: _("App, passkey"),
    }


def other_group_roles(member: Any) -> list:
    """Return the roles that the member has only through groups, each with the group's name (G-4)."""
    if not (via_groups := group_roles_of(member)):
        return []
    direct = {role.pk for role in direct_roles_of(member)}
    return [(role, group) for role, group in via_groups if role.pk not in direct]
