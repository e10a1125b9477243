"""Deleting roles that drafts of the Add User flow use."""

from django.db import transaction
from django.utils.translation import gettext as _

from base.policies import Refused
from invitations.queries import drafts_with_role
from organizations.models import Membership, Role
from organizations.services import delete_role


@transaction.atomic
def retire_role(*, actor: Membership, role: Role, replacement: Role | None = None) -> None:
    """Delete a custom role with organizations.services.delete_role(), and put `replacement` in the drafts that use it.

    Batches that were sent stay as they were sent. Raises what delete_role() raises, and Refused if a draft uses the
    role and there is no replacement.
    """
    delete_role(actor=actor, role=role, replacement=replacement)
    drafts = list(drafts_with_role(actor.organization, role).select_for_update().order_by("pk"))
    if not drafts:
        return
    if replacement is None:
        raise Refused(_("A draft invitation uses the role %(role)s. Choose a replacement role.") % {"role": role.label})
    for draft in drafts:
        ids = [str(replacement.pk) if key == str(role.pk) else key for key in draft.role_ids]
        draft.role_ids = list(dict.fromkeys(ids))
        # A tab that has the draft open must not write the deleted role back.
        draft.version += 1
        draft.save(update_fields=["role_ids", "version"])
