"""Access keys: finding the key of a request, and the member who acts with it (A-6)."""

from django.db.models import Q
from django.db.models.functions import Now

from base.hashing import hash_token
from organizations.models import AccessKey, AccessKeySecret, Membership, Status

# Every secret starts with one of these, so that scanners for leaked secrets recognize it.
PERSONAL_PREFIX, ORGANIZATION_PREFIX = "tap_", "tao_"
# Of keys, and of secrets.
UNEXPIRED = Q(expires_at=None) | Q(expires_at__gt=Now())
# Keys of organizations, and of active members.
OWNED = Q(membership=None) | Q(membership__status=Status.ACTIVE, membership__user__is_active=True)


def find_access_key(text: str) -> tuple[AccessKey, AccessKeySecret] | None:
    """Return the live key with this secret, with organization and member, and the secret. Two queries.

    The lookup is by hash, so its timing reveals nothing about other keys.
    """
    known = text.startswith((PERSONAL_PREFIX, ORGANIZATION_PREFIX))
    if not known or len(text) > 100 or not text.isascii():
        return None
    secret = AccessKeySecret.objects.filter(UNEXPIRED, digest=hash_token(text)).first()
    key = _find(Q(pk=secret.key_id)) if secret else None
    return (key, secret) if key and secret else None


def _find(condition: Q) -> AccessKey | None:
    """Return a usable key: not expired, with an active owner and organization."""
    keys = AccessKey.objects.select_related("organization__join_role", "membership__user")
    return keys.filter(condition, UNEXPIRED, OWNED, organization__is_active=True).first()


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
