"""A searchable list of options with checkboxes (templates/ui/picker.html)."""

from dataclasses import dataclass, field
from uuid import UUID

from django.http import QueryDict

from base import text
from base.ids import parse_uuid

MAX_QUERY_LENGTH = 100
MAX_QUERY_WORDS = 8
# An organization may have a hundred thousand members or groups: a list shows this many, search finds the rest.
MAX_OPTIONS = 50
# Ids read from one submitted form. The product's own forms don't come close to this number.
MAX_SELECTED = 1000


@dataclass
class PickerOption:
    """One row.

    `action` is the checkbox's accessible label ("Add Ana Soto"). `email` is set for people. `inactive` greys out the
    avatar. `reason` says why the option can't be selected; `warning` what to know before selecting it.
    """

    id: UUID
    name: str
    action: str
    note: str = ""
    email: str = ""
    inactive: bool = False
    icon: str = ""
    warning: str = ""
    reason: str = ""
    selected: bool = False

    @property
    def key(self) -> str:
        """The HTML id of the checkbox."""
        return f"pick-{self.id}"


@dataclass
class Picker:
    """What ui/picker.html takes.

    `name` is the name of the checkboxes, `search_label` the placeholder of the search box, `empty_text` what an empty
    list shows and `error` a validation error.
    """

    name: str
    title: str
    search_label: str
    query: str = ""
    options: list[PickerOption] = field(default_factory=list)
    has_more: bool = False
    empty_text: str = ""
    error: str = ""

    @property
    def count(self) -> int:
        """The number of selected options."""
        return sum(option.selected for option in self.options)


def search_query(values: QueryDict, name: str = "q") -> str:
    """Return the submitted search text as one line of printable characters, cut to MAX_QUERY_LENGTH."""
    return text.clean_search(values.get(name, ""), limit=MAX_QUERY_LENGTH)


def selected_ids(values: QueryDict, name: str) -> list[UUID]:
    """Return the ids of the ticked checkboxes without duplicates. Values that are not ids are ignored."""
    ids = (parse_uuid(value) for value in values.getlist(name)[:MAX_SELECTED])
    return list(dict.fromkeys(key for key in ids if key))


def search_words(query: str) -> list[str]:
    """Split a search text into words, folded like the names that are searched, up to MAX_QUERY_WORDS words."""
    return text.fold(query).split()[:MAX_QUERY_WORDS]
