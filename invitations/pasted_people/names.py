"""Names of people in pasted text: split full names, and guess names from addresses."""

import itertools
import re

from base.names import is_family_first
from invitations.pasted_people.text import trim

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
# Two capitals without a vowel, as in "TJ Miller". Others are a last name: "LI Na".
INITIALS = re.compile(r"[B-DF-HJ-NP-TV-XZ]{2}")
# What isn't part of a name: "(External)", "[EXT]", " - HR", " /ACME", a nickname in quotes, and the number of "1.Ana".
# The limits keep the search from taking quadratic time.
REMARK = re.compile(
    r"[(\[][^()\[\]]{0,100}[)\]]|(?<=\S) [-–—/|].*|(?<=\S )[\"“„][^\"“”„]{1,40}[\"“”](?= \S)"
    r"|^\d{1,4}(?:[.)] ?| )(?=[^\W\d])"
)
BULLET = re.compile(r"^\s*(?:(?:[-*•·‣–—>]+|\[[ xX]?\]|\(?\d{1,4}[.):]|\(?[a-zA-Z]\))\s+|o\t\s*)")

# Both parts of a name, with its titles and remarks.
MAX_NAME = 400


def split_name(text: str) -> tuple[str, str]:
    """Return first and last name of "Ana Soto", "Soto, Ana" or "SOTO Ana". One word is a first name."""
    text = " ".join(text.split())[:MAX_NAME]
    text, suffix = _without_suffix(trim(without_remarks(text), keep="."))
    if "," in text:
        last, first = (part.strip() for part in text.split(",")[:2])
        return without_title(first), without_title(last) + suffix
    words = [word for word in without_title(text).split() if any(map(str.isalnum, word))]
    if len(words) < 2:
        return " ".join(words), suffix.strip()
    if len(words) == 2 and is_family_first(words[1], words[0]):
        return words[1], words[0]
    count = _last_name_words(words)
    if count:
        return " ".join(words[count:]), " ".join(words[:count]) + suffix
    return words[0], " ".join(words[1:]) + suffix


def without_remarks(text: str) -> str:
    """Return the name without remarks, or the text if it has nothing else."""
    name = REMARK.sub(" ", text)
    return name if trim(name) else text


def _last_name_words(words: list[str]) -> int:
    """Return how many words at the start are the last name: one in "SOTO Ana", two in "von Trapp Georg"."""
    capitals = [len(word) > 1 and word.isupper() and "." not in word for word in words]
    if capitals[0] and not INITIALS.fullmatch(words[0]):
        return capitals.index(False) if False in capitals else 0
    particles = [word in PARTICLES for word in words]
    if particles[0] and any(word[0].isupper() for word in words):
        return particles.index(False) + 1 if False in particles else 0
    return 0


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
