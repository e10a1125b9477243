"""A user's own picture."""

import secrets

from django.core.files.base import ContentFile
from django.db import transaction

from accounts.models import User
from accounts.services.users import lock_user
from audit.services import record
from base.uploads import delete_after_commit


@transaction.atomic
def set_avatar(*, user: User, picture: bytes) -> None:
    """Save a picture from base.uploads.clean_picture(), under a name that no one can guess, and delete the old one."""
    locked = lock_user(user)
    old = locked.avatar.name
    locked.avatar.save(f"{secrets.token_hex(16)}.webp", ContentFile(picture), save=False)
    locked.save(update_fields=["avatar"])
    record(organization_id=None, actor=user, action="user.picture_changed", target=user)
    delete_after_commit(old)


@transaction.atomic
def remove_avatar(*, user: User) -> None:
    """Remove the user's picture, if there is one."""
    locked = lock_user(user)
    if old := locked.avatar.name:
        locked.avatar = ""
        locked.save(update_fields=["avatar"])
        record(organization_id=None, actor=user, action="user.picture_removed", target=user)
        delete_after_commit(old)
