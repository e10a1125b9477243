"""The texts and keys behind the audit log's signatures, all HMAC-SHA256 in hexadecimal.

An entry is signed twice. The process that writes it signs with a key derived from ENCRYPTION_KEYS, because it can't
wait for the chain. Sealing checks that signature, and replaces it with one of the chain's own random key, which a
change of ENCRYPTION_KEYS doesn't affect.
"""

import hashlib
import hmac
import json
from base64 import b64decode
from datetime import UTC
from ipaddress import ip_address
from typing import Any
from uuid import UUID

from django.conf import settings

from audit.models import AuditChain, AuditCheckpoint


def _id(value: UUID | str | None) -> str | None:
    return None if value is None else str(value)


def _plain(value: Any) -> Any:
    """Return the value as databases return it: text keys, lists instead of tuples, and whole floats as integers."""
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def canonical_text(entry: Any) -> bytes:
    """Return the entry's values as JSON, the same before it is saved and after it is loaded. Takes a model or a row."""
    values = [
        _id(entry.id),
        _id(entry.organization_id),
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        _id(entry.actor_id),
        entry.actor_label,
        entry.via,
        entry.action,
        _id(entry.target_id),
        entry.target_label,
        _plain(entry.data),
        None if entry.ip is None else ip_address(entry.ip).packed.hex(),
        entry.request_id,
    ]
    return json.dumps(values, sort_keys=True, separators=(",", ":")).encode()


def _hmac(key: bytes, *parts: bytes) -> str:
    return hmac.digest(key, b"\0".join(parts), "sha256").hex()


def _writer_key(secret: str) -> bytes:
    return hashlib.sha256(b"teamadmin.audit:" + secret.encode()).digest()


def sign_written(entry: Any) -> str:
    """Return the signature of the process that writes the entry."""
    return _hmac(_writer_key(settings.ENCRYPTION_KEYS[0]), canonical_text(entry))


def is_written_by_us(mac: str, canonical: bytes) -> bool:
    """Return whether `mac` is sign_written() of the entry with this canonical text, with any of the current keys."""
    signatures = (_hmac(_writer_key(key), canonical) for key in settings.ENCRYPTION_KEYS)
    return any(is_same(mac, signature) for signature in signatures)


def is_same(stored: str, computed: str) -> bool:
    """Return whether the signatures are the same, in constant time."""
    return hmac.compare_digest(stored.encode(), computed.encode())


def chain_key(chain: AuditChain) -> bytes:
    """Return the key of the chain. Raise DecryptionFailed."""
    return b64decode(str(chain.key))


def link_hash(key: bytes, sequence: int, previous: str, canonical: bytes) -> str:
    """Return the hash of the entry at this place of the chain, after an entry with the hash `previous`."""
    return _hmac(key, b"link", str(sequence).encode(), previous.encode(), canonical)


def seal_mac(key: bytes, sequence: int, link: str, canonical: bytes, *, genuine: bool = True) -> str:
    """Return the signature of a sealed entry. With it, an entry can be checked without the one before.

    `genuine` is whether the writing process had signed the entry.
    """
    kind = b"entry" if genuine else b"unsigned entry"
    return _hmac(key, kind, str(sequence).encode(), link.encode(), canonical)


def chain_mac(key: bytes, chain: AuditChain) -> str:
    """Return the signature of the chain's ends and numbers."""
    ends = [chain.sequence, chain.hash, chain.kept_from, chain.kept_hash, chain.number, chain.chains]
    return _hmac(key, b"chain", json.dumps([_id(chain.organization_id), *ends]).encode())


def checkpoint_mac(key: bytes, checkpoint: AuditCheckpoint) -> str:
    """Return the signature of the checkpoint."""
    values = [str(checkpoint.chain_id), checkpoint.day.isoformat(), checkpoint.sequence, checkpoint.hash]
    return _hmac(key, b"checkpoint", json.dumps(values).encode())
