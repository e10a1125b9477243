"""What a bulk action took from each member, and giving it back (U-22)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from audit.queries import entries_in
from base.policies import Refused
from console.bulk.choice import BulkChoice
from console.models import BulkItem
from organizations.models import Membership, MembershipRole
from organizations.queries.removals import Removal
from organizations.services import lock_actor, reactivate_member, restore_access

# More changes of one member than a day has, also where an identity provider makes them.
MAX_CHANGES = 1000
GROUP_CHANGES = ("group.member_added", "group.member_removed")
# The kinds that can be undone, and the events in the audit log of which a later one on the same member prevents it.
CHANGES = {
    "role": ("member.roles_changed",),
    "group_removal": GROUP_CHANGES,
    "group_move": GROUP_CHANGES,
    "project_removal": ("member.projects_given", "member.projects_taken"),
    "deactivation": ("member.deactivated", "member.reactivated"),
}


def taken_by(kind_key: str, changed: bool | Removal) -> dict[str, Any] | None:
    """Return the value of BulkItem.taken for a change that was just made, None if there is nothing to undo."""
    if kind_key not in CHANGES or changed is False:
        return None
    removal = changed.to_json() if isinstance(changed, Removal) else {}
    return {"at": timezone.now().isoformat(), "removal": removal}


def give_back(actor: Membership, member: Membership, choice: BulkChoice) -> bool:
    """Undo what the action `choice.undo_of` did to the member, with the rules of giving access or reactivating.

    Call it in a transaction: with the organization locked, no one changes the member after the check.
    """
    actor = lock_actor(actor)
    item = BulkItem.objects.select_related("action").get(action=choice.undo_of, member_id=member.pk)
    removal = Removal.from_json(item.taken["removal"])
    changes = _changes_since(item, member.organization_id)
    if any(_is_same(item, entry.data) for entry in changes) or _has_lost(member, removal):
        raise Refused(_("Someone has changed this since then."))
    if item.action.kind == "deactivation":
        return bool(reactivate_member(actor=actor, member=member))
    return restore_access(actor=actor, removal=removal)


def _has_lost(member: Membership, removal: Removal) -> bool:
    """Return whether the member has lost a role that the action gave: deleting a role isn't recorded for members."""
    given = {role for _member, role in removal.replaced_by}
    return MembershipRole.objects.filter(membership=member, role__in=given).count() < len(given)


def _changes_since(item: BulkItem, organization_id: UUID) -> list[Any]:
    since = datetime.fromisoformat(item.taken["at"])
    actions = CHANGES[item.action.kind]
    return entries_in(organization_id, target_id=item.member_id, actions=actions, since=since, limit=MAX_CHANGES)


def _is_same(item: BulkItem, data: dict[str, Any]) -> bool:
    """Return whether an event with this data is about the same group or project, if the action was about one."""
    choice = item.action.choice
    if "group" in choice:
        return data.get("group_id") in (choice["group"], choice.get("target"))
    return "project" not in choice or choice["name"] in data.get("projects", ())
