"""The audit log as a file (A-4): CSV that is safe to open in a spreadsheet, or JSON lines with OCSF events.

Both have all entries that the view's filters match, newest first. They are made in chunks, so a long log takes no more
memory than a short one.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC
from html import unescape
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.lines import describe
from audit.models import Entry
from audit.ocsf import to_json_line
from base.spreadsheets import BOM, csv_line
from console.audit_log.rendering import actor_name

Chunks = Iterable[list[Entry]]


def csv_lines(chunks: Chunks, separator: str) -> Iterator[str]:
    """Yield the CSV file. Times are ISO 8601 in UTC."""
    heads = [
        _("Time"), _("By"), _("By (ID)"), _("Via"), _("Event"), _("What happened"), _("Target"), _("Target (ID)"),
        _("IP address"), _("Request ID"), _("Details"), _("Entry ID"), _("Sequence number"),
    ]  # fmt: skip
    yield BOM + csv_line(heads, separator)
    for entries in chunks:
        yield "".join(csv_line(_cells(entry), separator) for entry in entries)


def _cells(entry: Entry) -> tuple[object, ...]:
    return (
        entry.at.astimezone(UTC).isoformat(),
        actor_name(entry),
        entry.actor_id or "",
        entry.via,
        entry.action,
        _plain_sentence(entry),
        entry.target_label,
        entry.target_id or "",
        entry.ip or "",
        entry.request_id,
        json.dumps(entry.data, ensure_ascii=False, sort_keys=True) if entry.data else "",
        entry.pk,
        entry.sequence or "",
    )


def _plain_sentence(entry: Entry) -> str:
    return unescape(strip_tags(describe(entry).sentence))


def ocsf_lines(chunks: Chunks, _separator: str) -> Iterator[str]:
    """Yield one OCSF event in JSON per line."""
    for entries in chunks:
        yield "".join(to_json_line(entry) + "\n" for entry in entries)


class ExportFormat(NamedTuple):
    """A kind of file that the log can be exported as. `lines` takes the user's CSV separator, too."""

    label: str | Promise
    hint: str | Promise
    lines: Callable[[Chunks, str], Iterator[str]]
    content_type: str
    extension: str


FORMATS = {
    "csv": ExportFormat(
        gettext_lazy("CSV"), gettext_lazy("For spreadsheets"), csv_lines, "text/csv; charset=utf-8", "csv"
    ),
    "ocsf": ExportFormat(
        gettext_lazy("JSON lines (OCSF)"),
        gettext_lazy("For security tools"),
        ocsf_lines,
        "application/x-ndjson; charset=utf-8",
        "jsonl",
    ),
}
