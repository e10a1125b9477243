from console.queries.around import Around, TabCounts, count_members
from console.queries.counts import count_matches
from console.queries.details import Details, details_of
from console.queries.lines import Line, lines_at, wanted_by
from console.queries.members import Page, page_of

__all__ = [
    "Around",
    "TabCounts",
    "Details",
    "Line",
    "Page",
    "count_matches",
    "count_members",
    "details_of",
    "lines_at",
    "page_of",
    "wanted_by",
]
