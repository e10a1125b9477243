"""docs/asvs.md: every file and test that it names exists, and every requirement is listed once."""

import ast
import re
from functools import cache

import pytest
from django.conf import settings

PAGE = settings.BASE_DIR / "docs" / "asvs.md"
ROW = re.compile(r"\| (\d+\.\d+\.\d+) \| (.+) \| (.+) \|")


def rows() -> list[tuple[str, str, list[str]]]:
    """Return (number, what we do, evidence) of each line of the tables."""
    lines = [match.groups() for match in map(ROW.fullmatch, PAGE.read_text().splitlines()) if match]
    return [(number, text, re.findall(r"`([^`]+)`", evidence)) for number, text, evidence in lines]


@cache
def functions(path: str) -> frozenset[str]:
    tree = ast.parse((settings.BASE_DIR / path).read_text())
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize(("number", "evidence"), [(number, each) for number, _, named in rows() for each in named])
def test_the_evidence_exists(number, evidence):
    path, _, name = evidence.partition("::")
    assert (settings.BASE_DIR / path).is_file(), f"{number}: {path} doesn't exist"
    assert not name or name in functions(path), f"{number}: {path} has no {name}"


def test_each_requirement_is_listed_once_with_words_and_evidence():
    numbers = [number for number, _, _ in rows()]
    later = re.findall(r"\d+\.\d+\.\d+", PAGE.read_text().partition("## Later")[2])
    assert len(numbers) > 220
    assert len({*numbers, *later}) == len(numbers) + len(later)
    for number, text, evidence in rows():
        assert evidence, f"{number} has no evidence"
        assert len(text.split()) <= 20, f"{number} is too long"


def test_no_line_of_the_tables_is_left_out():
    """A row that the pattern doesn't match would not be checked."""
    lines = PAGE.read_text().partition("## Later")[0].splitlines()
    assert sum(line.startswith("| ") and line[2].isdigit() for line in lines) == len(rows())
