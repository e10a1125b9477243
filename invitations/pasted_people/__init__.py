"""Read people from pasted text: address lists from Outlook, Gmail and the like, tables from Excel, and CSV (W-4).

`read_people()` is the only entry. It decides whether the text is a table or a list of addresses, and says what it left
out and why. It knows nothing of organizations: whether an address may be invited is decided in invitations.validation.
"""

from collections.abc import Sequence

from invitations.pasted_people.addresses import read_list
from invitations.pasted_people.model import COLUMNS, LeftOut, PastedPeople, PastedPerson, Reason
from invitations.pasted_people.tables import find_table, read_table
from invitations.pasted_people.text import tidy

__all__ = ["COLUMNS", "MAX_CHARACTERS", "LeftOut", "PastedPeople", "PastedPerson", "Reason", "read_people"]

# More is cut: 100 people with long names and a few columns have less than a tenth of this.
MAX_CHARACTERS = 200_000


def read_people(text: str, *, columns: Sequence[str] | None = None, has_heading: bool | None = None) -> PastedPeople:
    """Return the people in the text, and the lines that were left out.

    For a table, `columns` names what each column has ("first_name", "last_name", "name", "email" or ""), and
    `has_heading` says whether its first line is a heading. By default both are found out. Never raises.
    """
    text = tidy(text[:MAX_CHARACTERS])
    table = find_table(text, forced=columns is not None)
    return read_table(table, columns, has_heading) if table else read_list(text)
