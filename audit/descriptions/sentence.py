"""A sentence that describes audit log entries, with its mark."""

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True)
class Description:
    """A sentence with {actor}, {target} and keys of the entry's data, and the icon and tone of its mark.

    `plain` replaces the sentence for entries that lack one of its keys.
    """

    sentence: str | Promise
    icon: str
    tone: str = "neutral"
    plain: str | Promise = ""
