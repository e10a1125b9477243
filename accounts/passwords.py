"""The one form of a password, whichever keyboard it was typed on (NIST SP 800-63B-4, 3.1.1.2)."""

import unicodedata


def normalize_password(password: str) -> str:
    """Return the password in NFKC, as it's set and checked.

    A Mac sends "é" as two code points, a phone as one, and both look the same to the person who types them.
    """
    return unicodedata.normalize("NFKC", password)


def password_forms(password: str) -> list[str]:
    """Return what a stored hash may have been made from, the current form first.

    Before passwords were normalized, they were hashed as typed. ASCII passwords have one form.
    """
    older = [password, unicodedata.normalize("NFC", password), unicodedata.normalize("NFD", password)]
    return list(dict.fromkeys([normalize_password(password), *older]))


def password_length(password: str) -> int:
    """Return the number of code points, of the shorter form: NFKC turns a few characters into many (U+FDFA into 18)."""
    return min(len(password), len(normalize_password(password)))
