"""Lists of names inside sentences."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

# How many names of a longer list are given.
NAMED = 5


def join_names(names: Sequence[str], *, limit: int = NAMED) -> str:
    """Return "A, B and C", or "A, B and 3 more" for more than `limit` names."""
    if len(names) > limit:
        shown, more = names[: limit - 1], _("%(count)s more") % {"count": f"{len(names) - limit + 1:,}"}
        names = [*shown, more]
    *first, last = names or [""]
    return _("%(first)s and %(last)s") % {"first": ", ".join(first), "last": last} if first else last
