"""Reads for security notices and their "This wasn't me"."""

from datetime import datetime
from uuid import UUID

from accounts.models import User
from audit.models import Entry
from audit.queries import get_entry

# The user's entry after "This wasn't me". Its data has the id, the action and the time ("at") of the rejected event.
SECURED = "account.secured"


def address_of(entry: Entry, user: User) -> str:
    """Return the email address that the user had just before the event.

    The entry's label is the address when it was written: in one about a change of the address, the new one. An Admin's
    reset of 2FA is labeled with the member's name.
    """
    if entry.target_id != user.pk:
        return user.email
    return entry.data["from"] if entry.action == "email.changed" else entry.target_label


def get_own_entry(entry_id: UUID, user: User) -> Entry | None:
    """Return the entry about this user, or None. An Admin's reset of 2FA is about their membership, and names them."""
    entry = get_entry(entry_id)
    if entry is None or str(user.pk) not in (str(entry.target_id), entry.data.get("user")):
        return None
    return entry


def find_rejection(user: User, entry: Entry) -> Entry | None:
    """Return the entry of "This wasn't me" about this event, or about an earlier one after this had happened.

    Rejecting the earlier one undoes more. So it still works after a later one was rejected, but not the other way
    round: an intruder must not undo what the owner did.
    """
    later = Entry.objects.filter(organization_id=None, target_id=user.pk, action=SECURED, at__gte=entry.at)
    return next((each for each in later if datetime.fromisoformat(each.data["at"]) <= entry.at), None)
