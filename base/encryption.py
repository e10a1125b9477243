"""Encryption of secrets that the product must be able to read again, such as authenticator keys.

Fernet (AES-128-CBC and HMAC-SHA256) with keys derived from settings.ENCRYPTION_KEYS: the first one encrypts, all of
them decrypt. A database dump without the environment reveals no secret. `manage.py rotate_keys` encrypts everything
again after a change of keys.
"""

import hashlib
from base64 import urlsafe_b64encode
from functools import cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models


class DecryptionFailed(Exception):
    """None of settings.ENCRYPTION_KEYS decrypts the value."""


class Undecryptable:
    """The value of an EncryptedField that none of the keys decrypts. Saving it again keeps what is stored.

    Using it as text raises DecryptionFailed.
    """

    def __init__(self, stored: str) -> None:
        self.stored = stored

    def __str__(self) -> str:
        raise DecryptionFailed("No key in ENCRYPTION_KEYS decrypts this value.")

    def __repr__(self) -> str:
        return "<Undecryptable>"


@cache
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    # Settings are random text of any length (at least 32 characters), so a plain hash is enough to derive a key.
    derived = (hashlib.sha256(b"teamadmin.encryption:" + key.encode()).digest() for key in keys)
    return MultiFernet([Fernet(urlsafe_b64encode(key)) for key in derived])


def encrypt(value: str) -> str:
    """Return the value encrypted with the first key, as text. Encrypting twice gives different texts."""
    return _fernet(tuple(settings.ENCRYPTION_KEYS)).encrypt(value.encode()).decode()


def decrypt(token: str) -> str:
    """Return the value that encrypt() got. Raise DecryptionFailed if its key is no longer listed."""
    try:
        return _fernet(tuple(settings.ENCRYPTION_KEYS)).decrypt(token.encode()).decode()
    except InvalidToken:
        raise DecryptionFailed("No key in ENCRYPTION_KEYS decrypts this value.") from None


def uses_first_key(token: str) -> bool:
    """Return whether encrypt() made the value with the first of the current keys."""
    try:
        _fernet(tuple(settings.ENCRYPTION_KEYS[:1])).decrypt(token.encode())
    except InvalidToken:
        return False
    return True


class EncryptedField(models.TextField):
    """Text that is encrypted in the database. It can't be searched.

    Loading a row whose key is missing doesn't fail, because the row must still be listed and deleted: its value is an
    Undecryptable.
    """

    def get_prep_value(self, value):
        if isinstance(value, Undecryptable):
            return value.stored
        return None if value is None else encrypt(str(value))

    def from_db_value(self, value, expression, connection):
        if value is None:
            return None
        try:
            return decrypt(value)
        except DecryptionFailed:
            return Undecryptable(value)
