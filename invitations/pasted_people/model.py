"""What is read from a pasted text."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

# What a column of a table can have. "" isn't used.
COLUMNS = ("", "first_name", "last_name", "name", "email")


class Reason(StrEnum):
    """Why a line was left out."""

    NO_ADDRESS = "no_address"
    REPEATED = "repeated"


@dataclass(frozen=True)
class PastedPerson:
    """One person. `guessed` names come from the address. `line` is the number of the line, from 1."""

    email: str
    first_name: str = ""
    last_name: str = ""
    guessed: bool = False
    line: int = 0


@dataclass(frozen=True)
class LeftOut:
    """A line or a part of it that has no new person. `same_as` is the line with the same address."""

    line: int
    text: str
    reason: Reason
    same_as: int = 0


@dataclass
class PastedPeople:
    """The people in the order of the text.

    For tables: `columns` has what each column was read as, `rows` the cells with their line numbers, and `certain` says
    whether the user should be asked about the columns.
    """

    people: list[PastedPerson] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    has_heading: bool = False
    certain: bool = True

    @property
    def is_table(self) -> bool:
        return bool(self.columns)

    def add(self, people: Iterable[PastedPerson]) -> None:
        """Add people, and leave out those whose address is there already."""
        lines = {person.email.casefold(): person.line for person in self.people}
        for person in people:
            key = person.email.casefold()
            if key in lines:
                self.left_out.append(LeftOut(person.line, person.email, Reason.REPEATED, lines[key]))
            else:
                lines[key] = person.line
                self.people.append(person)
