"""A list to search in and choose from (templates/ui/picker.html)."""

from dataclasses import dataclass, field
from uuid import UUID

from django.http import QueryDict

from base import text
from base.ids import read_uuid

ASKED_LIMIT = 100
# An organization may have a hundred thousand of anything: a list shows so many, a search finds the rest.
PICK_LIMIT = 50
# So many boxes of one form are read: a form of ours has hardly more.
CHOSEN_LIMIT = 1000


@dataclass
class Choice:
    """One row. `does` says what its box does ("Add Ana Soto"); `email` is a person's; `reason` is why it cannot be
    chosen; `warning` is what to know before it is."""

    id: UUID
    name: str
    does: str
    note: str = ""
    email: str = ""
    off: bool = False
    icon: str = ""
    warning: str = ""
    reason: str = ""
    chosen: bool = False

    @property
    def key(self) -> str:
        """The id of its box on the page."""
        return f"pick-{self.id}"


@dataclass
class Picker:
    """What ui/picker.html takes. `name` is its boxes'; `title` its own, `search` the words in its search box."""

    name: str
    title: str
    search: str
    asked: str = ""
    choices: list[Choice] = field(default_factory=list)
    more: bool = False
    nothing: str = ""
    problem: str = ""

    @property
    def count(self) -> int:
        """How many are chosen."""
        return sum(choice.chosen for choice in self.choices)


def asked_in(values: QueryDict, name: str = "q") -> str:
    """What is searched for: one line, without what no name holds."""
    return "".join(char for char in values.get(name, "")[:ASKED_LIMIT] if char.isprintable()).strip()


def chosen_in(values: QueryDict, name: str) -> list[UUID]:
    """The ids of the boxes that are ticked, each once; what is no id is left out."""
    found = (read_uuid(value) for value in values.getlist(name)[:CHOSEN_LIMIT])
    return list(dict.fromkeys(key for key in found if key))


def words_of(asked: str) -> list[str]:
    """The words of a search, folded as names are that are searched; at most eight."""
    return text.fold(asked).split()[:8]
