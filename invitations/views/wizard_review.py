"""What the page with a pasted list shows: the columns and people that were read, and the lines left out (W-4)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from base.sentences import join_names
from invitations.pasted_lists import LeftOutPart, Problem, Review
from invitations.pasted_people import PastedPerson
from invitations.validation import MAX_PEOPLE

# Rows that are shown at first, and at all. Left-out lines that are listed, and those that a sentence names.
FEW_ROWS, MAX_ROWS, MAX_LEFT_OUT, MAX_NAMED = 5, 500, 200, 3


@dataclass
class ReviewPage:
    """A review for its template."""

    review: Review
    show_all: bool = False

    @property
    def text(self) -> str:
        return self.review.pasted.text

    @property
    def is_added(self) -> bool:
        return self.review.pasted.is_added

    @property
    def has_heading(self) -> bool:
        return self.review.reading.has_heading

    @property
    def is_table(self) -> bool:
        return self.review.reading.is_table

    @property
    def count(self) -> int:
        """Number of people who are added."""
        return len(self.review.people)

    @cached_property
    def _shown_columns(self) -> list[int]:
        """Columns that have anything in them."""
        reading = self.review.reading
        used = {n for _line, cells in reading.rows for n, cell in enumerate(cells) if cell}
        return [n for n in range(len(reading.columns)) if n in used or reading.columns[n]]

    @property
    def columns(self) -> list[dict]:
        """The shown columns of the table, with what can be chosen."""
        reading, labels = self.review.reading, column_labels()
        return [
            {
                "n": n,
                "label": _("Column %(n)s") % {"n": n + 1},
                "heading": reading.heading[n] if reading.heading else "",
                "value": reading.columns[n],
                "ask": n in reading.unsure,
                "options": labels.items(),
            }
            for n in self._shown_columns
        ]

    @cached_property
    def names(self) -> list[str]:
        """The parts of the name that no column shows: those that were guessed or split."""
        missing = [name for name in ("first_name", "last_name") if name not in self.review.reading.columns]
        return [name for name in missing if any(getattr(person, name) for person in self._people)]

    @property
    def name_labels(self) -> list[str]:
        labels = column_labels()
        return [labels[name] for name in self.names]

    @property
    def _people(self) -> list[PastedPerson]:
        return [*self.review.people, *self.review.beyond]

    @property
    def rows(self) -> list[dict]:
        """The people who were read, with the cells of their lines."""
        cells = dict(self.review.reading.rows)
        people = self._people[: MAX_ROWS if self.show_all else FEW_ROWS]
        return [{"line": person.line, "cells": self._cells(person, cells.get(person.line, []))} for person in people]

    def _cells(self, person: PastedPerson, cells: Sequence[str]) -> list[dict]:
        columns = self.review.reading.columns
        shown = []
        for n in self._shown_columns:
            name = columns[n]
            is_guess = person.is_guess and name in ("first_name", "last_name")
            text = getattr(person, name) if name and (is_guess or not cells) else cells[n] if cells else ""
            shown.append({"text": text, "is_guess": is_guess and bool(text), "is_used": bool(name)})
        for name in self.names:
            text = getattr(person, name)
            shown.append({"text": text, "is_guess": person.is_guess and bool(text), "is_used": True})
        return shown if self.is_table else [*shown, {"text": person.email, "is_used": True}]

    @property
    def more_rows(self) -> int:
        """Number of people who aren't shown."""
        return max(0, len(self._people) - (MAX_ROWS if self.show_all else FEW_ROWS))

    @property
    def people_count(self) -> int:
        return len(self._people)

    @property
    def title(self) -> str:
        """What the notice says first."""
        reading = self.review.reading
        if reading.is_table and "email" not in reading.columns:
            return _("Which column has the email addresses?")
        if not reading.people:
            return _("No people found in this list")
        if reading.unsure:
            count = len(reading.unsure)
            title = ngettext("We weren’t sure about one column", "We weren’t sure about %(count)s columns", count)
            return title % {"count": {2: _("two"), 3: _("three")}.get(count, count)}
        return read_people_text(len(self._people))

    @property
    def tone(self) -> str:
        reading = self.review.reading
        missing = any(part.problem == Problem.NO_ADDRESS for part in self.review.left_out)
        return "warning" if reading.unsure or missing or reading.is_cut or not self.count else "neutral"

    @property
    def summary(self) -> str:
        """What the notice says below its title."""
        reading, parts = self.review.reading, []
        if reading.unsure:
            line_text = ngettext("from %(count)s line", "from %(count)s lines", reading.line_count)
            lines = line_text % {"count": f"{reading.line_count:,}"}
            parts.append(_("%(read)s %(lines)s.") % {"read": read_people_text(len(self._people)), "lines": lines})
            parts.append(self._unsure_text())
        parts += [*left_out_sentences(self.review.left_out), *dropped_sentences(reading.dropped)]
        if reading.is_cut:
            text = _("The list is too long. Lines after line %(line)s were left out. Paste the rest as a second list.")
            parts.append(text % {"line": f"{reading.last_line:,}"})
        return " ".join(parts)

    def _unsure_text(self) -> str:
        unsure = self.review.reading.unsure
        if len(unsure) == len(self.review.reading.columns):
            return _("Choose what each column is.")
        columns = join_names(str(n + 1) for n in unsure)
        text = ngettext(
            "Choose what column %(columns)s is; the others look right.",
            "Choose what columns %(columns)s are; the others look right.",
            len(unsure),
        )
        return text % {"columns": columns}

    @property
    def beyond_title(self) -> str:
        return people_left_title(self.review.beyond) if self.review.beyond else ""

    @property
    def beyond_text(self) -> str:
        return people_left_text([{"email": person.email} for person in self.review.beyond])

    @property
    def read_title(self) -> str:
        """What step 1 says when the people were added."""
        return read_people_text(len(self.review.pasted.added))

    @property
    def read_summary(self) -> str:
        """What step 1 says below it."""
        return " ".join([*left_out_sentences(self.review.left_out), *dropped_sentences(self.review.reading.dropped)])

    @property
    def has_guessed(self) -> bool:
        return any(person.is_guess for person in self._people)

    @property
    def left_out(self) -> list[dict]:
        """The first lines that were left out, each with the reason and what can be done."""
        return [self._left_out(part) for part in self.review.left_out[:MAX_LEFT_OUT]]

    def _left_out(self, part: LeftOutPart) -> dict:
        slug, member = self.review.organization.slug, part.member
        return {
            "part": part,
            "text": part.text[:200],
            "reason": reason_text(part),
            "typed": self.review.pasted.addresses.get(part.key, ""),
            "url": reverse("user_profile", args=[slug, member.pk]) if member else "",
            "name": member.name if member else "",
        }

    @property
    def left_out_count(self) -> int:
        return len(self.review.left_out)

    @property
    def more_left_out(self) -> int:
        return max(0, self.left_out_count - MAX_LEFT_OUT)


