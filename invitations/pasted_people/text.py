"""Characters of pasted text: what copying adds, and what an email address looks like."""

import re
import unicodedata

from base import text as base_text

# The rest is left out, with a message. A hundred people with long names and a few columns are less than a tenth.
MAX_CHARACTERS = 100_000
MAX_LINES = 10_000
# Invisible characters that copying adds: control characters, zero-width spaces, directional marks, soft hyphens.
UNSEEN = re.compile("[\u0000-\u0008\u000e-\u001f\u007f\u200b\u200e\u200f\u2060\ufeff\u00ad\u061c]")
# Joiners matter between two letters, as in Persian names.
JOINERS = re.compile(r"(?<!\w)[\u200c\u200d]|[\u200c\u200d](?!\w)")
# Embeddings and isolates, with which Windows surrounds copied text.
BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
SPACES = re.compile("[\u00a0\u2000-\u200a\u202f\u205f\u3000\x0b\x0c]")
LINE_BREAKS = re.compile("\r\n|[\r\u0085\u2028\u2029]")
# What East Asian keyboards type.
WIDE = str.maketrans("＠；，、＜＞", "@;,,<>")
# Loose on purpose: canonical_email() checks addresses later, with a message beside the field. The lengths (RFC 5321,
# 4.5.3.1) also keep the search from taking quadratic time.
_PART = r"[^\s<>()\[\]{},;:\"“”„|/\\@]"
ADDRESS = re.compile(rf"{_PART}{{1,64}}@{_PART}{{1,255}}")
# What isn't part of an address at its ends: the full stop of a sentence, quotes.
EDGES = ".'’‘`*!" + BIDI


def tidy(text: str) -> str:
    """Return the text in NFC, with plain spaces and line breaks, without invisible characters."""
    text = LINE_BREAKS.sub("\n", text.translate(WIDE))
    return unicodedata.normalize("NFC", SPACES.sub(" ", JOINERS.sub("", UNSEEN.sub("", text))))


def clean_address(text: str) -> str:
    """Return an address without mailto:, the rest of a link, and punctuation around it."""
    text = re.sub(r"^mailto:", "", text.strip(), flags=re.I).partition("?")[0]
    return re.sub(r"^_(.*)_$", r"\1", text.strip(EDGES))


def is_address(text: str) -> bool:
    """Return whether the text is one email address and nothing else."""
    return "@" in text and bool(ADDRESS.fullmatch(clean_address(text)))


def fold(text: str) -> str:
    """Return the letters and digits of the text for comparisons: lower case, without accents."""
    return re.sub(r"[\W_]", "", base_text.fold(text))
