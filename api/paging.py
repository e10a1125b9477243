"""Keyset pages of lists. An opaque signed cursor holds the position of the last row."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any
from urllib.parse import urlencode

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from ninja import Query
from pydantic import BaseModel

from api.auth import ApiRequest
from api.problems import Problem, invalid
from api.replies import reply
from base.lists.keyset import compare_rows

PAGE_SIZE, MAX_PAGE_SIZE = 50, 200
After = Annotated[
    str | None,
    Query(
        None,
        max_length=1000,
        description="The `next` cursor of the previous page. It’s opaque and belongs to one list with its filters.",
    ),
]
Limit = Annotated[int, Query(PAGE_SIZE, ge=1, le=MAX_PAGE_SIZE, description="Items per page.")]


def _signer(request: ApiRequest) -> signing.Signer:
    """Return the signer of this list's cursors, which are valid for one organization, path and set of filters."""
    filters = sorted((name, value) for name, value in request.GET.items() if name not in ("after", "limit"))
    return signing.Signer(salt=f"api.paging:{request.organization.pk}:{request.path}:{urlencode(filters)}")


def bad_cursor() -> Problem:
    """Return the problem for an invalid cursor, or one that belongs to another list."""
    return invalid("after", "Use the `next` cursor of the same list with the same filters.")


def read_cursor(request: ApiRequest, cursor: str) -> list[str]:
    """Return the values in a cursor. Raises Problem (422)."""
    try:
        return _signer(request).unsign_object(cursor)
    except (signing.BadSignature, ValueError):
        raise bad_cursor() from None


def make_cursor(request: ApiRequest, values: Sequence[Any]) -> str:
    """Return the cursor for the position after the row with these values."""
    return _signer(request).sign_object([str(value) for value in values])


def rows_after(request: ApiRequest, rows: QuerySet, order: Sequence[str], cursor: str) -> QuerySet:
    """Return the rows after the cursor. Raises Problem (422)."""
    try:
        return rows.filter(compare_rows(rows, order, ">", read_cursor(request, cursor)))
    except (ValidationError, ValueError, TypeError):
        raise bad_cursor() from None


def page_of(
    request: ApiRequest, rows: QuerySet, *, after: str | None, limit: int, order: Sequence[str] = ("id",)
) -> tuple[list[Any], str | None]:
    """Return the rows of a page and the cursor of the next page, None after the last one. One query.

    `order` lists columns that are never NULL and unique together.
    """
    if after:
        rows = rows_after(request, rows, order, after)
    found = list(rows.order_by(*order)[: limit + 1])
    shown = found[:limit]
    more = len(found) > limit
    return shown, make_cursor(request, [getattr(shown[-1], name) for name in order]) if more else None


def reply_page(
    request: ApiRequest, model: Callable[..., BaseModel], items: Sequence[Any], next_cursor: str | None
) -> HttpResponse:
    """Return a page, `model(items=..., next=...)`, with a Link header to the next one."""
    response = reply(model(items=items, next=next_cursor))
    if next_cursor:
        query = {name: value for name, value in request.GET.items() if name != "after"} | {"after": next_cursor}
        response["Link"] = f'<{settings.BASE_URL}{request.path}?{urlencode(query)}>; rel="next"'
    return response
