"""Recompute the columns with folded names after base.folding has changed."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

BATCH_SIZE = 1000


def refold(
    rows: QuerySet,
    sources: Sequence[str],
    columns: Sequence[str],
    compute: Callable[..., tuple[str, ...]],
) -> int:
    """Set `columns` to what `compute` returns for the values of `sources`, and return how many rows have changed.

    Safe on millions of rows while the site runs: each batch is a short transaction that locks the rows it changes, and
    a row that someone else has changed in the meantime is skipped. It can be stopped and started again.
    """
    changed, last = 0, None
    while batch := _read(rows, last, [*sources, *columns], BATCH_SIZE):
        outdated = []
        for pk, *values in batch:
            new = compute(*values[: len(sources)])
            if new != tuple(values[len(sources) :]):
                outdated.append((pk, values, new))
        with transaction.atomic(using=rows.db):
            for pk, values, new in outdated:
                unchanged = dict(zip([*sources, *columns], values, strict=True))
                changed += rows.filter(pk=pk, **unchanged).update(**dict(zip(columns, new, strict=True)))
        last = batch[-1][0]
    return changed


def _read(rows: QuerySet, last: Any, names: Sequence[str], size: int) -> list[tuple[Any, ...]]:
    rows = rows.order_by("pk") if last is None else rows.order_by("pk").filter(pk__gt=last)
    return list(rows.values_list("pk", *names)[:size])
