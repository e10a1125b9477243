"""Access keys: creating, rotating, renaming and revoking them (A-6). Secrets are stored hashed and shown once."""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.services import record
from base.hashing import hash_token
from base.policies import Refused, require
from base.text import clean_line
from organizations.models import AccessKey, AccessKeySecret, Membership
from organizations.policies import access_keys as policies
from organizations.queries import ORGANIZATION_PREFIX, PERSONAL_PREFIX, stored_member
from organizations.scopes import SCOPES, with_reading
from organizations.services.access_key_notices import notify_created, notify_revoked, notify_rotated
from organizations.services.locks import lock_actor

MAX_LIVE_SECRETS = 2
# How long the old secret still works after a rotation.
GRACE = timedelta(days=7)
# "Last used" is written at most this often.
TOUCH_INTERVAL = timedelta(minutes=3)
# The part of a secret that lists show.
PREFIX_LENGTH = 8


class TooManySecrets(Refused):
    """The key already has two live secrets."""


@transaction.atomic
def create_access_key(
    *, actor: Membership, name: str, scopes: Iterable[str], expires_at: datetime | None, personal: bool
) -> tuple[AccessKey, str]:
    """Create a key of the actor, or of their organization. Return it with its secret, which is not stored.

    Raises Refused (also R-6 for the scopes) and ValidationError with the fields name, scopes and expires_at.
    """
    actor = lock_actor(actor)
    require(policies.can_create_key(actor, personal=personal))
    name, scopes = _clean_name(name), _clean_scopes(scopes)
    _check_expiry(expires_at)
    require(policies.can_give_scopes(actor, scopes, personal=personal))
    require(policies.key_may_last_until(actor, expires_at))
    key = AccessKey.objects.create(
        organization=actor.organization,
        membership=stored_member(actor) if personal else None,
        name=name,
        scopes=scopes,
        created_by=str(actor)[:300],
        expires_at=expires_at,
    )
    secret, text = _add_secret(actor, key)
    data = {"scopes": scopes, "expires": expires_at.isoformat() if expires_at else ""}
    _record(actor, key, "access_key.created", {**data, "key_prefix": secret.prefix})
    notify_created(actor=actor, key=key)
    return key, text


def _clean_name(name: str) -> str:
    try:
        name = clean_line(name)
    except ValidationError as error:
        raise ValidationError({"name": error}) from None
    if not name:
        raise ValidationError({"name": _("Enter a name.")})
    return name


def _clean_scopes(scopes: Iterable[str]) -> list[str]:
    scopes = list(scopes)
    if unknown := [each for each in scopes if each not in SCOPES]:
        raise ValidationError({"scopes": _("There is no scope “%(name)s”.") % {"name": str(unknown[0])[:100]}})
    if not scopes:
        raise ValidationError({"scopes": _("Choose at least one scope.")})
    return with_reading(scopes)


def _check_expiry(expires_at: datetime | None) -> None:
    if expires_at is not None and expires_at <= timezone.now():
        raise ValidationError({"expires_at": _("Choose a date in the future.")})


def _add_secret(actor: Membership, key: AccessKey) -> tuple[AccessKeySecret, str]:
    """Return a new secret in the documented format: the prefix, then 43 characters with 256 random bits."""
    text = (PERSONAL_PREFIX if key.membership_id else ORGANIZATION_PREFIX) + secrets.token_urlsafe(32)
    member = stored_member(actor)
    secret = AccessKeySecret.objects.create(
        key=key,
        prefix=text[:PREFIX_LENGTH],
        digest=hash_token(text),
        shown_to=member.pk if member else None,
    )
    return secret, text


def _record(actor: Membership, key: AccessKey, action: str, data: dict[str, Any] | None = None) -> None:
    owner = key.membership.name if key.membership else key.organization.name
    record(
        organization_id=key.organization_id,
        actor=actor,
        action=action,
        target=key,
        data={"owner": owner, **(data or {})},
    )


def _lock_key(actor: Membership, key: AccessKey) -> tuple[Membership, AccessKey]:
    """Lock the actor's organization. Return actor and key as they are now. Raises AccessKey.DoesNotExist."""
    actor = lock_actor(actor)
    keys = AccessKey.objects.select_related("membership__user")
    current = keys.get(pk=key.pk, organization=actor.organization)
    current.organization = actor.organization
    if current.membership:
        current.membership.organization = actor.organization
    return actor, current


@transaction.atomic
def rotate_access_key(*, actor: Membership, key: AccessKey, end_old: bool = False) -> tuple[AccessKeySecret, str]:
    """Add a secret to the key and return it with its text, which is not stored.

    The old secret works for GRACE, or ends now with `end_old`. Two requests at once don't end a secret that is in use:
    the second one raises TooManySecrets. Raises Refused and AccessKey.DoesNotExist.
    """
    actor, key = _lock_key(actor, key)
    require(policies.can_rotate_key(actor, key))
    old = AccessKeySecret.objects.filter(key=key)
    old.filter(expires_at__lte=Now()).delete()
    if end_old:
        old.delete()
    elif old.count() >= MAX_LIVE_SECRETS:
        raise TooManySecrets(_("This key already has two secrets. Revoke the old one first."))
    end = timezone.now() + GRACE
    old.filter(Q(expires_at=None) | Q(expires_at__gt=end)).update(expires_at=end)
    secret, text = _add_secret(actor, key)
    _record(actor, key, "access_key.rotated", {"key_prefix": secret.prefix})
    notify_rotated(actor=actor, key=key)
    return secret, text


@transaction.atomic
def end_old_secret(*, actor: Membership, key: AccessKey) -> bool:
    """Revoke the old secret of a key that is being rotated. Return False if it no longer exists.

    Raises Refused and AccessKey.DoesNotExist.
    """
    actor, key = _lock_key(actor, key)
    require(policies.can_revoke_key(actor, key))
    old = AccessKeySecret.objects.filter(key=key, expires_at__gt=Now()).first()
    AccessKeySecret.objects.filter(key=key, expires_at__isnull=False).delete()
    if old:
        _record(actor, key, "access_key.secret_ended", {"key_prefix": old.prefix})
    return old is not None


@transaction.atomic
def rename_access_key(*, actor: Membership, key: AccessKey, name: str) -> AccessKey:
    """Rename a key. Raises Refused, ValidationError with the field name, and AccessKey.DoesNotExist."""
    actor, key = _lock_key(actor, key)
    require(policies.can_rename_key(actor, key))
    old, key.name = key.name, _clean_name(name)
    if key.name != old:
        key.save(update_fields=["name"])
        _record(actor, key, "access_key.renamed", {"from": old})
    return key


@transaction.atomic
def revoke_access_key(*, actor: Membership, key: AccessKey) -> bool:
    """Delete a key: requests with it get 401 from now on. Return False if it's already gone. Raises Refused."""
    try:
        actor, key = _lock_key(actor, key)
    except AccessKey.DoesNotExist:
        return False
    require(policies.can_revoke_key(actor, key))
    _record(actor, key, "access_key.revoked")
    notify_revoked(actor=actor, key=key)
    key.delete()
    return True


def touch_access_key(secret: AccessKeySecret) -> None:
    """Save the time of the last use of the secret and its key, at most every few minutes."""
    now = timezone.now()
    if secret.last_used_at is None or now - secret.last_used_at > TOUCH_INTERVAL:
        AccessKeySecret.objects.filter(pk=secret.pk).update(last_used_at=now)
        AccessKey.objects.filter(pk=secret.key_id).update(last_used_at=now)
        secret.last_used_at = now
