"""A user's own picture."""

import secrets

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from accounts.models import User
from accounts.services.users import lock_user
from audit.services import record


@transaction.atomic
def set_avatar(*, user: User, picture: bytes) -> None:
    """Save a picture from base.uploads.clean_picture(), under a name that no one can guess, and delete the old one."""
    locked = lock_user(user)
    old = locked.avatar.name
    locked.avatar.save(f"{secrets.token_hex(16)}.webp", ContentFile(picture), save=False)
    locked.save(update_fields=["avatar"])
    record(organization_id=None, actor=user, action="user.picture_changed", target=user)
    _delete_later(old)


@transaction.atomic
def remove_avatar(*, user: User) -> None:
    """Remove the user's picture, if there is one."""
    locked = lock_user(user)
    if old := locked.avatar.name:
        locked.avatar = ""
        locked.save(update_fields=["avatar"])
        record(organization_id=None, actor=user, action="user.picture_removed", target=user)
        _delete_later(old)


def _delete_later(name: str | None) -> None:
    """Delete a file once the transaction that gives it up is committed."""
    if name:
        transaction.on_commit(lambda: default_storage.delete(name))
