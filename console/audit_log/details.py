"""Details of an opened entry: its data as labelled values, without secrets."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.models import Entry
from console.security.forms import SecurityForm

# A safeguard: services never put secrets into entries.
SECRET = re.compile(r"(^|_)(secret|password|passphrase|private_key|cookie|credential|token|code|key|hash)s?$")
HIDDEN = gettext_lazy("Hidden")
MAX_VALUE = 500
LABELS: dict[str, str | Promise] = {
    "batch": gettext_lazy("Sent together"),
    "by": gettext_lazy("Done by"),
    "can_mail": gettext_lazy("Email can be sent"),
    "count": gettext_lazy("Number"),
    "group_id": gettext_lazy("Group ID"),
    "identity": gettext_lazy("Linked identity"),
    "intent": gettext_lazy("For"),
    "left": gettext_lazy("Codes left"),
    "links": gettext_lazy("Linked people"),
    "selected": gettext_lazy("Selected"),
    "token_prefix": gettext_lazy("Token"),
    "view": gettext_lazy("View"),
    "from": gettext_lazy("Before"),
    "to": gettext_lazy("After"),
}


@dataclass(frozen=True)
class Fact:
    """A labelled value. With `before`, the value replaced it."""

    label: str
    value: str
    before: str | None = None


def facts_of(entry: Entry) -> list[Fact]:
    """Return the entry's data as labelled values. "from" and "to" become one change, or one for each changed field."""
    data = dict(entry.data) if isinstance(entry.data, dict) else {"data": entry.data}
    changes = list(_changes(data))
    return changes + [fact for name, value in data.items() for fact in _facts(name, value)]


def _changes(data: dict[str, Any]) -> Iterator[Fact]:
    """Take "from" and "to" out of the data, and yield what changed."""
    if not {"from", "to"} <= data.keys():
        return
    before, after = data.pop("from"), data.pop("to")
    if isinstance(before, dict) and isinstance(after, dict):
        for name in after:
            yield Fact(_label(name), _text(name, after[name]), _text(name, before.get(name)))
    else:
        yield Fact(_("Change"), _text("to", after), _text("from", before))


def _facts(name: str, value: Any) -> Iterator[Fact]:
    if isinstance(value, dict) and not SECRET.search(name):
        for key, inner in value.items():
            yield Fact(f"{_label(name)}: {_label(key)}", _text(key, inner))
    else:
        yield Fact(_label(name), _text(name, value))


def _label(name: str) -> str:
    field = SecurityForm.base_fields.get(name)
    if label := LABELS.get(name) or (field and field.label):
        return str(label)
    return str(name).replace("_", " ").capitalize()[:100]


def _text(name: str, value: Any) -> str:
    """Return the value as text, "Hidden" if its name says that it's a secret."""
    if SECRET.search(str(name)):
        return str(HIDDEN)
    if value is None or value == "" or value == []:
        return _("None")
    if isinstance(value, bool):
        return _("On") if value else _("Off")
    if isinstance(value, list):
        value = ", ".join(str(each) for each in value)
    return str(value)[:MAX_VALUE]
