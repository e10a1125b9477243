"""Hashing of random secrets."""

import hashlib


def hash_token(token: str) -> str:
    """Return the stored form of a token. It has at least 128 random bits, so a fast hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()
