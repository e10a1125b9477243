"""Marks the letters that a search matched. Compares folded text, as the search does: "jose" marks "José"."""

from collections.abc import Sequence
from functools import lru_cache

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from base import text


@lru_cache(maxsize=4096)
def _fold_letter(char: str) -> str:
    """Return the letter as it is folded inside a word: "" for an accent of its own, " " for what separates words."""
    return text.fold(f"a{char}a")[1:-1]


def _fold_letters(value: str) -> tuple[str, list[int]]:
    """Return the folded text, and for each of its letters the position of the letter in `value` that it comes from."""
    folded, positions = [], []
    for position, char in enumerate(value):
        for letter in _fold_letter(char):
            folded.append(letter)
            positions.append(position)
    return "".join(folded), positions


def _find(folded: str, word: str) -> int:
    """Return where the word matches, at the start of a word if possible, or -1."""
    at_start = f" {folded}".find(f" {word}")
    return at_start if at_start >= 0 else folded.find(word)


def mark(value: str, words: Sequence[str]) -> SafeString:
    """Return the text as HTML, with the first match of each word in <mark>. The words are folded."""
    folded, positions = _fold_letters(value)
    marked: set[int] = set()
    for word in words:
        if word and (start := _find(folded, word)) >= 0:
            marked.update(range(positions[start], positions[start + len(word) - 1] + 1))
    parts, is_open = [], False
    for position, char in enumerate(value):
        # An accent that is a character of its own belongs to the letter before it.
        is_marked = position in marked or (is_open and not _fold_letter(char))
        if is_marked != is_open:
            parts.append("<mark>" if is_marked else "</mark>")
            is_open = is_marked
        parts.append(escape(char))
    return mark_safe("".join(parts) + ("</mark>" if is_open else ""))  # noqa: S308 (every character is escaped)
