"""Audit log entries as sentences (audit.descriptions has them)."""

from dataclasses import dataclass
from string import Formatter

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from audit.descriptions import DESCRIPTIONS, Description
from audit.models import Entry
from base.sentences import join_names

# Names listed in a sentence before "and 2 more".
MAX_NAMES = 5


@dataclass(frozen=True)
class AuditLine:
    """An entry as shown in a list: a sentence (HTML, names escaped and in bold), its mark and the entry."""

    sentence: SafeString
    icon: str
    tone: str
    entry: Entry


def describe(entry: Entry, *, with_actor: bool = True) -> AuditLine:
    """Return the entry as a sentence. An action without a description shows its own name.

    with_actor=False leaves out who acted where the sentence starts with it, for lists that have a column for it.
    """
    description = _find(entry)
    values = {name: _bold(_text(value)) for name, value in entry.data.items()}
    values |= {"actor": _bold(entry.actor_label or _("The system")), "target": _bold(entry.target_label)}
    sentence = str(description.sentence)
    if description.plain and not _names(sentence) <= set(values):
        sentence = str(description.plain)
    sentence = sentence if with_actor else _without_actor(sentence, entry)
    # Entries from an earlier release may lack a value.
    fields = {name: values.get(name, "…") for name in _names(sentence)}
    text = format_html(sentence, **fields) if fields else format_html("{}", sentence)
    return AuditLine(text, description.icon, description.tone, entry)


def _without_actor(sentence: str, entry: Entry) -> str:
    is_own = entry.actor_id is not None and entry.actor_id == entry.target_id
    for name in ("{actor} ", "{target} ") if is_own else ("{actor} ",):
        if sentence.startswith(name):
            rest = sentence.removeprefix(name)
            return rest[:1].upper() + rest[1:]
    return sentence


def _find(entry: Entry) -> Description:
    """Return the description of the entry's action: that for its reason, method or for another person comes first."""
    variants = [entry.data.get("reason", ""), entry.data.get("method", "")]
    if entry.actor_id and entry.actor_id != entry.target_id:
        variants.append("by_other")
    found = (DESCRIPTIONS.get(key) for key in (*(f"{entry.action}:{each}" for each in variants), entry.action))
    return next(filter(None, found), None) or Description("{actor}: " + entry.action + " {target}", "info")


def _names(sentence: str) -> set[str]:
    return {name for _text, name, _spec, _flag in Formatter().parse(sentence) if name}


def _text(value: object) -> str:
    return join_names(map(str, value), limit=MAX_NAMES) if isinstance(value, list) else str(value)


def _bold(label: str) -> SafeString:
    return format_html('<b class="strong">{}</b>', label)
