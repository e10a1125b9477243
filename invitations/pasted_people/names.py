"""Names of people in pasted text: split full names, and guess names from addresses."""

import re

# Parts of last names: "Ludwig van Beethoven".
PARTICLES = {
    "van",
    "von",
    "der",
    "den",
    "de",
    "da",
    "di",
    "del",
    "dos",
    "la",
    "le",
    "el",
    "al",
    "bin",
    "ben",
    "zu",
    "ter",
}
# Addresses of departments and machines, not of people.
SHARED = {
    "admin", "all", "billing", "career", "contact", "customer", "dev", "finance", "help", "hr", "info", "it", "jobs",
    "kontakt", "legal", "mail", "marketing", "news", "no", "noreply", "office", "ops", "press", "reply", "sales",
    "service", "staff", "support", "team", "test", "web", "webmaster",
}  # fmt: skip
# "(External)", "[EXT]" and "- Acme Inc." aren't part of a name.
REMARK = re.compile(r"\s*[(\[][^)\]]*[)\]]\s*")
BULLET = re.compile(r"^\s*(?:[-*•·‣–—>]+|\(?\d{1,4}[.):])\s+")


def split_name(text: str) -> tuple[str, str]:
    """Return first and last name of "Ana Soto", "Soto, Ana" or "SOTO Ana". One word is a first name."""
    text = re.sub(r"\s+", " ", REMARK.sub(" ", text).strip(" \t\"'“”„‘’`*;,"))
    if "," in text:
        last, first = (part.strip() for part in text.split(",")[:2])
        return first, last
    words = text.split()
    if len(words) < 2:
        return text, ""
    capitals = [len(word) > 1 and word.isupper() for word in words]
    if not all(capitals) and capitals[0]:  # SOTO Ana
        count = next(n for n, capital in enumerate(capitals) if not capital)
        return " ".join(words[count:]), " ".join(words[:count])
    return words[0], " ".join(words[1:])


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
