"""Headings of columns in English and German, as spreadsheets, contact exports and HR systems write them."""

import re

from invitations.pasted_people.text import fold

EMAIL = """
email, emails, mail, email address, mail address, email adresse, mailadresse, email value, private email, private mail,
primary email, work email, business email, geschäftliche email, email dienstlich, dienstliche email, email geschäftlich,
primary email address, email id, contact email, kontakt email
"""
# Microsoft's sign-in name, which need not be an address: it counts as one if there is nothing better.
SIGN_IN = "userprincipalname"
FIRST = "first name, firstname, given name, givenname, forename, first, vorname, vornamen, rufname"
LAST = "last name, lastname, surname, family name, familyname, last, sn, nachname, nachnamen, familienname, zuname"
NAME = """
name, full name, display name, person, member, employee, user, contact, mitarbeiter, mitarbeiterin, anzeigename,
cn, vollständiger name, vor und nachname, vorname und nachname, vorname nachname, nachname vorname, name vorname,
benutzer, kontakt, ansprechpartner, teilnehmer, participant, employee name, name des mitarbeiters
"""


def _folded(names: str) -> set[str]:
    return {fold(name) for name in names.split(",")}


KNOWN = {"email": _folded(EMAIL), "first_name": _folded(FIRST), "last_name": _folded(LAST), "name": _folded(NAME)}


def heading_of(cell: str) -> str:
    """Return what a column with this heading has: "first_name", "last_name", "name", "email" or ""."""
    key = fold(re.sub(r"[(\[][^()\[\]]{0,50}[)\]]", "", cell[:100])) or fold(cell[:100])
    if re.sub(r"\d", "", key) in KNOWN["email"] | {SIGN_IN}:  # "E-mail 1 - Value"
        return "email"
    return next((column for column, names in KNOWN.items() if key in names), "")


def address_columns(cells: list[str]) -> list[int]:
    """Return the numbers of the columns that have addresses by their heading."""
    found = [n for n, cell in enumerate(cells) if heading_of(cell) == "email"]
    return [n for n in found if fold(cells[n]) != SIGN_IN] or found


def columns_of(cells: list[str]) -> list[str]:
    """Return what each column has by its heading. Each is found once: in "E-mail; E-mail 2", the first.

    Beside a first name, "Name" is the last name, as in "Name; Vorname". Beside a last name, it is the first name.
    """
    with_address = address_columns(cells)
    columns = [heading_of(cell) for cell in cells]
    columns = ["" if column == "email" and n not in with_address else column for n, column in enumerate(columns)]
    missing = [column for column in ("first_name", "last_name") if column not in columns]
    if len(missing) == 1 and "name" in columns:
        columns = [missing[0] if fold(cell) == "name" else column for cell, column in zip(cells, columns, strict=True)]
    unused = {"name"} if {"first_name", "last_name"} <= set(columns) else {"first_name", "last_name"}
    if "name" in columns:
        columns = ["" if column in unused else column for column in columns]
    seen: set[str] = set()
    return ["" if column in seen or seen.add(column) else column for column in columns]
