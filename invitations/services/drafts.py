"""Saving and discarding drafts of the Add User flow (W-12).

Drafts are private to their author, so nothing is audited.
"""

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from base.policies import require
from invitations.models import Batch
from invitations.pasted_lists import PastedList, only_in
from invitations.validation import MAX_PEOPLE
from organizations.models import Membership
from organizations.policies import can_add_users

FIELDS = frozenset({"people", "role_ids", "group_ids", "project_ids", "reason", "welcome_page", "pasted"})


class DraftChanged(Exception):
    """The draft was changed in another tab or sent since it was read; `batch` is its current state."""

    def __init__(self, batch: Batch):
        self.batch = batch
        super().__init__(_("This draft was changed in another tab."))


def _create_draft(actor: Membership, draft_id: UUID | None, fields: dict[str, Any]) -> Batch:
    draft = Batch(organization=actor.organization, created_by=actor, inviter_name=actor.name, **fields)
    if draft_id is None:
        draft.save(force_insert=True)
        return draft
    draft.pk = draft_id
    try:
        with transaction.atomic():
            draft.save(force_insert=True)
    except IntegrityError:
        # The form was submitted twice at once, and the other request created the draft.
        raise DraftChanged(Batch.objects.get(pk=draft_id, created_by=actor)) from None
    return draft


@transaction.atomic
def save_draft(
    *, actor: Membership, batch: Batch | None, version: int = 0, draft_id: UUID | None = None, **fields: Any
) -> Batch:
    """Save `fields` (some of FIELDS, as typed, JSON-serializable) in the actor's draft.

    Without `batch`, create a draft with the id `draft_id`. Saving without a change keeps the version. Raises Refused
    if the actor may not add people, DraftChanged if `version` is not the draft's or if a draft with that id was
    created in the meantime, Batch.DoesNotExist if the id belongs to another member's draft.
    """
    require(can_add_users(actor))
    assert fields.keys() <= FIELDS, fields.keys()
    if batch is None:
        return _create_draft(actor, draft_id, fields)
    locked = Batch.objects.select_for_update().get(pk=batch.pk)
    locked.organization = actor.organization
    if locked.sent_at or locked.version != version:
        raise DraftChanged(locked)
    if any(getattr(locked, name) != value for name, value in fields.items()):
        for name, value in fields.items():
            setattr(locked, name, value)
        locked.version += 1
        locked.save()
    return locked


def save_list_choices(*, actor: Membership, batch: Batch, version: int, pasted: dict[str, Any]) -> None:
    """Save what the user chose for the pasted list, unless the draft has changed since `version`.

    It keeps the version: the form on the page may already be on its way, and must not be refused for this.
    """
    Batch.objects.filter(pk=batch.pk, created_by=actor, sent_at=None, version=version).update(pasted=pasted)


def start_next_draft(*, actor: Membership, batch: Batch) -> Batch | None:
    """Create a draft with the people of pasted lists for whom the batch had no room, and the same choices (W-4).

    Return None if there are none. The batch forgets its lists; the caller saves it.
    """
    pasted, batch.pasted = PastedList.from_json(batch.pasted), {}
    if not (people := pasted.next_people):
        return None
    return Batch.objects.create(
        organization=actor.organization,
        created_by=actor,
        inviter_name=actor.name,
        people=people[:MAX_PEOPLE],
        pasted=PastedList(rest=people[MAX_PEOPLE:], guessed=only_in(pasted.guessed, people)).to_json(),
        role_ids=batch.role_ids,
        group_ids=batch.group_ids,
        project_ids=batch.project_ids,
        reason=batch.reason,
        welcome_page=batch.welcome_page,
    )


@transaction.atomic
def discard_draft(*, actor: Membership, batch: Batch) -> None:
    """Delete the actor's draft. Batches that were sent are kept."""
    Batch.objects.filter(pk=batch.pk, created_by=actor, sent_at=None).delete()
