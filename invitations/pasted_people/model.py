"""What is read from a pasted text."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from invitations.pasted_people.names import Name, guess_name

# What a column of a table can have. "" isn't used.
COLUMNS = ("", "first_name", "last_name", "name", "email")


class Reason(StrEnum):
    """Why a line was left out."""

    NO_ADDRESS = "no_address"
    REPEATED = "repeated"
    SECOND_ADDRESS = "second_address"


@dataclass(frozen=True)
class PastedPerson:
    """One person. `guessed` names come from the address. If not `is_sure`, first and last name may be the other way
    round. `line` is the number of the line, from 1. `dropped` are parts of the name's text that aren't used.
    """

    email: str
    first_name: str = ""
    last_name: str = ""
    guessed: bool = False
    is_sure: bool = True
    line: int = 0
    dropped: tuple[str, ...] = ()

    @property
    def is_guess(self) -> bool:
        """Whether the user should check the name."""
        return self.guessed or not self.is_sure

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def has_name(self) -> bool:
        """Whether the text has a name for the address."""
        return bool(self.first_name or self.last_name) and not self.guessed


def named_person(email: str, name: Name, line: int) -> PastedPerson:
    """Return the person with this name. Without a name, guess it from the address."""
    if name.first or name.last:
        return PastedPerson(email, name.first, name.last, is_sure=name.is_sure, line=line, dropped=name.dropped)
    first, last = guess_name(email)
    return PastedPerson(email, first, last, guessed=bool(first), line=line, dropped=name.dropped)


@dataclass(frozen=True)
class LeftOut:
    """A line or a part of it that has no new person. `same_as` is the line with the same address.

    `key` tells the parts of a line apart, as "6-0" and "6-1".
    """

    line: int
    text: str
    reason: Reason
    same_as: int = 0
    key: str = ""


@dataclass
class PastedPeople:
    """The people in the order of the text.

    For tables: `columns` has what each column was read as, `unsure` the numbers (from 0) of the columns that the user
    should check, `rows` the cells with their line numbers, and `heading` the cells of the line with the headings.
    `is_cut` says that the text was too long: `last_line` is the last one that was read. `addresses` are those that the
    user added, by the key of the part without one.
    """

    people: list[PastedPerson] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    unsure: list[int] = field(default_factory=list)
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    heading: list[str] = field(default_factory=list)
    line_count: int = 0
    is_cut: bool = False
    last_line: int = 0
    addresses: Mapping[str, str] = field(default_factory=dict)
    _places: dict[str, int] = field(default_factory=dict, repr=False)
    _parts: Counter[int] = field(default_factory=Counter, repr=False)

    @property
    def is_table(self) -> bool:
        return bool(self.columns)

    @property
    def has_heading(self) -> bool:
        return bool(self.heading)

    @property
    def certain(self) -> bool:
        """Whether there is nothing to ask the user about the columns."""
        return not self.unsure

    @property
    def dropped(self) -> list[str]:
        """The parts of names that aren't used, each once: titles, "(External)", a department after a dash."""
        return list(dict.fromkeys(part for person in self.people for part in person.dropped))

    def add(self, people: Iterable[PastedPerson]) -> None:
        """Add people, and leave out those whose address is there already. Their name is used if there was none."""
        for person in people:
            place = self._places.setdefault(person.email.casefold(), len(self.people))
            if place == len(self.people):
                self.people.append(person)
                continue
            first = self.people[place]
            self.leave_out(person.line, person.email, Reason.REPEATED, first.line)
            if not first.has_name and person.has_name:
                self.people[place] = replace(person, email=first.email, line=first.line)

    def leave_out(self, line: int, text: str, reason: Reason, same_as: int = 0) -> None:
        """Add a line, or a part of one, that has no new person."""
        self.left_out.append(LeftOut(line, text, reason, same_as))

    def add_without_address(self, line: int, text: str, name: Name) -> None:
        """Add a part without an address: a person if the user added one, else leave it out."""
        key = f"{line}-{self._parts[line]}"
        self._parts[line] += 1
        if key in self.addresses:
            self.add([named_person(self.addresses[key], name, line)])
        else:
            self.left_out.append(LeftOut(line, text, Reason.NO_ADDRESS, key=key))
