"""Pages by key: never OFFSET, never all rows."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet

PAGE_SIZE = 50


@dataclass(frozen=True)
class KeysetPage:
    """Some rows in order; `previous` and `next` are the keys to go on from, blank where there is no more."""

    rows: list
    previous: str = ""
    next: str = ""

    @property
    def more(self) -> bool:
        return bool(self.previous or self.next)


def _key(rows: QuerySet, field: str, value: str) -> Any:
    """The value of an address as the column has it; None for what it cannot hold."""
    try:
        return rows.model._meta.get_field(field).to_python(value) if value else None
    except ValidationError:
        return None


def keyset_page(
    rows: QuerySet, field: str, *, after: str = "", before: str = "", descending: bool = False, size: int = PAGE_SIZE
) -> KeysetPage:
    """The rows `after` or `before` a key, in the order of `field`, whose values are unique among `rows`: one query.

    What is no key counts as not said.
    """
    back, start = _key(rows, field, before), _key(rows, field, after)
    backwards = back is not None
    bound = back if backwards else start
    if bound is not None:
        rows = rows.filter(**{f"{field}__{'lt' if descending != backwards else 'gt'}": bound})
    found = list(rows.order_by(f"-{field}" if descending != backwards else field)[: size + 1])
    more, shown = len(found) > size, found[:size]
    if not shown:
        return KeysetPage([])
    if backwards:
        shown.reverse()
    earlier, later = (more, True) if backwards else (bound is not None, more)
    return KeysetPage(
        shown,
        previous=str(getattr(shown[0], field)) if earlier else "",
        next=str(getattr(shown[-1], field)) if later else "",
    )
