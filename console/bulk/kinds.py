"""The kinds of bulk action: the members each applies to, its rule, and the service that makes the change.

Each member's change is the same as that of the action on one member: same service, same rules, same audit entry.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from base.policies import Decision, Refused, require
from console.bulk import access
from console.bulk.choice import BulkChoice
from console.bulk.taken import give_back
from console.member import policies as member_policies
from console.models import BulkAction
from console.users.params import UserListParams
from invitations import policies as invitations
from invitations.services import resend_invitation, withdraw_invitation
from organizations.models import Membership, Status
from organizations.permissions import Permission
from organizations.policies import (
    can,
    can_add_to_group,
    can_change_group_members,
    can_change_roles,
    can_deactivate_member,
    can_delete_member,
    can_edit_member,
    can_reactivate_member,
    can_remind_two_factor,
    can_send_two_factor_reminders,
)
from organizations.queries.removals import Removal
from organizations.services import (
    add_to_group,
    deactivate_member,
    delete_member,
    reactivate_member,
    remind_two_factor,
    remove_pending_member,
    replace_member_roles,
)

ALL_STATUSES = frozenset(Status)


@dataclass(frozen=True)
class Kind:
    """A kind of bulk action.

    statuses: of the members it can apply to. is_available: whether the actor can use it at all. rule: for one member.
    apply: changes one member and returns whether anything changed, or what they lost (U-22).
    """

    key: str
    label: str | Promise
    icon: str
    statuses: frozenset[str]
    is_available: Callable[[Membership], Decision]
    rule: Callable[[Membership, Membership, BulkChoice], Decision]
    apply: Callable[[Membership, Membership, BulkChoice], bool | Removal]
    tone: str = "accent"
    unchanged_note: str | Promise = field(default="")
    in_menu: bool = False

    @property
    def path(self) -> str:
        """The kind's part of a URL."""
        return self.key.replace("_", "-")


def _can_edit(actor: Membership) -> Decision:
    return can(actor, Permission.PEOPLE_EDIT)


def _can_administer(actor: Membership) -> Decision:
    return can(actor, Permission.PEOPLE_ADMIN)


def _can_change_roles(actor: Membership, member: Membership, choice: BulkChoice) -> Decision:
    return can_change_roles(actor, member, choice.roles) if choice.roles else can_edit_member(actor, member)


def _change_roles(actor: Membership, member: Membership, choice: BulkChoice) -> bool | Removal:
    replaced = replace_member_roles(actor=actor, member=member, roles=choice.roles)
    return False if replaced is None else replaced


def _add_to_group(actor: Membership, member: Membership, choice: BulkChoice) -> bool:
    if choice.group is None or not (decision := can_add_to_group(actor, choice.group)):
        raise Refused(decision.reason if choice.group else "")
    return bool(add_to_group(actor=actor, group=choice.group, members=[member]))


def _can_invite(actor: Membership) -> Decision:
    return can(actor, Permission.PEOPLE_INVITE)


def _can_resend(actor: Membership, member: Membership, choice: BulkChoice) -> Decision:
    return member_policies.can_resend(actor, member, choice.tab)


def _resend(actor: Membership, member: Membership, choice: BulkChoice) -> bool:
    require(_can_resend(actor, member, choice))
    resend_invitation(actor=actor, member=member)
    return True


def _can_remind(actor: Membership, member: Membership, choice: BulkChoice) -> Decision:
    return can_remind_two_factor(actor, member)


def _remind(actor: Membership, member: Membership, choice: BulkChoice) -> bool:
    require(can_remind_two_factor(actor, member))
    return remind_two_factor(actor=actor, member=member)


def _can_deactivate(actor: Membership, member: Membership, choice: BulkChoice) -> Decision:
    return can_deactivate_member(actor, member)


def _deactivate(actor: Membership, member: Membership, choice: BulkChoice) -> bool:
    return bool(deactivate_member(actor=actor, member=member))


def _can_reactivate(actor: Membership, member: Membership, choice: BulkChoice) -> Decision:
    return can_reactivate_member(actor, member)


def _reactivate(actor: Membership, member: Membership, choice: BulkChoice) -> bool:
    return bool(reactivate_member(actor=actor, member=member))


def _can_delete(actor: Membership, member: Membership, choice: BulkChoice) -> Decision:
    decision = can_delete_member(actor, member)
    return invitations.can_withdraw(actor, member) if decision and member.status == Status.INVITED else decision


