"""Characters of pasted text: what copying adds, and what an email address looks like."""

import re
import unicodedata

# Copying adds these, and they show nothing: zero-width characters, directional marks, BOM, soft hyphen.
UNSEEN = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad\u061c]")
SPACES = re.compile("[\u00a0\u2000-\u200a\u202f\u205f\u3000\x0b\x0c]")
LINE_BREAKS = re.compile("\r\n|[\r\u0085\u2028\u2029]")
# Loose on purpose: canonical_email() checks addresses later, with a message beside the field. The lengths (RFC 5321,
# 4.5.3.1) also keep the search from taking quadratic time.
_PART = r"[^\s<>()\[\]{},;:\"“”„|/\\@]"
ADDRESS = re.compile(rf"{_PART}{{1,64}}@{_PART}{{1,255}}")
# What isn't part of an address at its ends: the full stop of a sentence, quotes.
EDGES = ".'’‘`*_"


def tidy(text: str) -> str:
    """Return the text in NFC, with plain spaces and line breaks, without characters that show nothing."""
    text = LINE_BREAKS.sub("\n", text)
    return unicodedata.normalize("NFC", SPACES.sub(" ", UNSEEN.sub("", text)))


def clean_address(text: str) -> str:
    """Return an address without mailto:, the rest of a link, and punctuation around it."""
    text = re.sub(r"^mailto:", "", text.strip(), flags=re.I).partition("?")[0]
    return text.strip(EDGES)


def is_address(text: str) -> bool:
    """Return whether the text is one email address and nothing else."""
    return bool(ADDRESS.fullmatch(clean_address(text)))


def fold(text: str) -> str:
    """Return the letters and digits of the text for comparisons: lower case, without accents."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("ß", "ss").replace("ø", "o").replace("ł", "l"))
    return re.sub(r"[^\w]|_", "", "".join(char for char in plain if not unicodedata.combining(char)))
