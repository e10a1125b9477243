"""The members that someone who types a name probably means. The command palette shows a few of them."""

import re
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from console.users.filters import UsersContext
from console.users.params import UserListParams
from console.users.queries import PROMISING, WALK, SectionSearch, find_in, gather, sections_of, walk
from organizations.models import Membership


def best_matches(context: UsersContext, params: UserListParams, now: datetime, limit: int) -> list[Membership]:
    """Return the first `limit` matches of a search by name without filters.

    First are names that begin with the first word, then those in which another word begins with it, then all others,
    each sorted by name. Names that begin with it are a range of the index, and so are found at once.
    """
    starts, others = sections_of(context, params, now)
    found = find_in(SectionSearch(context, params, now, 0), starts, limit, rare="")
    if len(found) == limit:
        return found
    ids = _others(SectionSearch(context, params, now, 1), others, limit - len(found))
    members = Membership.objects.in_bulk(ids)
    return found + [members[each] for each in ids if each in members]


def _others(search: SectionSearch, slices: list[QuerySet], limit: int) -> list[UUID]:
    """Return the ids of matches whose name doesn't begin with the first word.

    The first WALK rows are checked once, for the start of a word and for any place. Either is gathered if it is rare.
    Gathering by the start of a word reads addresses in which a part begins with it, too ("acme" in "bo@acme.example").
    Where these are common, the names among the first rows must do.
    """
    word = search.params.first_word
    start, part = f" {word}", re.compile(rf"(?<![^\W_]){re.escape(word)}")
    rows = [each.values_list("id", "sort_name", "search_text") for each in slices]
    checked, is_complete = walk(search, rows, WALK, WALK)
    found = [pk for pk, name, _text in checked if start in name][:limit]
    rest = [pk for pk, name, _text in checked if start not in name]
    if not is_complete and len(found) < limit:
        matches = gather(search, slices, rare="").values_list("pk", flat=True)
        if sum(bool(part.search(text)) for _pk, _name, text in checked) < PROMISING:
            found = list(matches.filter(search_text__contains=start, sort_name__contains=start)[:limit])
        if len(found) + len(rest) < limit:
            rest = list(matches.exclude(sort_name__contains=start)[: limit - len(found)])
    return [*found, *rest][:limit]
