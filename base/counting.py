"""Counts that stop at a cap instead of reading a million rows."""

from dataclasses import dataclass

from django.db.models import QuerySet

# Above this an exact number tells users no more than "10,000+", and COUNT(*) costs more than the page.
CAP = 10_000


@dataclass(frozen=True)
class Count:
    """A number up to `cap` (by default CAP). A larger value means "more than `cap`". str() is the text on screen."""

    value: int
    cap: int | None = None

    def __str__(self) -> str:
        cap = CAP if self.cap is None else self.cap
        return f"{self.value:,}" if self.value <= cap else f"{cap:,}+"

    def __bool__(self) -> bool:
        return self.value > 0

    def __int__(self) -> int:
        return self.value


def capped_count(rows: QuerySet) -> Count:
    """Count the rows, reading at most CAP + 1 of them."""
    return Count(rows.order_by().values("pk")[: CAP + 1].count())
