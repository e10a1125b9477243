"""Lists of addresses: one per line, or separated by semicolons, commas or spaces, with or without names."""

import re
from collections.abc import Iterator, Mapping, Sequence

from invitations.pasted_people.model import PastedPeople, PastedPerson
from invitations.pasted_people.names import BULLET, PARTICLES, guess_name, split_name
from invitations.pasted_people.text import ADDRESS, BIDI, clean_address

# The start of a line in a copied email or contact.
FIELD = re.compile(
    r"^\s*(?:to|cc|bcc|from|an|von|kopie|empfänger|recipients?|name|mail|e-?mail(?:[ -](?:address|adresse))?)\s*:\s*",
    re.I,
)
# An address, alone or as in <ana@x>, <mailto:ana@x>, [ana@x](mailto:ana@x) and (ana@x).
ENTRY = re.compile(
    rf"(?P<open>[<(\[]{{0,2}}) ?(?:mailto:)?(?P<email>{ADDRESS.pattern}) ?(?P<close>[>)\]]{{0,2}})", re.I
)
# 'ana@x', and one address twice: ana@x<mailto:ana@x>, [ana@x](mailto:ana@x), ana@x <ana@x>.
QUOTED = re.compile(r"'([^\s'<>@]{1,64}@[^\s'<>@]{1,255})'")
TWICE = re.compile(rf"\[?({ADDRESS.pattern})\]? ?[<(](?:mailto:)?\1[>)]", re.I)
# "ana@x Ana Soto" and "ana@x (Ana Soto)"
AFTER = re.compile(r"[\s:–—-]{0,9}([^;,\n]+)")
END = re.compile(r"\s{0,9}(?:[;,]|$)")
SEPARATORS = " \t,;:/<>–—-" + BIDI
NOT_A_NAME = re.compile(r"[\W\d_]*")
# A longer text before an address is a sentence, not a name.
MAX_NAME, MAX_WORDS = 100, 7


def read_list(lines: Sequence[str], addresses: Mapping[str, str]) -> PastedPeople:
    """Return the people in a list of addresses."""
    result = PastedPeople(addresses=addresses)
    for number, line in _joined_lines(lines):
        people, rest = _read_line(number, line)
        result.add(people)
        for part in rest:
            result.add_without_address(number, part, split_name(part))
    result.left_out.sort(key=lambda left: left.line)
    return result


def _joined_lines(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield the lines with their numbers. If names and addresses are on lines of their own by turns, join each pair."""
    numbered = [(number, _plain(line)) for number, line in enumerate(lines, start=1) if line.strip(" \t;,")]
    names, addresses = numbered[::2], numbered[1::2]
    if (
        len(addresses) > 1
        and len(names) == len(addresses)
        and all(ENTRY.fullmatch(line) for _number, line in addresses)
        and not any("@" in line for _number, line in names)
    ):
        for (number, name), (_number, address) in zip(names, addresses, strict=True):
            yield number, f"{name} <{address.strip('<>')}>"
    else:
        yield from numbered


def _plain(line: str) -> str:
    """Return the line without its bullet and the name of its field, and each address once."""
    return TWICE.sub(r"<\1>", QUOTED.sub(r"\1", FIELD.sub("", BULLET.sub("", line)))).strip()


def _read_line(number: int, line: str) -> tuple[list[PastedPerson], list[str]]:
    """Return the people in the line, and its parts without an address."""
    people, rest, end = [], [], 0
    matches = list(ENTRY.finditer(line))
    # "Ana Soto, ana@x, Tom Berg, tom@x": the name is before the comma. Not so in "ana@x, Ana Soto, tom@x".
    comma = bool(matches) and bool(_text(line[: matches[0].start()])) and _ends_with_comma(line[: matches[0].start()])
    for n, match in enumerate(matches):
        *others, name = line[end : match.start()].split(";")
        after_end = matches[n + 1].start() if n + 1 < len(matches) else len(line)
        end = match.end()
        if _ends_with_comma(name) and not comma:
            others, name = [*others, name], ""
        if not _text(name) and not match["open"]:
            found = AFTER.match(line, end, after_end)
            if found and _text(found[1]) and END.match(line, found.end()):
                name, end = found[1].strip("() "), found.end()
        parts, name = _split_list(name)
        rest += [_text(other) for other in [*others, *parts] if _text(other)]
        people.append(_person(number, match["email"], name))
    return people, rest + [_text(part) for part in line[end:].split(";") if _text(part)]


def _ends_with_comma(text: str) -> bool:
    return text.rstrip().endswith(",")


def _split_list(name: str) -> tuple[list[str], str]:
    """Split text before an address into what isn't the name and the name: "Kim Lee, Ana Soto" are two people."""
    text = name.strip(SEPARATORS)
    if len(text) > MAX_NAME or len(text.split()) > MAX_WORDS:
        return [text], ""
    start, comma, end = text.rpartition(",")
    words = start.split()
    if comma and len(words) > 1 and len(end.split()) > 1 and '"' not in text and not PARTICLES & set(words):
        return [start], end
    return [], name


def _text(part: str) -> str:
    """Return the part without separators, or "" if it has no letter."""
    part = part.strip(SEPARATORS)
    return "" if NOT_A_NAME.fullmatch(part) else part


def _person(number: int, email: str, name: str) -> PastedPerson:
    email = clean_address(email)
    name = BULLET.sub("", name.strip(SEPARATORS))
    first, last = ("", "") if NOT_A_NAME.fullmatch(name) else split_name(name)
    if first or last:
        return PastedPerson(email, first, last, line=number)
    first, last = guess_name(email)
    return PastedPerson(email, first, last, guessed=bool(first), line=number)
