"""Groups, projects and members to choose from: what a search finds, and always what is chosen."""

from collections.abc import Iterable
from dataclasses import dataclass
from heapq import merge
from itertools import islice
from uuid import UUID

from django.db.models import QuerySet

from base import text
from base.picker import MAX_OPTIONS, search_words
from organizations.models import Membership, Organization, Status
from organizations.queries.access import groups_in, projects_in


@dataclass(frozen=True)
class Pick:
    """What to choose from: `listed` holds what was found and, always, what is `chosen`; `more` was found besides."""

    listed: list
    chosen: list
    more: bool


def _pick(things: QuerySet, asked: str, ids: Iterable[UUID | str]) -> Pick:
    return _with_chosen(things, list(things.filter(name_key__contains=text.name_key(asked))[: MAX_OPTIONS + 1]), ids)


def _with_chosen(things: QuerySet, found: list, ids: Iterable[UUID | str]) -> Pick:
    # Two queries: one with OR would walk everything of the organization.
    more, found = len(found) > MAX_OPTIONS, found[:MAX_OPTIONS]
    wanted = {UUID(str(value)) for value in ids}
    chosen = list(things.filter(pk__in=wanted)) if wanted else []
    return Pick([*found, *(thing for thing in chosen if thing not in found)], chosen, more)


def pick_groups(organization: Organization, asked: str, ids: Iterable[UUID | str]) -> Pick:
    """The first groups whose name contains `asked` (all where blank), and the chosen ones (W-5): two queries."""
    return _pick(groups_in(organization), asked, ids)


def pick_projects(organization: Organization, asked: str, ids: Iterable[UUID | str]) -> Pick:
    """The same of projects (W-6)."""
    return _pick(projects_in(organization), asked, ids)


def pick_members(organization: Organization, asked: str, ids: Iterable[UUID | str]) -> Pick:
    """The first members of any status by name in whose name or address every word of `asked` is found, and the chosen
    ones: four queries. One for each status, because of these the index (status, name) is in order."""
    members = Membership.objects.filter(organization=organization)
    branches = (_named(members.filter(status=status), asked) for status in Status)
    found = list(islice(merge(*branches, key=lambda member: (member.sort_name, member.pk)), MAX_OPTIONS + 1))
    return _with_chosen(members.order_by("sort_name", "pk"), found, ids)


def matching_members(members: QuerySet[Membership], asked: str) -> QuerySet[Membership]:
    """Those in whose name or address every word is found; one or two letters at the start of a word, where they make
    a trigram with the blank before it."""
    for word in search_words(asked):
        members = members.filter(search_text__contains=word if len(word) > 2 else f" {word}")
    return members


def _named(members: QuerySet[Membership], asked: str) -> list[Membership]:
    return list(matching_members(members, asked).order_by("sort_name", "pk")[: MAX_OPTIONS + 1])
