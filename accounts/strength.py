"""How easy a password is to guess, by zxcvbn (Wheeler, USENIX Security 2016)."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from zxcvbn import matching, scoring, time_estimates

# Characters that are examined. The time grows faster than the length: 72 characters take some 20 ms.
EXAMINED = 72
# With many characters that may stand for letters ("@" for "a"), each combination is tried, which took up to 4 s.
SUBSTITUTES = frozenset(char for chars in matching.L33T_TABLE.values() for char in chars)
MAX_SUBSTITUTES, EXAMINED_WITH_MANY = 6, 32
# Scores: 2 means fewer than 10^8 guesses, 3 fewer than 10^10.
MIN_SCORE = 3
# Reasons by the pattern of the longest part that zxcvbn recognized, or by the word list that contains it.
REASONS = {
    "spatial": gettext_lazy("Keys next to each other, like “qwerty”, are easy to guess."),
    "sequence": gettext_lazy("Sequences like “abc” or “6543” are easy to guess."),
    "regex": gettext_lazy("Years are easy to guess."),
    "date": gettext_lazy("Dates are easy to guess."),
    "passwords": gettext_lazy("This is too close to a common password."),
    "surnames": gettext_lazy("Names are easy to guess."),
    "male_names": gettext_lazy("Names are easy to guess."),
    "female_names": gettext_lazy("Names are easy to guess."),
    "user_inputs": gettext_lazy("Your name, email address and organization are easy to guess."),
}


def find_weakness(password: str, words: Sequence[str]) -> str:
    """Return why the password is easy to guess and what to do, or "" if it's strong enough.

    `words` are about the person, in lower case: attackers try those first.
    """
    examined = password[:EXAMINED]
    if len(SUBSTITUTES.intersection(examined)) > MAX_SUBSTITUTES:
        examined = examined[:EXAMINED_WITH_MANY]
    # zxcvbn() isn't called, because it keeps the words in a global dictionary that all threads share.
    dictionaries = {**matching.RANKED_DICTIONARIES, "user_inputs": matching.build_ranked_dict(words)}
    result = scoring.most_guessable_match_sequence(examined, matching.omnimatch(examined, dictionaries))
    if time_estimates.guesses_to_score(result["guesses"]) >= MIN_SCORE:
        return ""
    longest: dict[str, Any] = max(result["sequence"], key=lambda match: len(match["token"]), default={})
    return f"{_reason(longest)} {_('Use a few words that don’t belong together.')}"


def _reason(match: dict[str, Any]) -> str:
    pattern = match.get("pattern", "")
    if pattern == "repeat":
        if len(match["base_token"]) == 1:
            return _("Repeated characters like “aaa” are easy to guess.")
        return _("Repeated words like “abcabc” are easy to guess.")
    return str(REASONS.get(match.get("dictionary_name", pattern), _("This password is easy to guess.")))
