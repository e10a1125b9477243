"""A list of people pasted into a draft: who is added, what is left out and why (W-4).

The parser, invitations.pasted_people, only reads the text. This module compares it with the draft and the members.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields, replace
from enum import StrEnum
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError

from base.text import canonical_email
from invitations.pasted_people import MAX_CHARACTERS, PastedPeople, PastedPerson, Reason, find_address, read_people
from invitations.validation import MAX_PEOPLE
from organizations.models import Membership, Organization, Status
from organizations.queries import members_by_email

Row = dict[str, str]
FIELDS = ("first_name", "last_name", "email")


class Problem(StrEnum):
    """Why a line or a person was left out: the parser's reasons, and those found in the draft and the members."""

    NO_ADDRESS = Reason.NO_ADDRESS
    REPEATED = Reason.REPEATED
    SECOND_ADDRESS = Reason.SECOND_ADDRESS
    LISTED = "listed"
    MEMBER = "member"
    PENDING = "pending"
    DEACTIVATED = "deactivated"


STATUSES = {
    Status.ACTIVE: Problem.MEMBER,
    Status.INVITED: Problem.PENDING,
    Status.DEACTIVATED: Problem.DEACTIVATED,
}


@dataclass(frozen=True)
class LeftOutPart:
    """A part of the text that was left out. `same_as` is the line with the same address. `key`: see LeftOut."""

    line: int
    text: str
    problem: Problem
    same_as: int = 0
    key: str = ""
    member: Membership | None = None


@dataclass(frozen=True)
class PastedList:
    """What was pasted, and what the inviter chose, as Batch.pasted stores it.

    `at` is the row of the form that it was pasted into, and `under` what was typed there. `added` are the rows
    that were put into the form, so that adding them again replaces them. `beyond` are the people beyond MAX_PEOPLE, and
    `rest` those of earlier lists: they are in the next draft once this one is sent. `guessed` are all rows with a
    name that was guessed, or whose parts may be the other way round.
    """

    text: str = ""
    at: int = 0
    columns: list[str] | None = None
    has_heading: bool | None = None
    addresses: dict[str, str] = field(default_factory=dict)
    under: Row = field(default_factory=dict)
    added: list[Row] = field(default_factory=list)
    beyond: list[Row] = field(default_factory=list)
    rest: list[Row] = field(default_factory=list)
    guessed: list[Row] = field(default_factory=list)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "PastedList":
        """Return the list that a draft stores."""
        return cls(**{item.name: stored[item.name] for item in fields(cls) if item.name in stored})

    def to_json(self) -> dict[str, Any]:
        """Return what a draft stores: only what isn't empty."""
        return {name: value for name, value in asdict(self).items() if value or value is False}

    @property
    def is_added(self) -> bool:
        return bool(self.added or self.beyond)

    @property
    def is_waiting(self) -> bool:
        """Whether there is text whose people haven't been added."""
        return bool(self.text) and not self.is_added

    @property
    def next_people(self) -> list[Row]:
        """The people for the next draft."""
        return [*self.rest, *self.beyond]

    def with_text(self, text: str, at: int = 0) -> "PastedList":
        """Return the list with this text: appended if the list hasn't been added yet, otherwise as a new list."""
        if self.is_waiting:
            return self.with_changed_text(f"{self.text}\n{text}")
        text = _stored(text)
        return PastedList(text=text, at=at, rest=self.next_people, guessed=self.guessed)

    def with_changed_text(self, text: str) -> "PastedList":
        """Return the list with its text replaced. Choices made for the old text are dropped."""
        text = _stored(text)
        return self if text == self.text else replace(self, text=text, columns=None, has_heading=None, addresses={})


