from console.queries.around import Around, TabCounts, count_members
from console.queries.counts import count_matches
from console.queries.details import Details, details_of
from console.queries.lines import Line, lines_at, wanted_by
from console.queries.members import Page, page_of
from console.queries.offboarding import Offboarding, administrative_invitations, offboarding_of, open_sessions

__all__ = [
    "Around",
    "TabCounts",
    "Details",
    "Line",
    "Offboarding",
    "Page",
    "administrative_invitations",
    "count_matches",
    "count_members",
    "details_of",
    "lines_at",
    "offboarding_of",
    "open_sessions",
    "page_of",
    "wanted_by",
]
