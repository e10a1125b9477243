"""Lists of names inside sentences."""

from collections.abc import Iterable

from django.utils.translation import gettext as _


def join_names(names: Iterable[str], *, limit: int | None = None) -> str:
    """Return "A", "A and B" or "A, B and C"; for more than `limit` names "A, B and 3 more"."""
    parts = list(names)
    if limit and len(parts) > limit:
        parts[limit - 1 :] = [_("%(count)s more") % {"count": f"{len(parts) - limit + 1:,}"}]
    *first, last = parts or [""]
    return _("%(first)s and %(last)s") % {"first": ", ".join(first), "last": last} if first else last
