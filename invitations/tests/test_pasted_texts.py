"""Texts that people really copy, from pasted_texts.txt (W-4)."""

import re
from pathlib import Path

import pytest

from invitations.pasted_people import read_people
from invitations.tests.test_pasted_people import described


def _unescaped(text: str) -> str:
    text = text.replace("⇥", "\t").replace("\\r", "\r")
    return re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), text)


def _load() -> dict[str, tuple[str, list[str]]]:
    """Return each text with the lines that say what is read of it."""
    texts = {}
    for block in (Path(__file__).parent / "pasted_texts.txt").read_text(encoding="utf-8").split("\n## ")[1:]:
        name, *lines = block.rstrip("\n").split("\n")
        start = next(n for n, line in enumerate(lines) if line.startswith(("= ", "- ", "? ")))
        texts[name] = _unescaped("\n".join(lines[:start])), [_unescaped(line) for line in lines[start:]]
    return texts


TEXTS = _load()


@pytest.mark.spec("W-4")
@pytest.mark.parametrize("name", TEXTS)
def test_reads_what_people_copy(name):
    text, expected = TEXTS[name]
    result = read_people(text)
    read = [f"= {person}" for person in described(text)] + [f"- {part.text}" for part in result.left_out]
    assert read + ([] if result.certain else ["? asked"]) == expected


@pytest.mark.spec("W-4")
@pytest.mark.parametrize("name", TEXTS)
def test_choosing_the_columns_as_they_were_read_changes_nothing(name):
    text, _expected = TEXTS[name]
    result = read_people(text)
    if result.is_table:
        chosen = read_people(text, columns=result.columns, has_heading=result.has_heading)
        assert (chosen.people, chosen.left_out) == (result.people, result.left_out)


def test_there_are_more_than_sixty_texts():
    assert len(TEXTS) > 60