@dataclass
class Review:
    """The result of adding a pasted list to these rows. One query."""

    organization: Organization
    pasted: PastedList
    rows: Sequence[Row]

    @cached_property
    def reading(self) -> PastedPeople:
        """What the parser read."""
        pasted = self.pasted
        addresses = {key: found for key, typed in pasted.addresses.items() if (found := find_address(typed))}
        return read_people(pasted.text, columns=pasted.columns, has_heading=pasted.has_heading, addresses=addresses)

    @cached_property
    def other_rows(self) -> list[Row]:
        """The rows without those that this list added and no one has changed since."""
        added, kept = Counter(map(_key, self.pasted.added)), []
        for row in self.rows:
            if added[_key(row)]:
                added[_key(row)] -= 1
            else:
                kept.append(row)
        if self.pasted.under and len(kept) < len(self.rows):
            kept.insert(self.pasted.at, self.pasted.under)
        return kept

    @cached_property
    def _sorted(self) -> tuple[list[PastedPerson], list[LeftOutPart]]:
        listed = {email for row in self.other_rows if (email := _canonical(row["email"]))}
        canonical = {person.email: _canonical(person.email) for person in self.reading.people}
        members = members_by_email(self.organization, {email for email in canonical.values() if email})
        people, left_out = [], []
        for person in self.reading.people:
            email = canonical[person.email]
            if email in listed:
                left_out.append(LeftOutPart(person.line, person.email, Problem.LISTED))
            elif member := members.get(email):
                problem = STATUSES[Status(member.status)]
                left_out.append(LeftOutPart(person.line, person.email, problem, member=member))
            else:
                people.append(person)
        return people, left_out

    @property
    def _room(self) -> int:
        return max(0, MAX_PEOPLE - sum(map(is_filled, self.other_rows)))

    @property
    def people(self) -> list[PastedPerson]:
        """The people who are added."""
        return self._sorted[0][: self._room]

    @property
    def beyond(self) -> list[PastedPerson]:
        """The people beyond MAX_PEOPLE, for the next draft."""
        return self._sorted[0][self._room :]

    @cached_property
    def left_out(self) -> list[LeftOutPart]:
        """The parts that are left out, by line."""
        parts = [
            LeftOutPart(part.line, part.text, Problem(part.reason), part.same_as, part.key)
            for part in self.reading.left_out
        ]
        return sorted([*parts, *self._sorted[1]], key=lambda part: part.line)

    @property
    def is_clear(self) -> bool:
        """Whether everything was read, and there is nothing to ask."""
        return bool(self.people) and not (self.left_out or self.beyond or self.reading.unsure or self.reading.is_cut)

    def add(self) -> tuple[list[Row], PastedList]:
        """Return the rows with the people added, and the updated list."""
        added, rows = [_row(person) for person in self.people], list(self.other_rows)
        at, under = min(self.pasted.at, len(rows)), {}
        if added and at < len(rows) and _fits(rows[at], self.people[0]):
            under = rows.pop(at)
            added[0] |= {name: under[name] for name in FIELDS if under[name].strip()}
        elif not self.pasted.is_added:
            at += 1
        before = list(filter(is_filled, rows[:at]))
        rows = [*before, *added, *filter(is_filled, rows[at:])]
        beyond = [_row(person) for person in self.beyond]
        people = (*self.people, *self.beyond)
        guessed = [*self.pasted.guessed, *(_row(person) for person in people if person.is_guess)]
        return rows, replace(
            self.pasted,
            at=len(before),
            under=under if is_filled(under) else {},
            added=added,
            beyond=beyond,
            guessed=only_in(guessed, [*rows, *beyond, *self.pasted.rest]),
        )


def _stored(text: str) -> str:
    """Return the text with plain line breaks, cut after the part that is read."""
    return text.replace("\r\n", "\n").replace("\r", "\n")[: MAX_CHARACTERS + 1].rstrip("\n")


def is_filled(row: Row) -> bool:
    """Return whether anything was typed in the row."""
    return any(value.strip() for value in row.values())


def only_in(guessed: Iterable[Row], rows: Iterable[Row]) -> list[Row]:
    """Return the rows with a guessed name that are among these rows."""
    keys = set(map(_key, rows))
    return [row for row in guessed if _key(row) in keys]


def _key(row: Row) -> tuple[str, ...]:
    return tuple(row[name] for name in FIELDS)


def _canonical(email: str) -> str:
    with suppress(ValidationError):
        return canonical_email(email)
    return ""


def _row(person: PastedPerson) -> Row:
    return {"first_name": person.first_name, "last_name": person.last_name, "email": person.email}


def _fits(row: Row, person: PastedPerson) -> bool:
    """Return whether the person goes into this row: it is blank, or has only a name where the text has none."""
    has_name = bool(person.first_name or person.last_name) and not person.guessed
    return not row["email"].strip() and not (has_name and is_filled(row))
