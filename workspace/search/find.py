"""All search results of a member (U-21), by their permissions."""

from django.utils.translation import gettext as _

from workspace.search import destinations, sources
from workspace.search.results import LIMIT, Search, Section


def find(search: Search) -> list[Section]:
    """Return the sections that have results. Without a search, these are pages and actions.

    At most 19 queries, whatever the organization's size.
    """
    pages = destinations.find_pages(search)
    sections: list[Section | None]
    if not search.words:
        sections = [_actions(search, []), pages]
    else:
        groups = sources.find_groups(search)
        sections = [
            pages,
            sources.group_section(search, groups),
            sources.find_people(search),
            sources.find_projects(search),
            _actions(search, groups),
            sources.find_saved_views(search),
        ]
    return [section for section in sections if section and section.results]


def _actions(search: Search, groups: list) -> Section:
    results = [*destinations.find_actions(search), *sources.group_actions(search, groups)]
    return Section("actions", _("Actions"), results[: LIMIT + 1])