def column_labels() -> dict[str, str]:
    """Return what a column can have, with labels."""
    return {
        "": _("Don’t use"),
        "first_name": _("First name"),
        "last_name": _("Last name"),
        "name": _("Full name"),
        "email": _("Email address"),
    }


def read_people_text(count: int) -> str:
    """Return "Read 14 people"."""
    return ngettext("Read %(count)s person", "Read %(count)s people", count) % {"count": f"{count:,}"}


def people_left_title(people: Sequence[Any]) -> str:
    """Return how many people the batch has no room for."""
    text = ngettext("%(count)s person is over the limit", "%(count)s people are over the limit", len(people))
    return text % {"count": f"{len(people):,}"}


def people_left_text(people: Sequence[dict[str, str]]) -> str:
    """Return who the batch has no room for, and what happens to them."""
    text = _(
        "You can invite %(limit)s people at a time. After you send these, the rest are saved in a new draft: %(names)s."
    )
    return text % {"limit": MAX_PEOPLE, "names": join_names([person["email"] for person in people], limit=MAX_NAMED)}


def reason_text(part: LeftOutPart) -> str:
    """Return why a line was left out."""
    texts = {
        Problem.NO_ADDRESS: _("No email address"),
        Problem.REPEATED: _("Same address as line %(line)s") % {"line": part.same_as},
        Problem.SECOND_ADDRESS: _("Second address for the person in line %(line)s") % {"line": part.same_as},
        Problem.LISTED: _("Already in your form"),
        Problem.MEMBER: _("Already a member"),
        Problem.PENDING: _("Already invited"),
        Problem.DEACTIVATED: _("Already a member (deactivated)"),
    }
    return texts[part.problem]


def left_out_sentences(parts: Sequence[LeftOutPart]) -> list[str]:
    """Return a sentence for each reason that lines were left out for."""
    sentences = []
    missing = [part.text[:60] for part in parts if part.problem == Problem.NO_ADDRESS]
    if missing:
        text = ngettext(
            "%(count)s line without an email address: %(names)s.",
            "%(count)s lines without an email address: %(names)s.",
            len(missing),
        )
        sentences.append(text % {"count": f"{len(missing):,}", "names": join_names(missing, limit=MAX_NAMED)})
    counts = Counter(part.problem for part in parts)
    texts = {
        Problem.REPEATED: ngettext("%(count)s duplicate", "%(count)s duplicates", counts[Problem.REPEATED]),
        Problem.SECOND_ADDRESS: ngettext(
            "%(count)s second address", "%(count)s second addresses", counts[Problem.SECOND_ADDRESS]
        ),
        Problem.LISTED: ngettext("%(count)s already in your form", "%(count)s already in your form", 1),
        Problem.MEMBER: ngettext("%(count)s already a member", "%(count)s already members", counts[Problem.MEMBER]),
        Problem.PENDING: ngettext("%(count)s already invited", "%(count)s already invited", counts[Problem.PENDING]),
        Problem.DEACTIVATED: ngettext(
            "%(count)s deactivated member", "%(count)s deactivated members", counts[Problem.DEACTIVATED]
        ),
    }
    others = [text % {"count": f"{counts[problem]:,}"} for problem, text in texts.items() if counts[problem]]
    if others:
        sentences.append(_("Left out: %(people)s.") % {"people": join_names(others)})
    return sentences


def dropped_sentences(parts: Sequence[str]) -> list[str]:
    """Return a sentence about the parts of names that aren't used, if there are any."""
    text = _("Not used in names: %(parts)s.")
    return [text % {"parts": join_names([part[:60] for part in parts], limit=MAX_NAMED)}] if parts else []
