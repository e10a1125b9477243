"""Whether a password is known from a breach, if the operator asks for that check (settings.PASSWORD_BREACH_CHECK)."""

import hashlib
import logging
import time
from http.client import HTTPException
from pathlib import Path
from typing import BinaryIO
from urllib.request import Request, urlopen

from django.conf import settings

logger = logging.getLogger("teamadmin.security")
# The whole answer must arrive within this time. It has some 50 kB.
TIMEOUT_SECONDS, MAX_BYTES = 2.0, 1_000_000
# Longest line of a file: a SHA-1 in hexadecimal digits, a colon, a count and a line break.
MAX_LINE = 80


def is_breached(password: str) -> bool:
    """Return whether the password is in the service or file of settings.PASSWORD_BREACH_CHECK, False without one.

    If the service or the file can't be read, the password is accepted and the error is logged.
    """
    source = settings.PASSWORD_BREACH_CHECK
    if not source:
        return False
    digest = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()
    try:
        if source.startswith(("https://", "http://")):
            return _is_in_service(source, digest)
        with Path(source).open("rb") as file:
            return _is_in_file(file, digest.encode())
    except (OSError, HTTPException, ValueError) as error:  # OSError includes timeouts and refused connections
        logger.warning("The check for breached passwords failed: %s", type(error).__name__)
        return False


def _is_in_service(url: str, digest: str) -> bool:
    """Ask a service like api.pwnedpasswords.com/range/. It learns the first five digits only (k-anonymity)."""
    prefix, suffix = digest[:5], digest[5:].encode()
    # With padding, all answers have about the same size, and an observer can't guess the prefix from it.
    request = Request(url + prefix, headers={"User-Agent": "TeamAdmin", "Add-Padding": "true"})  # noqa: S310
    for line in _read(request).splitlines():
        found, _colon, count = line.strip().upper().partition(b":")
        if found == suffix:
            return count != b"0"  # padding has a count of 0
    return False


def _read(request: Request) -> bytes:
    """Return the body of the answer. Raise TimeoutError or ValueError if it's too late or too large."""
    deadline, body = time.monotonic() + TIMEOUT_SECONDS, b""
    with urlopen(request, timeout=TIMEOUT_SECONDS) as response:  # noqa: S310 - the operator's setting, no user's
        while chunk := response.read1(65536):
            body += chunk
            if time.monotonic() > deadline:
                raise TimeoutError
            if len(body) > MAX_BYTES:
                raise ValueError("too large")
    return body


def _is_in_file(file: BinaryIO, digest: bytes) -> bool:
    """Return whether a sorted file of SHA-1 hashes, one per line, contains this one, by binary search.

    A hash may be followed by ":" and a count, as in the files of Have I Been Pwned. Nothing is kept in memory.
    """
    low, high = 0, file.seek(0, 2)
    while low < high:  # the line, if it exists, starts within [low, high)
        middle = (low + high) // 2
        start = _start_of_line(file, middle)
        file.seek(start)
        line = file.readline(MAX_LINE)
        found = line.partition(b":")[0].strip().upper()
        if found == digest:
            return True
        if found < digest:
            low = max(start + len(line), middle + 1)
        else:
            high = start
    return False


def _start_of_line(file: BinaryIO, position: int) -> int:
    """Return where the line that contains this position starts."""
    start = max(0, position - MAX_LINE)
    file.seek(start)
    return start + file.read(position - start).rfind(b"\n") + 1
