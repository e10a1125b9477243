"""Keeping what was typed in the Add User flow (W-12). A draft is nobody's business but its author's: no audit."""

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from base.policies import require
from invitations.models import Batch
from organizations.models import Membership
from organizations.policies import can_add_users

FIELDS = frozenset({"people", "role_ids", "group_ids", "project_ids", "reason", "welcome_page"})


class DraftChanged(Exception):
    """The draft was saved elsewhere since it was read, or was sent; `batch` is how it stands now."""

    def __init__(self, batch: Batch):
        self.batch = batch
        super().__init__(_("This draft was changed in another tab."))


def _begin(actor: Membership, key: UUID | None, fields: dict[str, Any]) -> Batch:
    draft = Batch(organization=actor.organization, created_by=actor, inviter_name=actor.name, **fields)
    if key is None:
        draft.save(force_insert=True)
        return draft
    draft.pk = key
    try:
        with transaction.atomic():
            draft.save(force_insert=True)
    except IntegrityError:
        # The form was sent twice at once: the other one began the draft.
        raise DraftChanged(Batch.objects.get(pk=key, created_by=actor)) from None
    return draft


@transaction.atomic
def save_draft(
    *, actor: Membership, batch: Batch | None, version: int = 0, key: UUID | None = None, **fields: Any
) -> Batch:
    """Writes `fields` (of FIELDS, as typed, JSON-ready) into the actor's draft, or into a new one with the id `key`.

    A save that changes nothing leaves the version. Raises Refused where the actor may not add people, DraftChanged
    where `version` is not the draft's or a draft with that key has begun meanwhile, Batch.DoesNotExist where the key
    is another member's.
    """
    require(can_add_users(actor))
    assert fields.keys() <= FIELDS, fields.keys()
    if batch is None:
        return _begin(actor, key, fields)
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


@transaction.atomic
def discard_draft(*, actor: Membership, batch: Batch) -> None:
    """Deletes the actor's draft; a batch that was sent stays."""
    Batch.objects.filter(pk=batch.pk, created_by=actor, sent_at=None).delete()
