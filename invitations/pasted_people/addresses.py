"""Lists of addresses: one per line, or separated by semicolons, commas or spaces, with or without names."""

import re
from collections.abc import Iterator, Mapping, Sequence

from invitations.pasted_people.model import PastedPeople, PastedPerson, named_person
from invitations.pasted_people.names import (
    BULLET,
    PARTICLES,
    Name,
    guess_name,
    read_name,
    without_remarks,
    without_title,
)
from invitations.pasted_people.text import ADDRESS, BIDI, clean_address, trim

# The start of a line in a copied email or contact: English, German, French, Spanish, Italian, Dutch.
RECIPIENTS = r"to|cc|bcc|an|kopie|empfänger|recipients?|à|a|cci|para|cco|aan"
TO = re.compile(rf"^\s*(?:{RECIPIENTS})\s*:", re.I)
FIELD = re.compile(
    rf"^\s*(?:{RECIPIENTS}|from|reply-to|sender|von|absender|de|da|van|name|mail|e|e-?mail(?:[ -](?:address|adresse))?"
    r"|work|home|private?|business|arbeit|geschäftlich|dienstlich)\s*:\s*",
    re.I,
)
# An address, alone or as in <ana@x>, [ana@x] and (ana@x).
ENTRY = re.compile(rf"(?P<open>[<(\[]{{0,2}}) ?(?P<email>{ADDRESS.pattern}) ?(?P<close>[>)\]]{{0,2}})")
# 'ana@x' and "ana@x", and one address twice, of which one was a link: ana@x<ana@x>, [ana@x](ana@x), ana@x <ana@x>.
QUOTED = re.compile(r"(['\"])([^\s'\"<>@]{1,64}@[^\s'\"<>@]{1,255})\1")
TWICE = re.compile(rf"\[?({ADDRESS.pattern})[\])\"']{{0,2}} ?[<(]\1[>)]", re.I)
# "ana@x Ana Soto", "ana@x (Ana Soto)" and "ana@x - Soto, Ana"
AFTER = re.compile(r"(?:\s?[:–—-]\s)([^\s;,]{1,50}, [^;,\n]+)|[\s:–—-]{0,9}([^;,\n]+)")
COMMA = re.compile(r"\s{0,9},")
END = re.compile(r"\s{0,9}(?:[;,]|$)")
SEPARATORS = " \t,;:/<>–—-" + BIDI
NOT_A_NAME = re.compile(r"[\W\d_]*")
ARROW = re.compile(r"\s=+>?\s{0,9}$")
AND = re.compile(r"^(?:and|und|or|oder|sowie|plus|cc|&)(?:\s+|$)", re.I)
MACHINE = re.compile(r"[{}<>=@#\\|]|\bwww\.|://")
# Beside an address, these alone aren't a name.
NOT_NAMES = {
    "admin", "administrator", "owner", "member", "guest", "manager", "builder", "operator", "user", "viewer", "editor",
    "besitzer", "mitglied", "gast", "external", "extern", "active", "aktiv", "away", "offline", "pending", "organizer",
    "required", "optional", "please", "add", "invite", "contact", "hi", "hello", "dear", "thanks", "bitte", "füge",
    "hallo", "danke",
}  # fmt: skip
# A longer text before an address is a sentence, not a name.
MAX_LENGTH, MAX_WORDS = 100, 7


def read_list(lines: Sequence[str], addresses: Mapping[str, str]) -> PastedPeople:
    """Return the people in a list of addresses."""
    result = PastedPeople(addresses=addresses)
    for number, line in _joined_lines(lines):
        _add_line(result, number, line)
    result.left_out.sort(key=lambda left: left.line)
    return result


def add_line(result: PastedPeople, number: int, line: str) -> None:
    """Add the people in one line of a list, and its parts without an address."""
    _add_line(result, number, _plain(line))


