"""Lists of names inside sentences."""

from collections.abc import Iterable

from django.utils.translation import gettext as _


def join_names(names: Iterable[str], *, limit: int | None = None, total: int | None = None) -> str:
    """Return "A", "A and B" or "A, B and C"; of more than `limit` names the first ones, as "A, B and 3 more".

    total: how many there are, if `names` are only the first.
    """
    found = list(names)
    parts = found[:limit]
    if (more := (len(found) if total is None else total) - len(parts)) > 0:
        parts.append(_("%(count)s more") % {"count": f"{more:,}"})
    *first, last = parts or [""]
    return _("%(first)s and %(last)s") % {"first": ", ".join(first), "last": last} if first else last
