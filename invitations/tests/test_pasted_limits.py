"""How long a pasted text may be, and how quickly it is read (W-4)."""

import time

import pytest

from invitations.pasted_people import MAX_CHARACTERS, MAX_LINES, read_people

# Each repeats until the text is as long as it may be. Most of them took quadratic time in some version.
HOSTILE = {
    "addresses": "ana.soto@acme.example\n",
    "Outlook": "Soto, Ana <ana@x.example>; ",
    "Excel": "1\tSales\tAna\tSoto\tana@x.example\n",
    "CSV": "Ana,Soto,a@x\n",
    "headings": "Name;Vorname;E-Mail\n",
    "open brackets": "(a",
    "angle brackets": "<",
    "at signs": "a@",
    "short addresses": "a@b ",
    "long local parts": "a" * 64 + "@",
    "spaces": " ",
    "tabs": "a\t",
    "line breaks": "\n",
    "quotes": '"a\ta@x\n',
    "semicolons": "a;b@c;",
    "mailto": "mailto:",
    "dots": "a..",
    "links": "a@b <a@c> ",
    "accents": "a\u0300\u0316",
    "short lines": "a1@x.de\n",
    "dashes": "a - ",
    "name and dash": "a - b <a@x>\n",
    "slashes": "a/",
    "numbers": "1.1 ",
    "to": "To: a@b\n c@d\n",
    "HTML links": '<a href="mailto:a@x.example">A</a>\n',
    "open links": "<a mailto:",
    "tags": "<li>a</li>",
    "entities": "&lt;a@b&gt;",
    "braces": '{"a":',
    "brackets": '["a@b",',
}


# Of the CPU, in seconds. Most texts take a fifth of it.
QUICK = 1.5


def is_quick(text: str) -> bool:
    """Return whether the text is read quickly in one of three tries: what else runs slows the CPU for a while."""
    return any(seconds_to_read(text) < QUICK for _try in range(3))


def seconds_to_read(text: str) -> float:
    started = time.thread_time()
    read_people(text)
    return time.thread_time() - started


@pytest.mark.spec("W-4")
@pytest.mark.parametrize("name", HOSTILE)
def test_long_and_hostile_texts_are_quick(name):
    text = "x " + HOSTILE[name] * (MAX_CHARACTERS // len(HOSTILE[name]) + 1)
    assert is_quick(text)
    assert read_people(text).is_cut


# The start of a text, what repeats until it is as long as it may be, and its end.
LONG_NAMES = {
    "degrees in a cell": ("A B", ",ma", "\ta@x"),
    "suffixes before an address": ("A B", ",jr", " <a@x>"),
    "titles before an address": ("", "dr ", "a@x"),
    "degrees in each cell": ("", "A B" + ",ma" * 130 + "\ta@x\n", ""),
}


@pytest.mark.spec("W-4")
@pytest.mark.parametrize("name", LONG_NAMES)
def test_long_names_are_quick(name):
    start, part, end = LONG_NAMES[name]
    text = start + part * ((MAX_CHARACTERS - len(start + end)) // len(part)) + end
    assert is_quick(text)
    assert read_people(text).people


def test_ten_thousand_lines_are_quick():
    text = "\n".join(f"n{number}@x" for number in range(MAX_LINES))
    assert is_quick(text)
    result = read_people(text)
    assert len(result.people) == MAX_LINES and not result.is_cut


def test_an_address_at_the_end_of_a_long_text_is_not_cut():
    result = read_people("ana@x.example\n" * 2 + "x" * (MAX_CHARACTERS - 33) + "\ntom@x.example")
    assert [person.email for person in result.people] == ["ana@x.example"] and result.last_line == 3


def test_says_that_a_text_is_too_long():
    assert not read_people("a@x.example\n" * 100).is_cut
    assert read_people("\n" * MAX_LINES).is_cut
    assert read_people("a@x.example\n" + " " * MAX_CHARACTERS).is_cut
