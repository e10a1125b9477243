"""Names of people in pasted text: split full names, and guess names from addresses."""

import itertools
import re
from collections import Counter
from typing import NamedTuple

from base.names import is_family_first
from invitations.pasted_people.text import fold, has_letter, trim

# Parts of last names: "Ludwig van Beethoven".
PARTICLES = {
    "van", "von", "der", "den", "de", "da", "di", "del", "dos", "du", "la", "le", "el", "al", "bin", "ben", "zu", "zum",
    "zur", "ter", "ten", "af", "av", "e", "y", "das", "do", "op", "het", "vom", "vor", "ibn", "abu", "san", "auf",
}  # fmt: skip
# Addresses of departments and machines, not of people.
SHARED = {
    "admin", "all", "billing", "career", "contact", "customer", "dev", "finance", "help", "hr", "info", "it", "jobs",
    "kontakt", "legal", "mail", "marketing", "news", "no", "noreply", "office", "ops", "press", "reply", "sales",
    "service", "staff", "support", "team", "test", "web", "webmaster",
}  # fmt: skip
# Those that are also names have their full stop.
TITLES = {
    "dr", "prof", "mr", "mrs", "ms", "mx", "miss", "herr", "frau", "dring", "dipling", "ing.", "mag.", "ir.", "drs.",
    "med.", "rer.", "nat.", "phil.", "jur.", "h.c.",
}  # fmt: skip
DEGREES = {
    "phd", "md", "mba", "msc", "bsc", "ma", "ba", "llm", "dr", "cpa", "pmp", "ceo", "cto", "cfo", "coo", "cio", "vp",
}  # fmt: skip
# After a single word, these are first names: "Li, Ma".
NAMES_TOO = {"ma", "ba", "md", "vp"}
SUFFIXES = {"jr", "sr", "ii", "iii", "iv"}
# Two capitals that are a last name, as in "LI Na": a consonant with a vowel, or one of these. Others are initials, as
# in "TJ Miller" and "AJ Berg".
SYLLABLE = re.compile(r"[^\Waeiou][aeiou]|an|ly|ng|oh|ou")
LATIN_PAIR = re.compile(r"[a-z]{2}")
# What isn't part of a name: "(External)", "[EXT]", " - HR", "/ACME", a nickname in quotes, and the number or time
# before it, as in "1.Ana". The limits keep the search from taking quadratic time.
REMARK = re.compile(
    r"[(\[][^()\[\]]{0,100}[)\]]|(?<=\S) [-–—|].*|(?<=\S) ?/.*|(?<=\S )[\"“„][^\"“”„]{1,40}[\"“”](?= \S)"
    r"|^\d[\d.,:/ -]{0,40}[.) -] ?(?=[^\W\d])|^\d{1,4}[.)](?=[^\W\d])"
)
WORD = re.compile(r"[(\[]?[^\s/.()\[\]-]+\.?[)\]]?")
# Between the parts of "Ana Soto - HR", "Acme - Ana Soto" and "Anna Meier – Schmidt".
DASH = re.compile(r" [-–—|] ")
BULLET = re.compile(r"^\s*(?:(?:[-*+•·◦▪‣➢→–—>]+|\[[ xX]?\]|#\d{1,4}[.):]?|\(?\d{1,4}[.):]|\(?[a-zA-Z]\))\s+|o\t\s*)")

# Both parts of a name, with its titles and remarks.
MAX_NAME = 400


class Name(NamedTuple):
    """A name as it was read. `is_sure` says whether it is clear which part is the last name. `dropped` are the parts of
    the text that aren't used, such as a title or "(External)".
    """

    first: str = ""
    last: str = ""
    is_sure: bool = True
    dropped: tuple[str, ...] = ()


def read_name(text: str, email: str = "") -> Name:
    """Return the name in "Ana Soto", "Soto, Ana" or "SOTO Ana". One word is a first name.

    The address decides what stands on which side of a dash, and whether "LI Na" or "JO Berg" has the last name first.
    If it has other names the other way round, it isn't clear which is the last name.
    """
    text = " ".join(text.split()).replace(";", ",")
    text, rest = text[:MAX_NAME], text[MAX_NAME:].strip()
    words = _address_words(email)
    name, suffix = _without_suffix(trim(without_remarks(_around_dash(text, words)), keep="."))
    if "," in name:
        last, first = (part.strip() for part in name.split(",")[:2])
        first, last, is_sure = without_title(first), without_title(last), True
    else:
        parts = [word for word in without_title(name).split() if any(map(str.isalnum, word))]
        first, last, is_sure = _split_words(parts)
        if last and words == [fold(last), fold(first)]:
            first, last, is_sure = (first, last, False) if is_sure else (last, first, True)
        is_sure = is_sure or words == [fold(first), fold(last)]
    last = (last + suffix).strip()
    dropped = _dropped(text, f"{first} {last}")
    return Name(first, last, is_sure, (*dropped, rest) if has_letter(rest) else dropped)


