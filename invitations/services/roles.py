"""Deleting a role that drafts of the Add User flow name."""

from django.db import transaction
from django.utils.translation import gettext as _

from base.policies import Refused
from invitations.queries import drafts_with_role
from organizations.models import Membership, Role
from organizations.services import delete_role


@transaction.atomic
def retire_role(*, actor: Membership, role: Role, replacement: Role | None = None) -> None:
    """Deletes a custom role, as organizations.services.delete_role(); drafts that name it name the `replacement` then.
    What was sent stays as it was sent. Errors as there."""
    delete_role(actor=actor, role=role, replacement=replacement)
    drafts = list(drafts_with_role(actor.organization, role).select_for_update().order_by("pk"))
    if not drafts:
        return
    if replacement is None:
        raise Refused(_("A draft gives %(role)s. Choose the role that it gives instead.") % {"role": role.label})
    for draft in drafts:
        ids = [str(replacement.pk) if key == str(role.pk) else key for key in draft.role_ids]
        draft.role_ids = list(dict.fromkeys(ids))
        # A tab that has the draft open must not write the old role back.
        draft.version += 1
        draft.save(update_fields=["role_ids", "version"])
