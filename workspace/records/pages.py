"""One page of a list of records, or all of them."""

from collections.abc import Iterator

from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from base.lists.filters import conditions
from base.lists.keyset import PAGE_SIZE, KeysetPage, compare_rows
from organizations.models import Organization
from organizations.queries import matching_names
from workspace.models import Record
from workspace.records.params import RecordContext, RecordListParams, filters_of
from workspace.records.queries import records_in

EXPORT_CHUNK = 500


def record_page(context: RecordContext, params: RecordListParams) -> KeysetPage:
    """Return the records of a view, with the signed cursors of the pages before and after. One query."""
    organization = context.member.organization
    rows, is_further, has_more = _read(_matching(context, params), params)
    if not rows:
        return KeysetPage([])
    earlier, later = (has_more, True) if params.backwards else (is_further, has_more)
    return KeysetPage(
        rows,
        previous=_url(organization, params, rows[0], backwards=True) if earlier else "",
        next=_url(organization, params, rows[-1], backwards=False) if later else "",
    )


def iterate_records(context: RecordContext, params: RecordListParams) -> Iterator[list[Record]]:
    """Yield all records of a view in its order, EXPORT_CHUNK at a time. A search is run once."""
    matching = _matching(context, params)
    order = [f"-{name}" if params.descending else name for name in params.order]
    if params.q:
        ids = list(matching.order_by(*order).values_list("pk", flat=True))
        for start in range(0, len(ids), EXPORT_CHUNK):
            chunk = ids[start : start + EXPORT_CHUNK]
            found = records_in(context.member.organization, context.record_type.model).in_bulk(chunk)
            yield [found[pk] for pk in chunk if pk in found]
        return
    rest = matching
    while records := list(rest.order_by(*order)[:EXPORT_CHUNK]):
        yield records
        last = [getattr(records[-1], name) for name in params.order]
        rest = matching.filter(compare_rows(matching, params.order, "<" if params.descending else ">", last))


def _matching(context: RecordContext, params: RecordListParams) -> QuerySet[Record]:
    record_type = context.record_type
    records = records_in(context.member.organization, record_type.model)
    records = records.filter(*conditions(filters_of(record_type), params.filters, context))
    if "state" not in params.filters:
        records = records.filter(archived_at=None)
    if params.q:
        records = matching_names(records, params.q)
    return records


def _read(records: QuerySet[Record], params: RecordListParams) -> tuple[list[Record], bool, bool]:
    """Return (rows in display order, whether they follow a cursor, whether there are more in that direction)."""
    descending, is_further = params.descending != params.backwards, False
    if params.cursor:
        try:
            comparison = compare_rows(records, params.order, "<" if descending else ">", params.cursor.values)
            records, is_further = records.filter(comparison), True
        except (ValidationError, ValueError):
            pass
    order = [f"-{name}" if descending else name for name in params.order]
    found = list(records.order_by(*order)[: PAGE_SIZE + 1])
    rows, has_more = found[:PAGE_SIZE], len(found) > PAGE_SIZE
    return rows[::-1] if params.backwards else rows, is_further, has_more


def _url(organization: Organization, params: RecordListParams, record: Record, *, backwards: bool) -> str:
    values = tuple(getattr(record, name) for name in params.order)
    scope = f"{organization.pk}:{params.record_type.key}"
    return params.page_at(scope, values, backwards=backwards).url(organization.slug)
