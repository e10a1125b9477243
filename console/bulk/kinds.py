"""What can be done to many members at once: to whom it applies, whether it is allowed, and the service that does it.

Each member's change is that of the same action on one member: same service, same rules, same audit entry.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from base.policies import ALLOWED, Decision, Refused, require
from console import policies as console
from console.users.params import Tab, UserListParams
from invitations import policies as invitations
from invitations.services import resend_invitation, withdraw_invitation
from organizations.models import Group, Membership, Organization, Role, Status
from organizations.permissions import Permission
from organizations.policies import (
    can,
    can_add_to_group,
    can_add_users,
    can_change_group_members,
    can_change_roles,
    can_deactivate_member,
    can_delete_member,
    can_edit_member,
    can_reactivate_member,
)
from organizations.queries import groups_in, roles_in
from organizations.services import (
    add_to_group,
    deactivate_member,
    delete_member,
    reactivate_member,
    remove_pending_member,
    set_member_roles,
)

EVERY = frozenset(Status)


@dataclass(frozen=True)
class Choice:
    """What was chosen for an action: roles or a group; and the tab that it was called from (I-3)."""

    tab: Tab = Tab.ALL
    roles: tuple[Role, ...] = ()
    group: Group | None = None

    def ids(self) -> dict[str, Any]:
        """As BulkAction.choice keeps it; `name` is for reading."""
        kept: dict[str, Any] = {"tab": self.tab.value}
        if self.roles:
            kept |= {"roles": [str(role.pk) for role in self.roles], "name": ", ".join(map(str, self.roles))}
        if self.group:
            kept |= {"group": str(self.group.pk), "name": self.group.name}
        return kept


def chosen(organization: Organization, kept: dict[str, Any]) -> Choice:
    """The Choice that BulkAction.choice keeps, as it is today. Raises Refused where it is gone."""
    wanted = kept.get("roles", [])
    roles = tuple(role for role in roles_in(organization) if str(role.pk) in wanted) if wanted else ()
    group = groups_in(organization, [kept["group"]]).first() if "group" in kept else None
    if len(roles) < len(wanted) or (group is None and "group" in kept):
        raise Refused(_("%(name)s is no longer there.") % {"name": kept["name"]})
    return Choice(Tab(kept["tab"]), roles, group)


@dataclass(frozen=True)
class Kind:
    """An action on many. `statuses`: whom it can apply to; `offered`: whether it comes into question for this actor;
    `rule`: for one member; `work`: does it, True where something changed (Refused where it may not be)."""

    key: str
    label: str | Promise
    icon: str
    statuses: frozenset[str]
    offered: Callable[[Membership], Decision]
    rule: Callable[[Membership, Membership, Choice], Decision]
    work: Callable[[Membership, Membership, Choice], bool]
    tone: str = "accent"
    # Words for a member to whom there was nothing to do.
    same: str | Promise = field(default="")


def _administers(actor: Membership) -> Decision:
    return can(actor, Permission.PEOPLE_ADMIN)


def _may_change_roles(actor: Membership, member: Membership, choice: Choice) -> Decision:
    return can_change_roles(actor, member, choice.roles) if choice.roles else can_edit_member(actor, member)


def _change_roles(actor: Membership, member: Membership, choice: Choice) -> bool:
    return set_member_roles(actor=actor, member=member, roles=choice.roles)


def _may_add(actor: Membership, member: Membership, choice: Choice) -> Decision:
    # The rule is the group's and was asked when it was chosen; the service asks it again for each.
    return ALLOWED


def _add(actor: Membership, member: Membership, choice: Choice) -> bool:
    if choice.group is None or not (answer := can_add_to_group(actor, choice.group)):
        raise Refused(answer.reason if choice.group else "")
    return bool(add_to_group(actor=actor, group=choice.group, members=[member]))


def _may_resend(actor: Membership, member: Membership, choice: Choice) -> Decision:
    return console.can_resend(actor, member, choice.tab)


def _resend(actor: Membership, member: Membership, choice: Choice) -> bool:
    require(_may_resend(actor, member, choice))
    resend_invitation(actor=actor, member=member)
    return True


def _may_deactivate(actor: Membership, member: Membership, choice: Choice) -> Decision:
    return can_deactivate_member(actor, member)


def _deactivate(actor: Membership, member: Membership, choice: Choice) -> bool:
    return bool(deactivate_member(actor=actor, member=member))


def _may_reactivate(actor: Membership, member: Membership, choice: Choice) -> Decision:
    return can_reactivate_member(actor, member)


def _reactivate(actor: Membership, member: Membership, choice: Choice) -> bool:
    return bool(reactivate_member(actor=actor, member=member))


def _may_delete(actor: Membership, member: Membership, choice: Choice) -> Decision:
    answer = can_delete_member(actor, member)
    return invitations.can_withdraw(actor, member) if answer and member.status == Status.INVITED else answer


def _delete(actor: Membership, member: Membership, choice: Choice) -> bool:
    """Who has not accepted loses the invitation with it; who has accepted since was not agreed to."""
    if member.status != Status.INVITED:
        delete_member(actor=actor, member=member)
        return True
    require(_may_delete(actor, member, choice))
    # Without a live invitation there is a member all the same.
    if not withdraw_invitation(actor=actor, member=member) and not remove_pending_member(actor=actor, member=member):
        member.refresh_from_db()  # Membership.DoesNotExist: somebody else deleted them
        raise Refused(_("%(name)s joined in the meantime and was not deleted.") % {"name": member.name})
    return True


KINDS = {
    kind.key: kind
    for kind in (
        Kind(
            "role", gettext_lazy("Change role"), "roles", EVERY, lambda actor: can(actor, Permission.PEOPLE_EDIT),
            _may_change_roles, _change_roles, same=gettext_lazy("Had this role already."),
        ),
        Kind(
            "group", gettext_lazy("Add to group"), "groups", EVERY, can_change_group_members,
            _may_add, _add, same=gettext_lazy("Was in the group already."),
        ),
        Kind(
            "invitation", gettext_lazy("Resend invite"), "send", frozenset({Status.INVITED}), can_add_users,
            _may_resend, _resend,
        ),
        Kind(
            "deactivation", gettext_lazy("Deactivate"), "ban", frozenset({Status.ACTIVE}), _administers,
            _may_deactivate, _deactivate, tone="warning",
        ),
        Kind(
            "reactivation", gettext_lazy("Reactivate"), "power", frozenset({Status.DEACTIVATED}), _administers,
            _may_reactivate, _reactivate,
        ),
        Kind(
            "deletion", gettext_lazy("Delete"), "trash", EVERY, _administers,
            _may_delete, _delete, tone="danger",
        ),
    )
}  # fmt: skip


def offered_on(actor: Membership, params: UserListParams) -> list[Kind]:
    """The kinds for the bar of a list: those that can apply to somebody there, by the actor's permissions. No query
    where the actor's roles are loaded. Where somebody can be deactivated, Reactivate gives way to it."""
    there = set(params.status.statuses)
    kinds = [kind for kind in KINDS.values() if kind.statuses & there and kind.offered(actor)]
    both = Status.ACTIVE in there
    return [kind for kind in kinds if not (both and kind.key == "reactivation")]
