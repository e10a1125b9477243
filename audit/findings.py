"""Checks of a chain: what was changed, deleted, inserted or moved since it was sealed.

Every sealed entry has a signature over its place, its hash and its content, so each is judged alone: one wrong entry
doesn't hide the next. A wrong entry that fits another place was moved. Of the rest, those at a place that no entry
fits were changed, and others were inserted. Places that no entry is left for are missing.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from audit.models import AuditChain
from audit.signatures import canonical_text, is_same, link_hash, seal_mac

# The columns that a check reads. Rows are faster than models.
COLUMNS = (
    "id", "organization_id", "at", "actor_id", "actor_label", "via", "action", "target_id", "target_label", "data",
    "ip", "request_id", "sequence", "hash", "mac",
)  # fmt: skip
# The maximum number of signatures computed to find the original places of moved entries.
MAX_TRIES = 200_000


@dataclass(frozen=True)
class Finding:
    """A sentence about one place of a chain. `sequence` is None if it is about the chain."""

    sequence: int | None
    text: str


@dataclass
class _Wrong:
    """An entry whose signature doesn't match its place, and its original place."""

    entry: Any
    canonical: bytes
    original: int | None = None


@dataclass
class ChainCheck:
    """Checks the sealed entries of one chain, given as rows of COLUMNS in the order of their sequence numbers."""

    chain: AuditChain
    key: bytes
    findings: list[Finding] = field(default_factory=list)
    hashes: dict[int, str] = field(default_factory=dict)
    wrong: list[_Wrong] = field(default_factory=list)
    checked: int = 0
    tries: int = 0

    def run(self, entries: Iterable[Any]) -> list[Finding]:
        """Return what is wrong, in the order of the places."""
        for entry in entries:
            self.checked += 1
            self._check(entry)
        self._find_moved()
        self._judge()
        return sorted(self.findings, key=lambda each: each.sequence or 0)

    def _expected(self) -> range:
        return range(self.chain.kept_from, self.chain.sequence + 1)

    def _check(self, entry: Any) -> None:
        canonical, place, link = canonical_text(entry), entry.sequence or 0, entry.hash or ""
        if place not in self._expected():
            self.wrong.append(_Wrong(entry, canonical))
            return
        if not self._fits(entry, canonical, place):
            self.wrong.append(_Wrong(entry, canonical))
            return
        self.hashes[place] = link
        previous = self.chain.kept_hash if place == self.chain.kept_from else self.hashes.get(place - 1)
        if previous is not None and not is_same(link, link_hash(self.key, place, previous, canonical)):
            self._add(place, f"{_name(entry)} doesn't follow the entry before it.")
        if place == self.chain.sequence and not is_same(link, self.chain.hash):
            self._add(place, f"{_name(entry)} isn't the last entry that was sealed.")

    def _fits(self, entry: Any, canonical: bytes, place: int) -> bool:
        link = entry.hash or ""
        if is_same(entry.mac, seal_mac(self.key, place, link, canonical)):
            return True
        if not is_same(entry.mac, seal_mac(self.key, place, link, canonical, genuine=False)):
            return False
        if place == entry.sequence:
            self._add(place, f"{_name(entry)} wasn't written by TeamAdmin, or was changed before it was sealed.")
        return True

    def _find_moved(self) -> None:
        """Find the original places of these entries. Usually, many moved by the same distance."""
        free = set(self._expected()) - self.hashes.keys()
        shift = 0
        for each in self.wrong:
            place = each.entry.sequence or 0
            for candidate in _candidates(place, shift, free):
                self.tries += 1
                if self.tries > MAX_TRIES:
                    return
                if self._fits(each.entry, each.canonical, candidate):
                    each.original, shift = candidate, candidate - place
                    self.hashes[candidate] = each.entry.hash or ""
                    free.discard(candidate)
                    break

    def _judge(self) -> None:
        lost = set(self._expected()) - self.hashes.keys()
        for each in self.wrong:
            place = each.entry.sequence or 0
            if each.original is not None:
                self._add(place, f"{_name(each.entry)} was moved here from place {each.original}.")
            elif place in lost:
                lost.discard(place)
                self._add(place, f"{_name(each.entry)} was changed or replaced.")
            else:
                self._add(place, f"{_name(each.entry)} was inserted.")
        end = self.chain.sequence
        while end in lost:
            end -= 1
        for place in lost:
            where = ": the end of the log was cut off" if place > end else ""
            self._add(place, f"Entry {place} is missing{where}.")

    def _add(self, place: int | None, text: str) -> None:
        self.findings.append(Finding(place, text))


def _candidates(place: int, shift: int, free: set[int]) -> Iterator[int]:
    """Yield the free places, likely ones first."""
    yield from (place + step for step in (shift, -1, 1) if place + step in free)
    yield from list(free)


def _name(entry: Any) -> str:
    return f"Entry {entry.sequence} ({entry.id}, {entry.action}, {entry.at:%Y-%m-%d %H:%M:%S} UTC)"