def _delete(actor: Membership, member: Membership, choice: BulkChoice) -> bool:
    """Delete the member. A pending member is deleted with the invitation, unless they have joined since."""
    if member.status != Status.INVITED:
        delete_member(actor=actor, member=member)
        return True
    require(_can_delete(actor, member, choice))
    # A pending member without a live invitation is deleted too.
    if not withdraw_invitation(actor=actor, member=member) and not remove_pending_member(actor=actor, member=member):
        member.refresh_from_db()  # Membership.DoesNotExist: already deleted
        raise Refused(_("%(name)s joined in the meantime and was not deleted.") % {"name": member.name})
    return True


KINDS = {
    kind.key: kind
    for kind in (
        Kind(
            "role", gettext_lazy("Change role"), "roles", ALL_STATUSES, _can_edit,
            _can_change_roles, _change_roles, unchanged_note=gettext_lazy("Already had this role."),
        ),
        Kind(
            "group", gettext_lazy("Add to group"), "groups", ALL_STATUSES, can_change_group_members,
            access.can_always, _add_to_group, unchanged_note=gettext_lazy("Already in the group."),
        ),
        Kind(
            "group_removal", gettext_lazy("Remove from group"), "x", ALL_STATUSES, can_change_group_members,
            access.can_always, access.leave_group, unchanged_note=gettext_lazy("Wasn’t in the group."), in_menu=True,
        ),
        Kind(
            "group_move", gettext_lazy("Move between groups"), "arrow-right", ALL_STATUSES, can_change_group_members,
            access.can_always, access.move, unchanged_note=gettext_lazy("Wasn’t in the group."), in_menu=True,
        ),
        Kind(
            "project", gettext_lazy("Give project access"), "projects", ALL_STATUSES, access.can_give_projects_at_all,
            access.can_give_project, access.give_project, unchanged_note=gettext_lazy("Already had direct access."),
            in_menu=True,
        ),
        Kind(
            "project_removal", gettext_lazy("Remove project access"), "x", ALL_STATUSES,
            access.can_give_projects_at_all, access.can_give_project, access.remove_project,
            unchanged_note=gettext_lazy("Had no direct access."), in_menu=True,
        ),
        Kind(
            "invitation", gettext_lazy("Resend invite"), "send", frozenset({Status.INVITED}), _can_invite,
            _can_resend, _resend,
        ),
        Kind(
            "reminder", gettext_lazy("Remind about 2FA"), "shield", frozenset({Status.ACTIVE}),
            can_send_two_factor_reminders, _can_remind, _remind,
            unchanged_note=gettext_lazy("Already has 2FA, or was reminded within the last week."), in_menu=True,
        ),
        Kind(
            "sessions", gettext_lazy("Log out sessions"), "log-out", frozenset({Status.ACTIVE}), _can_administer,
            access.can_log_out, access.log_out, in_menu=True,
        ),
        Kind(
            "deactivation", gettext_lazy("Deactivate"), "ban", frozenset({Status.ACTIVE}), _can_administer,
            _can_deactivate, _deactivate, tone="warning",
        ),
        Kind(
            "reactivation", gettext_lazy("Reactivate"), "power", frozenset({Status.DEACTIVATED}), _can_administer,
            _can_reactivate, _reactivate,
        ),
        Kind(
            "deletion", gettext_lazy("Delete"), "trash", ALL_STATUSES, _can_administer,
            _can_delete, _delete, tone="danger",
        ),
    )
}  # fmt: skip

# Started from the result of an action, never for a selection.
UNDO = Kind(
    "undo",
    gettext_lazy("Undo"),
    "undo",
    ALL_STATUSES,
    lambda actor: can(actor, Permission.PEOPLE_VIEW),
    access.can_always,
    give_back,
    unchanged_note=gettext_lazy("Was already undone."),
)


def kind_of(action: BulkAction) -> Kind:
    """Return the kind of an action that was started."""
    return UNDO if action.kind == UNDO.key else KINDS[action.kind]


def available_kinds(actor: Membership, params: UserListParams) -> list[Kind]:
    """Return the kinds for the action bar of a list, then those in its menu. No query if the actor's roles are loaded.

    Where a list has active members, Deactivate is shown and Reactivate is not.
    """
    statuses = set(params.status.statuses)
    kinds = [kind for kind in KINDS.values() if kind.statuses & statuses and kind.is_available(actor)]
    kinds = [kind for kind in kinds if kind.key != "reactivation" or Status.ACTIVE not in statuses]
    return sorted(kinds, key=lambda kind: kind.in_menu)
