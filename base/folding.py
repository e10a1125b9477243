"""Fold text for searching and sorting: the same form for stored names and for what people type."""

import unicodedata

# Letters that no Unicode form decomposes. Accents, ligatures and forms such as full width follow from NFKD.
LETTERS = {
    "ı": "i", "ȷ": "j", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "ŋ": "n", "ĸ": "k", "æ": "ae",
    "œ": "oe", "ß": "ss", "þ": "th", "ə": "e", "ǝ": "e", "ɛ": "e", "ɔ": "o", "ɵ": "o", "ɓ": "b", "ƀ": "b", "ƈ": "c",
    "ȼ": "c", "ɗ": "d", "ɖ": "d", "ƒ": "f", "ɠ": "g", "ǥ": "g", "ɣ": "g", "ɦ": "h", "ⱨ": "h", "ɨ": "i", "ɩ": "i",
    "ɉ": "j", "ƙ": "k", "ƚ": "l", "ɫ": "l", "ɲ": "n", "ƞ": "n", "ƥ": "p", "ɍ": "r", "ʂ": "s", "ƭ": "t", "ʈ": "t",
    "ⱦ": "t", "ʉ": "u", "ʋ": "v", "ʊ": "u", "ƴ": "y", "ɏ": "y", "ƶ": "z", "ȥ": "z", "ʒ": "z", "ȝ": "y", "ƿ": "w",
}  # fmt: skip
# What people type as an apostrophe: straight and curly ones, primes, accents alone, modifier letters (Hawaiian okina,
# Ukrainian), Armenian, Hebrew.
APOSTROPHES = (
    "'`\u00b4\u02b9\u02ba\u02bb\u02bc\u02bd\u02be\u02bf\u02c8\u02ca\u02cb\u02ee\u0374\u0384\u055a\u05f3\u05f4\u07f4\u07f5"
    "\u1fbd\u1fbf\u1fef\u1ffd\u1ffe\u2018\u2019\u201a\u201b\u2032\u2033\u2035\ua78b\ua78c\uff07\uff40"
)
QUOTES = (
    '"\u00ab\u00bb\u201c\u201d\u201e\u201f\u2039\u203a\u275b\u275c\u275d\u275e\u300c\u300d\u300e\u300f\u301d\u301e\u301f'
    "\uff02"
)
# All of Unicode's dashes (category Pd), the minus signs, and the dot between the parts of a name in Katakana.
DASHES = (
    "-\u058a\u05be\u1400\u1806\u2010\u2011\u2012\u2013\u2014\u2015\u2e17\u2e1a\u2e3a\u2e3b\u2e40\u2e5d\u301c\u3030\u30a0"
    "\ufe31\ufe32\ufe58\ufe63\uff0d\U00010ead\u02d7\u2043\u207b\u208b\u2212\u30fb\uff65"
)
# Between words, and around an address that was copied with its name.
SEPARATORS = ",;<>()[]{}\u060c\u061b\u3001\u3008\u3009\u300a\u300b\u3010\u3011\uff0c\uff1b\uff1c\uff1e\uff64"
FOLDED = str.maketrans(
    {**LETTERS, **dict.fromkeys(APOSTROPHES + QUOTES, ""), **dict.fromkeys(DASHES + SEPARATORS, " ")}
)
# Accents and other marks, and invisible format characters.
DROPPED = ("Mn", "Me", "Cf")


def fold(value: str) -> str:
    """Return the form used to search and sort: words of plain lower-case letters with one space between them.

    Case, accents, apostrophes and quotes are dropped, dashes and commas separate words: "O’Brien, Anne‑Lise" gives
    "obrien anne lise". A text of nothing but these stays as it is, so that it can be found too.
    """
    folded = _plain(value.translate(FOLDED)).translate(FOLDED)
    return " ".join(folded.split()) or " ".join(_plain(value).split())


def _plain(value: str) -> str:
    letters = unicodedata.normalize("NFKD", value).casefold()
    return "".join(char for char in letters if unicodedata.category(char) not in DROPPED)
