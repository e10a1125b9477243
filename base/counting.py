"""Counting without walking a million rows."""

from dataclasses import dataclass

from django.db.models import QuerySet

# Past this a number says nothing that "10,000+" does not, and COUNT(*) costs more than the page.
CAP = 10_000


@dataclass(frozen=True)
class Count:
    """A number up to `cap`, CAP unless told; one more stands for "more than that". str() is fit to be shown."""

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
    """How many rows there are, reading CAP + 1 of them at most."""
    return Count(rows.order_by().values("pk")[: CAP + 1].count())
