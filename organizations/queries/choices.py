"""Groups, projects and members to choose from: the results of a search, and always the ones already chosen."""

from collections.abc import Iterable
from dataclasses import dataclass
from heapq import merge
from itertools import islice
from typing import TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet

from base.picker import MAX_OPTIONS, search_words
from organizations.models import Group, Membership, Organization, Project, Status
from organizations.queries.groups import groups_in
from organizations.queries.projects import projects_in

N = TypeVar("N", bound=Model)  # with a sort_name


@dataclass(frozen=True)
class ChoiceList:
    """The items to choose from.

    `listed` contains the search results and always the items in `chosen`. `more`: the search had more results.
    """

    listed: list
    chosen: list
    more: bool


def group_choices(
    organization: Organization, search: str, ids: Iterable[UUID | str], *, groups: QuerySet[Group] | None = None
) -> ChoiceList:
    """Return the first groups whose name contains `search`, and the chosen ones (W-5). Runs two queries.

    A blank `search` matches all groups. `ids` are the ids of the chosen groups. Only `groups` are offered, if given.
    """
    return _search_by_name(groups_in(organization) if groups is None else groups, search, ids)


def project_choices(
    organization: Organization, search: str, ids: Iterable[UUID | str], *, projects: QuerySet[Project] | None = None
) -> ChoiceList:
    """Return the first projects whose name contains `search`, and the chosen ones (W-6). Runs two queries.

    Only `projects` are offered, if given.
    """
    return _search_by_name(projects_in(organization) if projects is None else projects, search, ids)


def member_choices(organization: Organization, search: str, ids: Iterable[UUID | str]) -> ChoiceList:
    """Return the first members by name that match every word of `search`, and the chosen ones. Runs four queries.

    Includes members of every status. There is one query per status because the index (status, name) is sorted by name
    only within a status.
    """
    members = Membership.objects.filter(organization=organization)
    by_status = (_first_by_name(members.filter(status=status), search) for status in Status)
    found = list(islice(merge(*by_status, key=lambda member: (member.sort_name, member.pk)), MAX_OPTIONS + 1))
    return _add_chosen(members.order_by("sort_name", "pk"), found, ids)


def search_pattern(word: str) -> str:
    """Return the text that search_text contains if a word of a search matches.

    Words of one or two letters match the start of a word, where they form a trigram with the space before them.
    """
    return word if len(word) > 2 else f" {word}"


def matching_members(members: QuerySet[Membership], search: str) -> QuerySet[Membership]:
    """Filter members to those with every word of `search` in their name or email address (search_pattern())."""
    for word in search_words(search):
        members = members.filter(search_text__contains=search_pattern(word))
    return members


def matching_names(items: QuerySet[N], search: str) -> QuerySet[N]:
    """Filter members, groups, projects or records to those with every word of `search` in their name."""
    for word in search_words(search):
        items = items.filter(sort_name__contains=word)
    return items


def _search_by_name(items: QuerySet, search: str, ids: Iterable[UUID | str]) -> ChoiceList:
    found = matching_names(items, search)[: MAX_OPTIONS + 1]
    return _add_chosen(items, list(found), ids)


def _add_chosen(items: QuerySet, found: list, ids: Iterable[UUID | str]) -> ChoiceList:
    # A query of its own, because one query with OR would read all items of the organization.
    more, found = len(found) > MAX_OPTIONS, found[:MAX_OPTIONS]
    wanted = {UUID(str(value)) for value in ids}
    chosen = list(items.filter(pk__in=wanted)) if wanted else []
    return ChoiceList([*found, *(item for item in chosen if item not in found)], chosen, more)


def _first_by_name(members: QuerySet[Membership], search: str) -> list[Membership]:
    return list(matching_members(members, search).order_by("sort_name", "pk")[: MAX_OPTIONS + 1])
