from console.queries.counts import Counts, count_matches, count_members, counting, counts_of
from console.queries.details import Details, details_of
from console.queries.members import Page, page_of
from console.queries.offboarding import Offboarding, administrative_invitations, offboarding_of, open_sessions

__all__ = [
    "Counts",
    "Details",
    "Offboarding",
    "Page",
    "administrative_invitations",
    "count_matches",
    "count_members",
    "counting",
    "counts_of",
    "details_of",
    "offboarding_of",
    "open_sessions",
    "page_of",
]
