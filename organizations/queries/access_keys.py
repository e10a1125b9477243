"""Access keys: finding the key of a request, and the member who acts with it (A-6)."""

import hashlib

from django.db.models import Q
from django.db.models.functions import Now

from organizations.models import AccessKey, AccessKeySecret, Membership, Status

# Every secret starts with one of these, so that scanners for leaked secrets recognize it.
PERSONAL_PREFIX, ORGANIZATION_PREFIX = "tap_", "tao_"


def digest_secret(text: str) -> str:
    """Return the stored form of a secret. It has 256 random bits, so a fast hash is enough."""
    return hashlib.sha256(text.encode()).hexdigest()


def _live() -> Q:
    """Return the condition for usable keys: not expired, with an active owner and organization."""
    unexpired = Q(expires_at=None) | Q(expires_at__gt=Now())
    owned = Q(membership=None) | Q(membership__status=Status.ACTIVE, membership__user__is_active=True)
    return unexpired & owned & Q(organization__is_active=True)


def find_access_key(text: str) -> tuple[AccessKey, AccessKeySecret] | None:
    """Return the live key with this secret, with organization and member, and the secret. Two queries.

    The lookup is by hash, so its timing reveals nothing about other keys.
    """
    known = text.startswith((PERSONAL_PREFIX, ORGANIZATION_PREFIX))
    if not known or len(text) > 100 or not text.isascii():
        return None
    unexpired = Q(expires_at=None) | Q(expires_at__gt=Now())
    secret = AccessKeySecret.objects.filter(unexpired, digest=digest_secret(text)).first()
    key = _find(Q(pk=secret.key_id)) if secret else None
    return (key, secret) if key and secret else None


def _find(condition: Q) -> AccessKey | None:
    keys = AccessKey.objects.select_related("organization__join_role", "membership__user")
    return keys.filter(_live(), condition).first()


def reload_access_key(key: AccessKey) -> AccessKey | None:
    """Return the key's current state, or None if it can no longer be used."""
    return _find(Q(pk=key.pk, organization=key.organization_id))


def acting_member(key: AccessKey) -> Membership:
    """Return the actor for services and policies: the key's member, limited to its scopes.

    An organization's key acts as a stand-in for a member that is not in the database: it has the key's id and name. To
    store who did something in a column that refers to a member, use stored_member().
    """
    member = key.membership or Membership(
        id=key.pk, first_name=key.name, status=Status.ACTIVE, organization=key.organization
    )
    member.organization = key.organization
    member.access_key = key
    return member


def stored_member(actor: Membership) -> Membership | None:
    """Return the actor, or None for an organization's key, which is not a member."""
    return None if actor.access_key and actor.access_key.membership_id is None else actor