def _joined_lines(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield the lines with their numbers. Join names and addresses on lines of their own: the name is always before, or
    always after the address.
    """
    found = [(number, _plain(line)) for number, line in _unfolded(lines) if line.strip(" \t;,")]
    numbered = [(number, line) for number, line in found if line.casefold() not in NOT_NAMES]
    yield from ((number, line) for number, line in found if line.casefold() in NOT_NAMES)
    alone = {n for n, (_number, line) in enumerate(numbered) if (match := ENTRY.fullmatch(line)) and _address(match)}
    names = {n for n, (_number, line) in enumerate(numbered) if "@" not in line}
    step = next((step for step in (-1, 1) if len(alone) > 1 and {n + step for n in alone} <= names), 0)
    joined = {n + step: numbered[n][1] for n in alone} if step else {}
    for n, (number, line) in enumerate(numbered):
        if n in joined:
            yield number, f"{line} <{joined[n].strip('<>')}>"
        elif n not in alone or not joined:
            yield number, line


def _unfolded(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield the lines with their numbers. Indented lines after "To: ana@x" continue it."""
    header: list[str] = []
    number = 1
    for n, line in enumerate(lines, start=1):
        if header and line[:1].isspace() and line.strip() and not FIELD.match(BULLET.sub("", line)):
            header.append(line.strip())
            continue
        if header:
            yield number, " ".join(header)
        header, number = ([line], n) if TO.match(line) and "@" in line else ([], n)
        if not header:
            yield number, line
    if header:
        yield number, " ".join(header)


def _plain(line: str) -> str:
    """Return the line without its bullet and the name of its field, and each address once."""
    return TWICE.sub(r"<\1>", QUOTED.sub(r"\2", FIELD.sub("", BULLET.sub("", line)))).strip()


def _add_line(result: PastedPeople, number: int, line: str) -> None:
    people, rest = _read_line(number, line)
    result.add(people)
    for part in rest:
        result.add_without_address(number, part, read_name(part))


def _read_line(number: int, line: str) -> tuple[list[PastedPerson], list[str]]:
    """Return the people in the line, and its parts without an address."""
    people, rest, end = [], [], 0
    matches = [match for match in ENTRY.finditer(line) if _address(match)]
    has_commas = any(COMMA.match(line, match.end()) for match in matches)
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
            text = found[1] or found[2] if found else ""
            if found and _text(text) and END.match(line, found.end()):
                name, end = text.strip("() "), found.end()
        parts, name = _split_list(name, has_commas=has_commas)
        rest += [_text(other) for other in [*others, *parts] if _text(other)]
        people.append(_person(number, _address(match), name))
    return people, rest + [_text(part) for part in line[end:].split(";") if _text(part)]


def _address(match: re.Match[str]) -> str:
    return clean_address(match["email"])


def _ends_with_comma(text: str) -> bool:
    return text.rstrip().endswith(",")


def _split_list(name: str, *, has_commas: bool) -> tuple[list[str], str]:
    """Split text before an address into what isn't the name and the name: "Owner: Ana Soto".

    Where commas separate addresses, "Kim Lee, Ana Soto" are two people, else first and last name.
    """
    name = FIELD.sub("", name)
    label, _colon, after = name.rpartition(": ")
    label, name = (label, after) if trim(after) else ("", name)
    text = AND.sub("", ARROW.sub("", name).strip(SEPARATORS + "|→@"))
    if not _may_be_name(text):
        return [label, text], ""
    start, _comma, end = text.rpartition(",")
    words = start.split()
    if has_commas and min(len(words), len(end.split())) > 1 and '"' not in text and not PARTICLES & set(words):
        return [label, start], end
    return [label], text


def _may_be_name(text: str) -> bool:
    """Return whether the text isn't a sentence, a role or something for machines."""
    if len(text) > MAX_LENGTH:
        return False
    words = without_title(without_remarks(text)).split()
    if {trim(word).casefold() for word in words} <= NOT_NAMES:
        return not words
    small = [word for word in words if word.islower() and word not in PARTICLES]
    is_sentence = len(words) > 3 and len(small) == len(words) or len(words) > 2 and 0 < len(small) < len(words)
    are_two = " & " in without_remarks(text)  # "Ana Soto & Tom Berg"
    return len(words) <= MAX_WORDS and not is_sentence and not are_two and not MACHINE.search(text)


def _text(part: str) -> str:
    """Return the part without separators, or "" if it has no letter."""
    part = " ".join(part.split()).strip(SEPARATORS)
    return "" if NOT_A_NAME.fullmatch(part) else part


def _person(number: int, email: str, name: str) -> PastedPerson:
    name = BULLET.sub("", name.strip(SEPARATORS))
    is_copy = name.casefold() == email.partition("@")[0].casefold() and any(guess_name(email))
    has_name = not NOT_A_NAME.fullmatch(name) and not is_copy
    return named_person(email, read_name(name, email) if has_name else Name(), number)
