"""Verification of the audit log: chains, checkpoints and entries."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from audit.findings import COLUMNS, ChainCheck, Finding
from audit.models import AuditChain, AuditCheckpoint, Entry
from audit.signatures import (
    canonical_text,
    chain_key,
    chain_mac,
    checkpoint_mac,
    is_same,
    is_written_by_us,
)
from base.encryption import DecryptionFailed

# Entries per query.
CHUNK = 2000
# How often a verification starts again because retention moved the start of the log.
TRIES = 3


@dataclass
class Report:
    """The result for the entries of one organization, or of none."""

    organization_id: UUID | None
    findings: list[Finding] = field(default_factory=list)
    checked: int = 0
    unsealed: int = 0
    sequence: int = 0
    hash: str = ""
    kept_from: int = 0

    def add(self, text: str, sequence: int | None = None) -> None:
        self.findings.append(Finding(sequence, text))


def verify(organization_id: UUID | None) -> Report:
    """Check the entries of the organization. None: those without an organization. Takes no lock."""
    for _try in range(TRIES):
        report = _verify(organization_id)
        if report.kept_from == _kept_from(organization_id):  # otherwise, retention deleted entries in the meantime
            break
    return report


def _kept_from(organization_id: UUID | None) -> int:
    kept = AuditChain.objects.filter(organization_id=organization_id).values_list("kept_from", flat=True)
    return kept.first() or 0


def _verify(organization_id: UUID | None) -> Report:
    report = Report(organization_id)
    _check_unsealed(report)
    chain = AuditChain.objects.filter(organization_id=organization_id).first()
    if chain is None:
        if Entry.objects.filter(organization_id=organization_id).exclude(sequence=None).exists():
            report.add("The entries are sealed, but their chain is missing.")
        return report
    report.kept_from = chain.kept_from
    try:
        key = chain_key(chain)
    except (DecryptionFailed, ValueError):
        report.add("No key in ENCRYPTION_KEYS decrypts the chain's key, so the entries can't be checked.")
        return report
    _check_chain(report, chain, key)
    return report


def verify_all() -> Iterator[Report]:
    """Check every chain, and whether chains are missing."""
    first = AuditChain.objects.filter(number=0).first()
    entries = Entry.objects.order_by().values_list("organization_id", flat=True).distinct()
    chains = AuditChain.objects.values_list("organization_id", flat=True)
    for organization_id in sorted({None, *entries, *chains}, key=str):
        report = verify(organization_id)
        if organization_id is None and first is not None:
            _check_numbers(report, first)
        yield report


def _check_numbers(report: Report, first: AuditChain) -> None:
    numbers = set(AuditChain.objects.values_list("number", flat=True))
    for number in sorted(set(range(1, first.chains + 1)) - numbers):
        report.add(f"Chain number {number} is missing, with all entries of its organization.")
    for number in sorted(numbers - set(range(first.chains + 1))):
        report.add(f"Chain number {number} was inserted.")


def _check_chain(report: Report, chain: AuditChain, key: bytes) -> None:
    report.sequence, report.hash = chain.sequence, chain.hash
    if not is_same(chain.mac, chain_mac(key, chain)):
        report.add("The record of the log's start and end was changed.")
    sealed = Entry.objects.filter(organization_id=chain.organization_id).exclude(sequence=None)
    rows = sealed.order_by("sequence").values_list(*COLUMNS, named=True)
    check = ChainCheck(chain, key)
    inside = rows.filter(sequence__lte=chain.sequence).iterator(chunk_size=CHUNK)
    report.findings += check.run(itertools.chain(inside, _after_the_end(rows, chain)))
    report.checked = check.checked
    for checkpoint in AuditCheckpoint.objects.filter(chain=chain).order_by("day"):
        _check_checkpoint(report, checkpoint, check)


def _after_the_end(rows: Any, chain: AuditChain) -> Iterator[Any]:
    """Yield rows after the end of the chain, except those that were sealed while it was read."""
    later = list(rows.filter(sequence__gt=chain.sequence))
    if later:
        end = AuditChain.objects.values_list("sequence", flat=True).get(pk=chain.pk)
        yield from (row for row in later if row.sequence > end)


def _check_checkpoint(report: Report, checkpoint: AuditCheckpoint, check: ChainCheck) -> None:
    name = f"The checkpoint of {checkpoint.day}"
    if not is_same(checkpoint.mac, checkpoint_mac(check.key, checkpoint)):
        report.add(f"{name} was changed.")
    elif checkpoint.sequence > check.chain.sequence:
        report.add(f"{name} is at entry {checkpoint.sequence}, but the log ends at {check.chain.sequence}.")
    elif check.hashes.get(checkpoint.sequence, checkpoint.hash) != checkpoint.hash:
        report.add(f"Entry {checkpoint.sequence} isn't the one that {name.lower()} names.", checkpoint.sequence)


def _check_unsealed(report: Report) -> None:
    for entry in Entry.objects.filter(organization_id=report.organization_id, sequence=None).iterator(CHUNK):
        report.unsealed += 1
        if not is_written_by_us(entry.mac, canonical_text(entry)):
            text = f"The unsealed entry {entry.pk} ({entry.action}) was changed, or wasn't written by TeamAdmin."
            report.add(text)