def _address_words(email: str) -> list[str]:
    local = email.partition("@")[0].partition("+")[0]
    return [word for part in re.split(r"[._-]+", local[:100]) if (word := fold(part.rstrip("0123456789")))]


def _around_dash(text: str, words: list[str]) -> str:
    """Join "Meier – Schmidt" if the address has both, and choose the part that the address has: "Acme - Ana Soto"."""
    before, *after = DASH.split(text, maxsplit=1)
    if not after:
        return text
    next_word, *rest = after[0].split(",")
    is_double = fold(next_word) in words and fold(before.split()[-1]) in words
    if is_double or (rest and " " not in before):  # "Meier – Schmidt, Anna"
        return DASH.sub("-", text, count=1)
    has_name = [any(fold(word) in words for word in part.split()) for part in (before, after[0])]
    return after[0] if has_name == [False, True] else text


def _dropped(text: str, name: str) -> tuple[str, ...]:
    """Return the parts of the text that aren't in the name, except numbers and punctuation."""
    used = Counter(fold(word) for word in WORD.findall(name))
    parts: list[str] = []
    start = None
    for word in WORD.finditer(text):
        if used[key := fold(word[0])] > 0:
            used[key] -= 1
            start = None
        elif start is None:
            start = word.start()
            parts.append(text[start : word.end()])
        else:
            parts[-1] = text[start : word.end()]
    return tuple(trim(part, keep="()[].&") for part in parts if has_letter(part))


def _split_words(words: list[str]) -> tuple[str, str, bool]:
    """Return first and last name, and whether it is clear which is which."""
    if len(words) < 2:
        return " ".join(words), "", True
    if len(words) == 2 and is_family_first(words[1], words[0]):
        return words[1], words[0], True
    capitals = [_is_capitals(word) for word in words]
    if start := _last_name_words(words, capitals):
        return " ".join(words[start:]), " ".join(words[:start]), start > 1 or len(words[0]) > 2 or not capitals[0]
    end = len(words) - len(list(itertools.takewhile(bool, reversed(capitals))))  # "Jean Pierre DUPONT"
    if not 0 < end < len(words) or len(words[-1]) < 3 or _plain(words[-1]) in SUFFIXES | DEGREES:
        end = 1
    return " ".join(words[:end]), " ".join(words[end:]), True


def _is_capitals(word: str) -> bool:
    return len(word) > 1 and word.isupper() and "." not in word


def without_remarks(text: str) -> str:
    """Return the name without remarks, or the text if it has nothing else."""
    name = REMARK.sub(" ", text)
    return name if trim(name) else text


def _last_name_words(words: list[str], capitals: list[bool]) -> int:
    """Return how many words at the start are the last name: one in "SOTO Ana", two in "von Trapp Georg"."""
    if capitals[0] and not _is_initials(words[0]):
        return capitals.index(False) if False in capitals else 0
    particles = [word in PARTICLES for word in words]
    if particles[0] and any(word[0].isupper() for word in words):
        return particles.index(False) + 1 if False in particles else 0
    return 0


def _is_initials(word: str) -> bool:
    key = fold(word)
    return bool(LATIN_PAIR.fullmatch(key)) and not SYLLABLE.fullmatch(key)


def _plain(word: str) -> str:
    return re.sub(r"[\W_]", "", word).casefold()


def _without_suffix(text: str) -> tuple[str, str]:
    """Split "Soto, Ana, PhD" and "Ana Soto, Jr.": degrees are dropped, "Jr." becomes part of the last name."""
    suffix = ""
    while True:
        start, _comma, end = text.rpartition(",")
        words, word = start.split(), _plain(end)
        if not words or word not in DEGREES | SUFFIXES or (len(words) == 1 and word in NAMES_TOO):
            return text, suffix
        text, suffix = start, f" {end.strip()}{suffix}" if word in SUFFIXES else suffix


def without_title(text: str) -> str:
    """Return the name without the titles at its start."""
    words = text.split()
    titles = itertools.takewhile(lambda word: TITLES & {word.casefold(), _plain(word)}, words[:-1])
    return " ".join(words[len(list(titles)) :])


def guess_name(email: str) -> tuple[str, str]:
    """Return first and last name that an address such as ana.soto@acme.example suggests, or two blanks."""
    words = [word for word in re.split(r"[._]+", email.partition("@")[0].partition("+")[0]) if word]
    words = [re.sub(r"\d+$", "", word) for word in words]
    first, *middle, last = words if len(words) > 1 else ["", ""]
    letters = all(re.fullmatch(r"[^\W\d_]{2,}(-[^\W\d_]{2,})*", word) for word in words)
    if len(words) < 2 or not letters or SHARED & {word.lower() for word in words} or not set(middle) <= PARTICLES:
        return "", ""
    return _capitalize(first), " ".join([*middle, _capitalize(last)])


def _capitalize(word: str) -> str:
    return "-".join(part[:1].upper() + part[1:].lower() for part in word.split("-"))
