from console.queries.counts import Counts, count_matches, count_members
from console.queries.details import Details, details_of
from console.queries.members import Page, page_of

__all__ = ["Counts", "Details", "Page", "count_matches", "count_members", "details_of", "page_of"]
