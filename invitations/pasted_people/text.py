"""Characters of pasted text: what copying adds, and what an email address looks like."""

import re
import unicodedata
from urllib.parse import unquote

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
# What East Asian and Arabic keyboards type: Latin letters and signs in full width, commas. Hyphens that don't break.
WIDE = {0xFF01 + n: 0x21 + n for n in range(94)} | str.maketrans("、،؛\u2010\u2011", ",,;--")
# A link to write an email, and the parts of it that have addresses.
MAILTO = re.compile(r"(?<!\w)(?:mailto|smtp|sip):([^\s;?<>()\[\]\"']*)(?:\?([^\s<>()\[\]\"']*))?", re.I)
RECIPIENTS = {"to", "cc", "bcc"}
# What Excel reads from the first line of a CSV file.
SEPARATOR_LINE = re.compile(r"\Asep=.(?=\n)", re.I)
# Loose on purpose: canonical_email() checks addresses later, with a message beside the field. The lengths (RFC 5321,
# 4.5.3.1) also keep the search from taking quadratic time. A part of a longer word with @ isn't an address.
_PART = r"[^\s<>()\[\]{},;:\"“”„«»‹›|/\\@?&=]"
ADDRESS = re.compile(rf"(?<!{_PART})(?<!@){_PART}{{1,64}}@{_PART}{{1,255}}+(?!@)")


def tidy(text: str) -> str:
    """Return the text in NFC, with plain spaces and line breaks, without characters that show nothing."""
    text = LINE_BREAKS.sub("\n", MAILTO.sub(_recipients, text.translate(WIDE)))
    text = SPACES.sub(" ", JOINERS.sub("", UNSEEN.sub("", text)))
    return unicodedata.normalize("NFC", SEPARATOR_LINE.sub("", text))


def _recipients(link: re.Match[str]) -> str:
    """Return the addresses of a link to write an email, without its subject and text."""
    fields = [field.partition("=") for field in (link[2] or "").split("&")]
    values = [link[1], *(value for name, _equals, value in fields if name.casefold() in RECIPIENTS)]
    return ", ".join(unquote(value) for value in values if value)


def trim(text: str, keep: str = "") -> str:
    """Return the text without punctuation, symbols and spaces at its ends, except those in `keep`."""
    start, end = 0, len(text)
    while start < end and _is_edge(text[start], keep):
        start += 1
    while start < end and _is_edge(text[end - 1], keep):
        end -= 1
    return text[start:end]


def _is_edge(char: str, keep: str) -> bool:
    return char not in keep and unicodedata.category(char)[0] in "PSZC"


def clean_address(text: str) -> str:
    """Return an address without what is around it: quotes, a bullet, the full stop of a sentence.

    "" if it has nothing else before or after its @, as in "a@...".
    """
    address = re.sub(r"^_(.*)_$", r"\1", trim(text, keep="_"))
    local, _at, domain = address.partition("@")
    return address if local and domain else ""


def is_address(text: str) -> bool:
    """Return whether the text is one email address and nothing else."""
    return "@" in text and bool(ADDRESS.fullmatch(clean_address(text)))


def has_letter(text: str) -> bool:
    """Return whether the text has a letter."""
    return any(map(str.isalpha, text))


def fold(text: str) -> str:
    """Return the letters and digits of the text for comparisons: lower case, without accents."""
    return re.sub(r"[\W_]", "", base_text.fold(text))
