"""Notices to owners of access keys: created, rotated and revoked keys, and keys that expire soon (A-6)."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from accounts.models import User
from accounts.services import record_event
from audit.models import Entry
from audit.services import record
from organizations.models import AccessKey, AccessKeySecret, Membership, Organization
from organizations.queries.access_keys import OWNED, UNEXPIRED
from organizations.queries.key_lists import key_managers_of
from outbox.services import NewEmail, queue_emails

# Owners get an email this long before a key expires.
EXPIRES_SOON = timedelta(days=7)
# Keys that the sweep reads at once.
BATCH = 500


def notify_created(*, actor: Membership, key: AccessKey) -> None:
    """Email the owner, or everyone who manages the organization's keys."""
    if key.membership:
        _record_own(key.membership, key, "access_key.added", actor)
    else:
        queue_emails(_to_managers(key.organization, [key], "organizations.access_key_created", "access_key_created"))


def notify_rotated(*, actor: Membership, key: AccessKey) -> None:
    """Email the owner of a personal key, because the person who rotated it can act as them."""
    if key.membership:
        _record_own(key.membership, key, "access_key.replaced", actor)


def notify_revoked(*, actor: Membership, key: AccessKey) -> None:
    """Email the owner of a personal key that someone else revoked."""
    if key.membership and key.membership.pk != actor.pk:
        _record_own(key.membership, key, "access_key.withdrawn", actor)


def _record_own(owner: Membership, key: AccessKey, action: str, actor: Membership) -> None:
    """Record it in the owner's own log, which sends them the notice with "This wasn't me" (S-8)."""
    if owner.user is None:
        return
    by_owner = actor.pk == owner.pk
    data = {"key": key.name, "organization": key.organization.name, "key_id": str(key.pk)}
    record_event(user=owner.user, action=action, actor=None if by_owner else actor, data=data)


def _to_managers(organization: Organization, keys: Iterable[AccessKey], kind: str, prefix: str) -> list[NewEmail]:
    managers = key_managers_of(organization)
    return [
        NewEmail(kind=kind, subject_id=member.pk, key=f"{prefix}:{key.pk}:{member.pk}", organization_id=organization.pk)
        for key in keys
        for member in managers
    ]


@transaction.atomic
def notify_expiring(*, now: datetime | None = None) -> int:
    """Email the owners of live keys that expire within EXPIRES_SOON. Return how many keys.

    Each key and person gets one email: the outbox doesn't queue the same key twice. Keys that were created for a
    shorter time are left out.
    """
    now = now or timezone.now()
    keys = AccessKey.objects.filter(OWNED, expires_at__gt=now, expires_at__lte=now + EXPIRES_SOON)
    keys = keys.filter(organization__is_active=True, created_at__lt=F("expires_at") - EXPIRES_SOON)
    found = 0
    for organization, group in _by_organization(keys):
        queue_emails(_expiring(organization, group))
        found += len(group)
    return found


def _by_organization(keys: QuerySet[AccessKey]) -> Iterable[tuple[Organization, list[AccessKey]]]:
    """Yield the keys by organization, without holding more than BATCH rows of a large result in memory."""
    group: list[AccessKey] = []
    for key in keys.select_related("organization", "membership").order_by("organization", "pk").iterator(BATCH):
        if group and group[0].organization_id != key.organization_id:
            yield group[0].organization, group
            group = []
        group.append(key)
    if group:
        yield group[0].organization, group


def _expiring(organization: Organization, keys: list[AccessKey]) -> list[NewEmail]:
    kind, prefix = "organizations.access_key_expiring", "access_key_expiring"
    personal = [key for key in keys if key.membership_id]
    emails = [
        NewEmail(
            kind=kind,
            subject_id=key.membership_id,  # type: ignore[arg-type]
            key=f"{prefix}:{key.pk}:{key.membership_id}",
            organization_id=organization.pk,
        )
        for key in personal
    ]
    shared = [key for key in keys if not key.membership_id]
    return emails + (_to_managers(organization, shared, kind, prefix) if shared else [])


@transaction.atomic
def revoke_rejected(*, user: User, entry: Entry) -> None:
    """Revoke the secrets of a user's personal keys that someone else may have created since the rejected event.

    In settings.EVENT_REJECTION_LISTENERS. Older secrets keep working, even if a rotation had set their expiry.
    """
    secrets = AccessKeySecret.objects.filter(key__membership__user=user)
    # The event is recorded just after the secret.
    ended = secrets.filter(created_at__gte=entry.at - timedelta(minutes=1)).select_related("key__membership")
    keys = {secret.key_id: secret.key for secret in ended}
    AccessKeySecret.objects.filter(pk__in=[secret.pk for secret in ended]).delete()
    live = secrets.filter(UNEXPIRED, key__in=keys)
    kept = set(live.values_list("key_id", flat=True))
    live.update(expires_at=None)
    for key in keys.values():
        action = "access_key.secret_ended" if key.pk in kept else "access_key.revoked"
        data = {"owner": key.membership.name, "reason": "not_me"}  # type: ignore[union-attr]
        record(organization_id=key.organization_id, actor=key.membership, action=action, target=key, data=data)
    AccessKey.objects.filter(pk__in=set(keys) - kept).delete()
