"""Who may undo a bulk action (U-22)."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from base.policies import Decision, deny, not_applicable
from console.bulk.kinds import KINDS
from console.bulk.taken import CHANGES
from console.models import UNFINISHED, BulkAction
from organizations.models import Membership

# People look at the result when they come back to it, perhaps the next morning.
UNDO_FOR = timedelta(days=1)


def can_undo(actor: Membership, action: BulkAction, now: datetime) -> Decision:
    """U-22: those who started an action that took something away can undo it for UNDO_FOR after its end."""
    if action.kind not in CHANGES or action.state in UNFINISHED or not action.done:
        return not_applicable(_("This action can’t be undone."))
    if action.actor_id != actor.pk:
        return not_applicable(_("Only %(name)s can undo this action.") % {"name": action.actor_name})
    if action.finished_at is None or now - action.finished_at > UNDO_FOR:
        return deny(_("It’s too late to undo this."))
    return KINDS[action.kind].is_available(actor)
