"""HTML that comes out the same for the same facts, written once and kept in this process's memory.

The key holds every fact that is shown, so nothing is ever out of date. What differs by request, as a form's token does,
stands in it as a mark, which nobody can guess and put into a name, and is filled in for each answer.
"""

import secrets
from collections.abc import Callable, Mapping
from sys import getsizeof

from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.utils.safestring import SafeString, mark_safe

_SECRET = secrets.token_hex(16)
TOKEN = f"{_SECRET}-token"


class Kept:
    """Pieces of HTML by their keys: `limit` of them at most, and about `room` bytes of memory with their keys. Where
    half of either is reached, those that were not asked for since half was reached before are dropped. A piece that
    alone takes a hundredth of the room is not kept."""

    def __init__(self, limit: int, room: int = 16_000_000) -> None:
        self.limit, self.room = limit, room
        self.pieces: dict[tuple, str] = {}
        self.older: dict[tuple, str] = {}
        self.taken = 0

    def get(self, key: tuple, write: Callable[[], str]) -> str:
        """The piece of that key, else what `write` gives, which has marks where TOKEN and holes are."""
        found = self.pieces.get(key)
        if found is None:
            found = self.older.get(key)
            if found is None:
                found = write()
            self._keep(key, found)
        return found

    def _keep(self, key: tuple, piece: str) -> None:
        size = getsizeof(piece) + weight(key)
        if size > self.room // 100:
            return
        if len(self.pieces) >= max(self.limit // 2, 1) or self.taken + size > self.room // 2:
            self.older, self.pieces, self.taken = self.pieces, {}, 0
        self.pieces[key] = piece
        self.taken += size

    def clear(self) -> None:
        """As it began."""
        self.older, self.pieces, self.taken = {}, {}, 0


def weight(value: object) -> int:
    """Bytes that a key takes, with all that is in it."""
    own = getsizeof(value)
    return own + sum(map(weight, value)) if isinstance(value, (tuple, frozenset)) else own


def mark(name: str) -> SafeString:
    """What stands in a kept piece for the hole of that name."""
    return mark_safe(f"{_SECRET}-{name}")


def fill(piece: str, request: HttpRequest, holes: Mapping[str, str] | None = None) -> SafeString:
    """The piece with the request's form token and these holes, which have to be HTML already."""
    if TOKEN in piece:
        piece = piece.replace(TOKEN, get_token(request))
    for name, html in (holes or {}).items():
        piece = piece.replace(mark(name), html)
    return mark_safe(piece)
