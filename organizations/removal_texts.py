"""Sentences about who loses what when access is removed, and who keeps it another way (U-22)."""

from collections import Counter, defaultdict

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from base.sentences import join_names
from organizations.models import Membership
from organizations.queries.holdings import MAX_PEOPLE
from organizations.queries.removals import Effect, Loss

# How many names of a longer list are given.
NAMED = 4

# Up to this many people are all named; of more, the first two.
NAMED_PEOPLE = 3
# How many sentences about different projects and roles are written.
SENTENCES = 3


def describe_effect(effect: Effect) -> str:
    """Return who loses what and who keeps it, in one or a few sentences; "" if nothing is lost or kept."""
    if effect.has_many:
        return _describe_many(effect)
    text = _describe_person(effect.person, effect.losses) if effect.person else _describe_people(effect.losses)
    if text and effect.more_projects:
        text += " " + _("More projects are affected.")
    return text


def describe_archiving(effect: Effect) -> str:
    """Return who can't open a project while it is archived, and who still can; "" if that is no one (P-1)."""
    if not effect.has_many:
        return describe_effect(effect)
    text = _("More than %(count)s people lose %(name)s, unless they manage projects.")
    return text % {"count": f"{MAX_PEOPLE:,}", "name": effect.losses[0].label}


def _describe_many(effect: Effect) -> str:
    names = join_names([loss.label for loss in effect.losses], limit=NAMED)
    if not names:
        return ""
    text = _("More than %(count)s people lose %(names)s, unless they also have access another way.")
    return text % {"count": f"{MAX_PEOPLE:,}", "names": names}


def _describe_person(person: Membership, losses: list[Loss]) -> str:
    """ "Opal loses Support desk but keeps Warehouse rollout and Quality checks via Field operations."."""
    lost = join_names([loss.label for loss in losses if loss.losers], limit=NAMED)
    kept: dict[str, list[str]] = defaultdict(list)
    for loss in losses:
        for _member, source in loss.keepers:
            kept[source].append(loss.label)
    parts = [
        _("%(names)s %(source)s") % {"names": join_names(names, limit=NAMED), "source": source}
        for source, names in kept.items()
    ]
    words = {"name": person.short_name or person.name, "lost": lost, "kept": join_names(parts, limit=NAMED)}
    if lost and kept:
        return _("%(name)s loses %(lost)s but keeps %(kept)s.") % words
    if lost:
        return _("%(name)s loses %(lost)s.") % words
    return _("%(name)s keeps %(kept)s.") % words if kept else ""


def _describe_people(losses: list[Loss]) -> str:
    """ "12 people lose Customer portal, including Ana Soto and Bo Berg; 3 keep it via Support."."""
    alike: dict[tuple, list[Loss]] = defaultdict(list)
    for loss in losses:
        alike[tuple(member.pk for member in loss.losers), tuple(_count_sources(loss))].append(loss)
    sentences = [_sentence(group) for group in alike.values()]
    if len(sentences) > SENTENCES:
        more = sum(map(len, list(alike.values())[SENTENCES:]))
        others = ngettext("%(count)s more change isn’t listed.", "%(count)s more changes aren’t listed.", more) % {
            "count": more
        }
        sentences = [*sentences[:SENTENCES], others]
    return " ".join(sentences)


def _count_sources(loss: Loss) -> list[tuple[str, int]]:
    return Counter(source for _member, source in loss.keepers).most_common()


def _sentence(losses: list[Loss]) -> str:
    """Return a sentence about projects and roles that the same people lose or keep."""
    names, losers = join_names([loss.label for loss in losses], limit=NAMED), losses[0].losers
    kept = _count_sources(losses[0])
    if not losers:
        return _keepers(kept, names, is_alone=True) + "."
    text = ngettext("%(people)s loses %(names)s", "%(people)s lose %(names)s", len(losers))
    text %= {"people": _people(losers), "names": names}
    if len(losers) > NAMED_PEOPLE:
        text += _(", including %(names)s") % {"names": join_names([member.name for member in losers[:2]])}
    if kept:
        text += "; " + _keepers(kept, ngettext("it", "them", len(losses)), is_alone=False)
    return text + "."


def _people(members: list[Membership]) -> str:
    """Return their names, or how many they are."""
    if len(members) <= NAMED_PEOPLE:
        return join_names([member.name for member in members])
    return _("%(count)s people") % {"count": f"{len(members):,}"}


def _keepers(kept: list[tuple[str, int]], names: str, *, is_alone: bool) -> str:
    """Return "3 keep it via Support, 1 with direct access"; `is_alone` starts with "3 people keep"."""
    (source, count), *others = kept
    if is_alone:
        text = ngettext(
            "%(count)s person keeps %(names)s %(source)s", "%(count)s people keep %(names)s %(source)s", count
        )
    else:
        text = ngettext("%(count)s keeps %(names)s %(source)s", "%(count)s keep %(names)s %(source)s", count)
    first = text % {"count": f"{count:,}", "names": names, "source": source}
    return ", ".join([first, *(f"{number:,} {other}" for other, number in others)])
