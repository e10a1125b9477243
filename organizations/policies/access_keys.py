"""Who may create, rotate, rename and revoke access keys, and with which scopes (A-6)."""

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from base.policies import ALLOWED, Decision, deny, not_applicable
from organizations.models import AccessKey, Membership, Status
from organizations.permissions import LABELS, Permission
from organizations.policies.role_grants import can
from organizations.queries import permissions_of_member
from organizations.queries.key_lists import keys_of_member, keys_of_organization
from organizations.scopes import READ, RESOURCES, SCOPES, WRITE, scope

# How many keys a member or an organization can have, including expired ones.
MAX_PERSONAL_KEYS, MAX_ORGANIZATION_KEYS = 20, 100
_RESOURCES = {resource.key: resource for resource in RESOURCES}


def can_manage_keys(actor: Membership) -> Decision:
    """Members who may see and revoke everyone's keys, and create the organization's."""
    return can(actor, Permission.KEYS_MANAGE)


def can_have_keys(actor: Membership) -> Decision:
    """Every active member. An organization's key can't have personal keys."""
    if actor.status != Status.ACTIVE:
        return not_applicable(_("You no longer have access to this organization."))
    if actor.access_key and actor.access_key.membership_id is None:
        return not_applicable(_("An organization key can’t create personal keys."))
    return ALLOWED


def _by_hand_or_with_write_scope(actor: Membership) -> Decision:
    """With an access key, this requires the scope "keys:write", because "keys:read" includes the same permission."""
    key = actor.access_key
    if key is None or scope("keys", WRITE) in key.scopes:
        return ALLOWED
    return not_applicable(_("This access key can’t change access keys."))


def can_create_key(actor: Membership, *, personal: bool) -> Decision:
    """Personal keys: active members. The organization's: members who may manage keys."""
    decision = _by_hand_or_with_write_scope(actor) and (can_have_keys(actor) if personal else can_manage_keys(actor))
    return decision and _has_room(actor, personal=personal)


def _has_room(actor: Membership, *, personal: bool) -> Decision:
    """Only exact under the organization's lock. One query."""
    limit = MAX_PERSONAL_KEYS if personal else MAX_ORGANIZATION_KEYS
    keys = keys_of_member(actor) if personal else keys_of_organization(actor.organization)
    if keys.values("pk")[:limit].count() < limit:
        return ALLOWED
    if personal:
        return deny(_("You already have %(limit)s keys. Revoke one first.") % {"limit": limit})
    return deny(
        _("%(organization)s already has %(limit)s keys. Revoke one first.")
        % {"organization": actor.organization.name, "limit": limit}
    )


def can_give_scope(actor: Membership, name: str, *, personal: bool) -> Decision:
    """Whether a key of the actor, or one of the organization, may have this scope.

    R-6: an organization's key works without the actor, so they need every permission of its scopes. A personal key is
    limited to what its owner may do at each call, so one permission is enough to make the scope useful.
    """
    held = permissions_of_member(actor)
    if not personal:
        return _holds(SCOPES[name], held, at_least=len(SCOPES[name]))
    resource, _colon, access = name.partition(":")
    read, write = _RESOURCES[resource].read, _RESOURCES[resource].write or frozenset()
    decision = _holds(read, held, at_least=1)
    return decision and _holds(write, held, at_least=1) if access != READ else decision


def _holds(wanted: frozenset[Permission], held: frozenset[Permission], *, at_least: int) -> Decision:
    if len(wanted & held) >= at_least:
        return ALLOWED
    first = next(permission for permission in Permission if permission in wanted - held)
    return deny(_("Your role doesn’t include “%(permission)s”.") % {"permission": LABELS[first]})


def can_give_scopes(actor: Membership, names: Iterable[str], *, personal: bool) -> Decision:
    """can_give_scope() for several scopes. Returns the first refusal, if any."""
    decisions = (can_give_scope(actor, name, personal=personal) for name in names)
    return next((decision for decision in decisions if not decision), ALLOWED)


def key_may_last_until(actor: Membership, expires_at: datetime | None) -> Decision:
    """A key that another key creates must not expire after it."""
    limit = actor.access_key.expires_at if actor.access_key else None
    if limit is None or (expires_at is not None and expires_at <= limit):
        return ALLOWED
    return deny(_("A key can’t create a key that expires after it does."))


def owns_key(actor: Membership, key: AccessKey) -> bool:
    """Return whether it is the actor's personal key."""
    return key.membership_id is not None and key.membership_id == actor.pk


def can_rotate_key(actor: Membership, key: AccessKey) -> Decision:
    """Personal keys: only their owner, because the secret acts as them. Organization keys: as for creating one (R-6).

    Expired keys can't be rotated.
    """
    if not (decision := can_rename_key(actor, key)):
        return decision
    if key.membership_id is None and not (decision := can_give_scopes(actor, key.scopes, personal=False)):
        return deny(_("This key can do more than your role allows. %(reason)s") % {"reason": decision.reason})
    if key.expires_at and key.expires_at <= timezone.now():
        return deny(_("This key has expired. Create a new one."))
    return ALLOWED


def can_rename_key(actor: Membership, key: AccessKey) -> Decision:
    """Personal keys: their owner. The organization's: members who may manage keys."""
    if not (decision := _by_hand_or_with_write_scope(actor)):
        return decision
    if key.membership_id is None:
        return can_manage_keys(actor)
    if owns_key(actor, key):
        return can_have_keys(actor)
    return not_applicable(_("Only its owner can do that."))


def can_revoke_key(actor: Membership, key: AccessKey) -> Decision:
    """Personal keys: their owner and members who may manage keys. The organization's: the latter.

    R-6 and R-7 don't apply: revoking grants nothing, and any leaked key must be revocable.
    """
    if not (decision := _by_hand_or_with_write_scope(actor)):
        return decision
    return can_have_keys(actor) if owns_key(actor, key) else can_manage_keys(actor)
