"""Lists of addresses: one per line, or separated by semicolons, commas or spaces, with or without names."""

import re
from collections.abc import Iterator

from invitations.pasted_people.model import LeftOut, PastedPeople, PastedPerson, Reason
from invitations.pasted_people.names import BULLET, guess_name, split_name
from invitations.pasted_people.text import ADDRESS, clean_address

# The start of a line in a copied email.
FIELD = re.compile(r"^\s*(?:to|cc|bcc|from|an|von|kopie|empfänger|recipients)\s*:\s*", re.I)
# An address, alone or as in <ana@x>, <mailto:ana@x>, [ana@x](mailto:ana@x) and (ana@x).
ENTRY = re.compile(
    rf"(?P<open>[<(\[]{{0,2}}) ?(?:mailto:)?(?P<email>{ADDRESS.pattern}) ?(?P<close>[>)\]]{{0,2}})", re.I
)
# 'ana@x', and one address twice: ana@x<mailto:ana@x>, [ana@x](mailto:ana@x), ana@x <ana@x>.
QUOTED = re.compile(r"'([^\s'<>@]{1,64}@[^\s'<>@]{1,255})'")
TWICE = re.compile(rf"\[?({ADDRESS.pattern})\]? ?[<(](?:mailto:)?\1[>)]", re.I)
SEPARATORS = " \t,;:/<>–—-"
NOT_A_NAME = re.compile(r"^[\W\d_]*$")


def read_list(text: str) -> PastedPeople:
    """Return the people in a list of addresses."""
    result = PastedPeople()
    for number, line in _joined_lines(text):
        line = TWICE.sub(r"<\1>", QUOTED.sub(r"\1", FIELD.sub("", BULLET.sub("", line))))
        people, rest = _read_line(number, line)
        result.add(people)
        result.left_out += [LeftOut(number, part, Reason.NO_ADDRESS) for part in rest]
    result.left_out.sort(key=lambda left: left.line)
    return result


def _joined_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines with their numbers. If names and addresses are on lines of their own by turns, join each pair."""
    lines = [(number, line.strip()) for number, line in enumerate(text.split("\n"), start=1) if line.strip(" \t;,")]
    names, addresses = lines[::2], lines[1::2]
    if (
        len(addresses) > 1
        and len(names) == len(addresses)
        and all(ENTRY.fullmatch(line) for _number, line in addresses)
        and not any("@" in line for _number, line in names)
    ):
        for (number, name), (_number, address) in zip(names, addresses, strict=True):
            yield number, f"{name} <{address.strip('<>')}>"
    else:
        yield from lines


def _read_line(number: int, line: str) -> tuple[list[PastedPerson], list[str]]:
    """Return the people in the line, and its parts without an address."""
    people, rest, end = [], [], 0
    matches = list(ENTRY.finditer(line))
    for n, match in enumerate(matches):
        before = line[end : match.start()]
        *others, name = before.split(";")
        after_end = matches[n + 1].start() if n + 1 < len(matches) else len(line)
        end = match.end()
        if not _text(name) and not match["open"]:  # "ana@x Ana Soto" and "ana@x (Ana Soto)"
            found = re.match(r"[\s:–—-]*([^;,\n]+)", line[end:after_end])
            if found and _text(found[1]) and (n + 1 == len(matches) or re.match(r"\s*[;,]", line[end + found.end() :])):
                name, end = found[1].strip("() "), end + found.end()
        rest += [_text(other) for other in others if _text(other)]
        people.append(_person(number, match["email"], name))
    tail = [_text(part) for part in line[end:].split(";") if _text(part)]
    return people, rest + (tail if people or not matches else [])


def _text(part: str) -> str:
    """Return the part without separators, or "" if it has no letter."""
    part = part.strip(SEPARATORS + "()[]")
    return "" if NOT_A_NAME.match(part) else part


def _person(number: int, email: str, name: str) -> PastedPerson:
    email = clean_address(email)
    name = BULLET.sub("", name.strip(SEPARATORS))
    first, last = ("", "") if NOT_A_NAME.match(name) else split_name(name)
    if first or last:
        return PastedPerson(email, first, last, line=number)
    first, last = guess_name(email)
    return PastedPerson(email, first, last, guessed=bool(first), line=number)
