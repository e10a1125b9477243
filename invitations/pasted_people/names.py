"""Names of people in pasted text: split full names, and guess names from addresses."""

import re

from base.names import is_family_first

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
TITLES = {"dr", "prof", "mr", "mrs", "ms", "miss", "herr", "frau", "dring"}
DEGREES = {"phd", "md", "mba", "msc", "bsc", "ma", "ba", "llm", "dr", "cpa", "pmp"}
SUFFIXES = {"jr", "sr", "ii", "iii", "iv"}
# "(External)" and "[EXT]" aren't part of a name. The limit keeps the search from taking quadratic time.
REMARK = re.compile(r"[(\[][^()\[\]]{0,100}[)\]]")
BULLET = re.compile(r"^\s*(?:[-*•·‣–—>]+|\[[ xX]?\]|\(?\d{1,4}[.):])\s+")
QUOTES = " \t\"'“”„‘’`*;,\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def split_name(text: str) -> tuple[str, str]:
    """Return first and last name of "Ana Soto", "Soto, Ana" or "SOTO Ana". One word is a first name."""
    text = " ".join(text.split())
    text = " ".join((REMARK.sub(" ", text).strip(QUOTES) or text.strip(QUOTES + "()[]")).split())
    text, suffix = _without_suffix(text)
    if "," in text:
        last, first = (part.strip() for part in text.split(",")[:2])
        return _without_title(first), _without_title(last) + suffix
    words = _without_title(text).split()
    if len(words) < 2:
        return " ".join(words), suffix.strip()
    if len(words) == 2 and is_family_first(words[1], words[0]):
        return words[1], words[0]
    capitals = [len(word) > 1 and word.isupper() for word in words]
    if not all(capitals) and capitals[0]:  # SOTO Ana
        count = next(n for n, capital in enumerate(capitals) if not capital)
        return " ".join(words[count:]), " ".join(words[:count]) + suffix
    return words[0], " ".join(words[1:]) + suffix


def _plain(word: str) -> str:
    return re.sub(r"[\W_]", "", word).casefold()


def _without_suffix(text: str) -> tuple[str, str]:
    """Split "Soto, Ana, PhD" and "Ana Soto, Jr.": degrees are dropped, "Jr." becomes part of the last name."""
    start, comma, end = text.rpartition(",")
    if not comma or _plain(end) not in DEGREES | SUFFIXES:
        return text, ""
    return start, f" {end.strip()}" if _plain(end) in SUFFIXES else ""


def _without_title(text: str) -> str:
    words = text.split()
    while len(words) > 1 and _plain(words[0]) in TITLES:
        words = words[1:]
    return " ".join(words)


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
