"""Sealing: unsealed entries get a sequence number and hash in the organization's chain.

Writers take no lock, because they are in the middle of transactions with locks of their own. The sealer takes the
chain's row lock in a short transaction of its own, so that any number of sealers make one chain, and organizations
don't wait for each other.
"""

import logging
import secrets
from base64 import b64encode
from dataclasses import dataclass
from uuid import UUID

from django.db import connections, router, transaction
from django.utils import timezone

from audit.models import AuditChain, AuditCheckpoint, Entry
from audit.signatures import (
    canonical_text,
    chain_key,
    chain_mac,
    checkpoint_mac,
    is_written_by_us,
    link_hash,
    seal_mac,
)

logger = logging.getLogger(__name__)
# Entries sealed in one transaction.
BATCH = 1000


@dataclass(frozen=True)
class _Seal:
    """What sealing adds to one entry."""

    id: UUID
    sequence: int
    hash: str
    mac: str


def seal(organization_id: UUID | None) -> int:
    """Seal all committed entries of the organization, and return how many. None: those without an organization."""
    _create_chain(organization_id)
    total = 0
    while count := _seal_batch(organization_id):
        total += count
        if count < BATCH:
            break
    return total


def seal_all() -> int:
    """Seal the entries of every organization that has unsealed ones. Return how many entries."""
    waiting = Entry.objects.filter(sequence=None).order_by().values_list("organization_id", flat=True).distinct()
    total = 0
    for organization_id in list(waiting):
        try:
            total += seal(organization_id)
        except Exception:  # such as a chain whose key no longer decrypts: the other organizations go on
            logger.exception("Sealing the audit log of organization %s failed.", organization_id)
    return total


def lock_chain(organization_id: UUID | None) -> AuditChain:
    """Return the organization's chain, locked until the transaction ends."""
    return AuditChain.objects.select_for_update().get(organization_id=organization_id)


def save_chain(chain: AuditChain) -> None:
    """Sign and save the chain."""
    chain.mac = chain_mac(chain_key(chain), chain)
    chain.save(update_fields=["sequence", "hash", "kept_from", "kept_hash", "chains", "sealed_at", "mac"])


def _create_chain(organization_id: UUID | None) -> None:
    """Create the organization's chain if it has none. The first chain counts all others, so that none can vanish."""
    if AuditChain.objects.filter(organization_id=organization_id).exists():
        return
    with transaction.atomic():
        first = _first_chain()
        if organization_id is None or AuditChain.objects.filter(organization_id=organization_id).exists():
            return
        first.chains += 1
        save_chain(first)
        chain = _new_chain(organization_id, first.chains)
        chain.save(force_insert=True)


def _first_chain() -> AuditChain:
    """Return the locked chain of entries without an organization. Creates it if missing."""
    if not AuditChain.objects.filter(number=0).exists():
        # Another sealer may create it at the same time. The first one wins.
        AuditChain.objects.bulk_create([_new_chain(None, 0)], ignore_conflicts=True)
    return AuditChain.objects.select_for_update().get(number=0)


def _new_chain(organization_id: UUID | None, number: int) -> AuditChain:
    key = b64encode(secrets.token_bytes(32)).decode()
    chain = AuditChain(organization_id=organization_id, number=number, key=key)
    chain.mac = chain_mac(chain_key(chain), chain)
    return chain


@transaction.atomic
def _seal_batch(organization_id: UUID | None) -> int:
    chain = lock_chain(organization_id)
    unsealed = Entry.objects.filter(organization_id=organization_id, sequence=None)
    entries = list(unsealed.order_by("at", "id")[:BATCH])
    if not entries:
        return 0
    key = chain_key(chain)
    seals = []
    for entry in entries:
        canonical = canonical_text(entry)
        chain.sequence += 1
        chain.hash = link_hash(key, chain.sequence, chain.hash, canonical)
        genuine = is_written_by_us(entry.mac, canonical)
        if not genuine:
            logger.error("Audit entry %s wasn't written by TeamAdmin, or was changed since.", entry.pk)
        mac = seal_mac(key, chain.sequence, chain.hash, canonical, genuine=genuine)
        seals.append(_Seal(entry.pk, chain.sequence, chain.hash, mac))
    _save_seals(seals)
    chain.sealed_at = timezone.now()
    save_chain(chain)
    _add_checkpoint(chain, key)
    return len(seals)


def _save_seals(seals: list[_Seal]) -> None:
    """Write the seals with one prepared statement, which is much faster than bulk_update()."""
    connection = connections[router.db_for_write(Entry)]
    identity = Entry._meta.pk
    rows = [(each.sequence, each.hash, each.mac, identity.get_db_prep_value(each.id, connection)) for each in seals]
    table = Entry._meta.db_table
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {table} SET sequence = %s, hash = %s, mac = %s WHERE id = %s", rows)


def _add_checkpoint(chain: AuditChain, key: bytes) -> None:
    """Add the day's checkpoint if there is none, also to the process's log, which the database's owner can't change."""
    today = timezone.now().date()
    if AuditCheckpoint.objects.filter(chain=chain, day=today).exists():
        return
    checkpoint = AuditCheckpoint(chain=chain, day=today, sequence=chain.sequence, hash=chain.hash)
    checkpoint.mac = checkpoint_mac(key, checkpoint)
    checkpoint.save(force_insert=True)
    logger.info(
        "Audit checkpoint of organization %s: sequence %d, hash %s", chain.organization_id, chain.sequence, chain.hash
    )
