"""Texts that people really copy, from pasted_texts.txt and pasted_exports.txt (W-4)."""

import itertools
import re
from pathlib import Path

import pytest

from invitations.pasted_people import read_people
from invitations.tests.test_pasted_people import described

FILES = ("pasted_texts.txt", "pasted_exports.txt")


def _unescaped(text: str) -> str:
    text = text.replace("⇥", "\t").replace("\\r", "\r")
    return re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), text)


def _load() -> dict[str, tuple[str, list[str]]]:
    """Return each text with the lines that say what is read of it."""
    texts = {}
    files = [(Path(__file__).parent / name).read_text(encoding="utf-8") for name in FILES]
    for block in itertools.chain(*(file.split("\n## ")[1:] for file in files)):
        name, *lines = block.rstrip("\n").split("\n")
        assert name not in texts
        start = next(n for n, line in enumerate(lines) if line.startswith(("= ", "~ ", "- ", "? ")))
        texts[name] = _unescaped("\n".join(lines[:start])), [_unescaped(line) for line in lines[start:]]
    return texts


TEXTS = _load()


@pytest.mark.spec("W-4")
@pytest.mark.parametrize("name", TEXTS)
def test_reads_what_people_copy(name):
    text, expected = TEXTS[name]
    result = read_people(text)
    read = [f"= {person}" for person in described(text)]
    read += [f"~ {part}" for part in result.dropped] + [f"- {part.text}" for part in result.left_out]
    assert read + ([] if result.certain else ["? asked"]) == expected


@pytest.mark.spec("W-4")
@pytest.mark.parametrize("name", TEXTS)
def test_choosing_the_columns_as_they_were_read_changes_nothing(name):
    text, _expected = TEXTS[name]
    result = read_people(text)
    if result.is_table:
        chosen = read_people(text, columns=result.columns, has_heading=result.has_heading)
        assert (chosen.people, chosen.left_out) == (result.people, result.left_out)


def test_there_are_more_than_two_hundred_texts():
    assert len(TEXTS) > 200
