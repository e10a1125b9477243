"""What people paste: from Outlook, Gmail, Excel, CSV files and elsewhere (W-4)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invitations.pasted_people import Reason, find_address, read_people

ANA, TOM = "Ana|Soto|ana@x.example", "Tom|Berg|tom@x.example"
# Each: the pasted text, and what is read of it, as "first|last|email". A name that is guessed has "?" at its end.
CORPUS = {
    # One address per line.
    "one address": ("sam@x.example", ["||sam@x.example"]),
    "lines": ("sam@x.example\nkim@x.example", ["||sam@x.example", "||kim@x.example"]),
    "windows lines": ("sam@x.example\r\nkim@x.example\r\n", ["||sam@x.example", "||kim@x.example"]),
    "old mac lines": ("sam@x.example\rkim@x.example", ["||sam@x.example", "||kim@x.example"]),
    "line separators": ("sam@x.example\u2028kim@x.example", ["||sam@x.example", "||kim@x.example"]),
    "blank lines": ("\n\nsam@x.example\n\n\nkim@x.example\n", ["||sam@x.example", "||kim@x.example"]),
    "indented": ("   sam@x.example\n\tkim@x.example  ", ["||sam@x.example", "||kim@x.example"]),
    "bullets": (
        "- sam@x.example\n• kim@x.example\n* lee@x.example",
        ["||sam@x.example", "||kim@x.example", "||lee@x.example"],
    ),
    "numbers": ("1. Ana Soto ana@x.example\n2) Tom Berg <tom@x.example>", [ANA, TOM]),
    # Separators.
    "commas": ("sam@x.example, kim@x.example", ["||sam@x.example", "||kim@x.example"]),
    "semicolons": ("sam@x.example;kim@x.example;", ["||sam@x.example", "||kim@x.example"]),
    "spaces": ("sam@x.example kim@x.example", ["||sam@x.example", "||kim@x.example"]),
    "commas at line ends": ("sam@x.example,\nkim@x.example,", ["||sam@x.example", "||kim@x.example"]),
    "semicolon at the end": ("ana@x.example;", ["||ana@x.example"]),
    "full stop at the end": ("ana@x.example.", ["||ana@x.example"]),
    "slashes": ("sam@x.example / kim@x.example", ["||sam@x.example", "||kim@x.example"]),
    "mixed": ("sam@x.example; kim@x.example, lee@x.example", ["||sam@x.example", "||kim@x.example", "||lee@x.example"]),
    # Names.
    "name and address": ("Ana Soto <ana@x.example>", [ANA]),
    "without a space": ("Ana Soto<ana@x.example>", [ANA]),
    "quoted name": ('"Ana Soto" <ana@x.example>', [ANA]),
    "quoted, last name first": ('"Soto, Ana" <ana@x.example>', [ANA]),
    "Outlook": ("Soto, Ana <ana@x.example>; Berg, Tom <tom@x.example>", [ANA, TOM]),
    "Outlook, one": ("Soto, Ana <ana@x.example>", [ANA]),
    "Outlook, semicolon at the end": ("Soto, Ana <ana@x.example>; Berg, Tom <tom@x.example>;", [ANA, TOM]),
    "Outlook on lines": ("Soto, Ana <ana@x.example>;\nBerg, Tom <tom@x.example>", [ANA, TOM]),
    "Outlook, external": ("Soto, Ana [EXT] <ana@x.example>; Berg, Tom (External) <tom@x.example>", [ANA, TOM]),
    "Outlook, single quotes": ("'Ana Soto' <ana@x.example>; 'tom@x.example' <tom@x.example>", [ANA, "||tom@x.example"]),
    "Outlook's links": ("Ana Soto <ana@x.example<mailto:ana@x.example>>", [ANA]),
    "Gmail": ("Ana Soto <ana@x.example>, Tom Berg <tom@x.example>", [ANA, TOM]),
    "Gmail, comma in the name": ('"Soto, Ana" <ana@x.example>, Tom Berg <tom@x.example>', [ANA, TOM]),
    "Gmail, some without a name": ("Ana Soto <ana@x.example>, sam@x.example", [ANA, "||sam@x.example"]),
    "Apple Mail": ("Ana Soto <ana@x.example>\nTom Berg <tom@x.example>", [ANA, TOM]),
    "name before": ("Ann Bell ann@x.example", ["Ann|Bell|ann@x.example"]),
    "name after": ("ana@x.example Ana Soto", [ANA]),
    "name after, in parentheses": ("ana@x.example (Ana Soto)", [ANA]),
    "name after a dash": ("ana@x.example - Ana Soto\ntom@x.example – Tom Berg", [ANA, TOM]),
    "name and colon": ("Ana Soto: ana@x.example", [ANA]),
    "address in parentheses": ("Ana Soto (ana@x.example)", [ANA]),
    "one name": ("Madonna <m@x.example>", ["Madonna||m@x.example"]),
    "particles": ("Ludwig van Beethoven <lvb@x.example>", ["Ludwig|van Beethoven|lvb@x.example"]),
    "particles, last name first": ("van Beethoven, Ludwig <lvb@x.example>", ["Ludwig|van Beethoven|lvb@x.example"]),
    "last name in capitals": ("SOTO Ana <ana@x.example>", ["Ana|SOTO|ana@x.example"]),
    "umlauts": ("Größe, Jörg <j@x.example>", ["Jörg|Größe|j@x.example"]),
    "apostrophe": ("Sinéad O’Connor <so@x.example>", ["Sinéad|O’Connor|so@x.example"]),
    "Japanese": ("森 由紀 <mori@x.example>", ["由紀|森|mori@x.example"]),
    "names and addresses by turns": ("Ana Soto\nana@x.example\nTom Berg\ntom@x.example", [ANA, TOM]),
    "titles": ("Dr. Ana Soto <ana@x.example>, Prof. Dr. Tom Berg <tom@x.example>", [ANA, TOM]),
    "degree and suffix": (
        "Soto, Ana, PhD <ana@x.example>\nTom Berg, Jr. <tom@x.example>",
        [ANA, "Tom|Berg Jr.|tom@x.example"],
    ),
    "Korean": ("김 민준 <k@x.example>", ["민준|김|k@x.example"]),
    "Chinese, without a space": ("王小明 <w@x.example>", ["王小明||w@x.example"]),
    "joiner in a name": ("علی\u200cرضا <a@x.example>", ["علی\u200cرضا||a@x.example"]),
    "commas throughout": ("Ana Soto, ana@x.example, Tom Berg, tom@x.example", [ANA, TOM]),
    "and": ("Ana Soto <ana@x.example> and Tom Berg <tom@x.example>", [ANA, TOM]),
    "addresses and names by turns": ("ana@x.example\nAna Soto\ntom@x.example\nTom Berg", [ANA, TOM]),
    "name slash address": ("Ana Soto / ana@x.example", [ANA]),
    "international domain": ("Größe, Jörg <j@bücher.example>", ["Jörg|Größe|j@bücher.example"]),
    # Links and copied headers.
    "mailto": ("mailto:ana@x.example", ["||ana@x.example"]),
    "mailto with a subject": ("mailto:ana@x.example?subject=Hi", ["||ana@x.example"]),
    "mailto in brackets": ("Ana Soto <mailto:ana@x.example>", [ANA]),
    "Markdown": ("[ana@x.example](mailto:ana@x.example)", ["||ana@x.example"]),
    "header To": ("To: Ana Soto <ana@x.example>, Tom Berg <tom@x.example>", [ANA, TOM]),
    "header An": ("An: Soto, Ana <ana@x.example>; Berg, Tom <tom@x.example>", [ANA, TOM]),
    "contact's fields": (
        "Name: Ana Soto\nE-Mail: ana@x.example\n\nName: Tom Berg\nE-Mail: tom@x.example",
        [ANA, TOM],
    ),
    # Unseen characters.
    "zero width": ("\u200bana@x.example\u200b", ["||ana@x.example"]),
    "byte order mark": ("\ufeffana@x.example", ["||ana@x.example"]),
    "no-break spaces": ("Ana\u00a0Soto\u00a0<ana@x.example>", [ANA]),
    "directional marks": ("\u200eana@x.example\u200f", ["||ana@x.example"]),
    "embedding from Windows": ("\u202aana@x.example\u202c", ["||ana@x.example"]),
    "wide characters": ("ana＠x.example；tom＠x.example", ["||ana@x.example", "||tom@x.example"]),
    # Guessed names.
    "guessed": ("ana.soto@x.example", ["Ana|Soto|ana.soto@x.example?"]),
    "guessed, underscore": ("ana_soto@x.example", ["Ana|Soto|ana_soto@x.example?"]),
    "guessed, hyphen": ("anne-marie.berg@x.example", ["Anne-Marie|Berg|anne-marie.berg@x.example?"]),
    "guessed, particle": ("jan.van.dyk@x.example", ["Jan|van Dyk|jan.van.dyk@x.example?"]),
    "guessed, digits": ("tom.berg2@x.example", ["Tom|Berg|tom.berg2@x.example?"]),
    "guessed, tag": ("tom.berg+work@x.example", ["Tom|Berg|tom.berg+work@x.example?"]),
    "not guessed: a department": ("sales.team@x.example", ["||sales.team@x.example"]),
    "not guessed: an initial": ("j.park@x.example", ["||j.park@x.example"]),
    # Spreadsheets.
    "Excel": ("Ana\tSoto\tana@x.example\nTom\tBerg\ttom@x.example", [ANA, TOM]),
    "Excel, confirmed by addresses": ("Soto\tAna\tana.soto@x.example", ["Ana|Soto|ana.soto@x.example"]),
    "Excel, address first": ("ana@x.example\tAna\tSoto", [ANA]),
    "Excel, numbers": ("1\tana@x.example\tAna\tSoto\n2\ttom@x.example\tTom\tBerg", [ANA, TOM]),
    "Excel, full name": ("Ana Soto\tana@x.example\nTom Berg\ttom@x.example", [ANA, TOM]),
    "Excel, full name, last name first": ("Soto, Ana\tana@x.example\nBerg, Tom\ttom@x.example", [ANA, TOM]),
    "Excel, heading": ("First name\tLast name\tEmail\nAna\tSoto\tana@x.example", [ANA]),
    "Excel, German heading": ("Nachname\tVorname\tE-Mail-Adresse\nSoto\tAna\tana@x.example", [ANA]),
    "Excel, Name and Vorname": ("Name\tVorname\tMail\nSoto\tAna\tana@x.example", [ANA]),
    "Excel, department with heading": (
        "Department\tFirst name\tLast name\tEmail\nSales\tAna\tSoto\tana@x.example",
        [ANA],
    ),
    "Excel, department": (
        "Team\tAna\tSoto\tana.soto@x.example\nData\tTom\tBerg\ttom.berg@x.example",
        ["Ana|Soto|ana.soto@x.example", "Tom|Berg|tom.berg@x.example"],
    ),
    "Excel, cell with a line break": ('"Ana\nMaría"\tSoto\tana@x.example', ["Ana María|Soto|ana@x.example"]),
    "Excel, addresses only": ("Email\t\nsam@x.example\t\nkim@x.example\t", ["||sam@x.example", "||kim@x.example"]),
    "Excel, numbers only beside": ("1\tana@x.example\tAna\tSoto", [ANA]),
    "Excel, phone numbers": ("Ana Soto\t+49 30 1\tana@x.example\nTom Berg\t+49 30 2\ttom@x.example", [ANA, TOM]),
    "Excel, unclosed quote": ('"Ana\tSoto\tana@x.example\nTom\tBerg\ttom@x.example', [ANA, TOM]),
    "Excel, role": ("ana.soto@x.example\tAdmin", ["Ana|Soto|ana.soto@x.example?"]),
    "Excel, initial and last name": ("Soto\tAna\tasoto@x.example", ["Ana|Soto|asoto@x.example"]),
    "Markdown table": ("| Name | Email |\n|---|---|\n| Ana Soto | ana@x.example |", [ANA]),
    # CSV.
    "CSV": ("Ana,Soto,ana@x.example\nTom,Berg,tom@x.example", [ANA, TOM]),
    "CSV, heading": ("first name,last name,email\nAna,Soto,ana@x.example\nTom,Berg,tom@x.example", [ANA, TOM]),
    "CSV, semicolons": ("Vorname;Nachname;E-Mail\nAna;Soto;ana@x.example", [ANA]),
    "CSV, quotes": ('"Name","Email"\n"Soto, Ana","ana@x.example"\n"Berg, Tom","tom@x.example"', [ANA, TOM]),
    "CSV, Google Contacts": (
        "Given Name,Family Name,Group Membership,E-mail 1 - Value\nAna,Soto,* myContacts,ana@x.example",
        [ANA],
    ),
    "CSV, Google Workspace": (
        "First Name [Required],Last Name [Required],Email Address [Required],Password\nAna,Soto,ana@x.example,x",
        [ANA],
    ),
    "CSV, Entra ID": ("userPrincipalName,displayName,surname,givenName\nana@x.example,Ana Soto,Soto,Ana", [ANA]),
    "CSV, address first": ("ana@x.example;Ana Soto\ntom@x.example;Tom Berg", [ANA, TOM]),
    "CSV, spaces": ("Ana, Soto, ana@x.example\nTom, Berg, tom@x.example", [ANA, TOM]),
}  # fmt: skip


def described(text: str, **options) -> list[str]:
    people = read_people(text, **options).people
    return [f"{one.first_name}|{one.last_name}|{one.email}{'?' if one.is_guess else ''}" for one in people]


@pytest.mark.spec("W-4")
@pytest.mark.parametrize("name", CORPUS)
def test_reads_what_people_paste(name):
    text, expected = CORPUS[name]
    assert described(text) == expected
    assert read_people(text).left_out == []


def left_out(text: str) -> list[tuple]:
    return [(left.line, left.text, left.reason) for left in read_people(text).left_out]


@pytest.mark.spec("W-4")
@pytest.mark.parametrize(
    "text,expected",
    [
        ("Warehouse team\nAna Soto <ana@x.example>", [(1, "Warehouse team", Reason.NO_ADDRESS)]),
        ("Ana Soto <ana@x.example>; Kim Lee; Tom Berg <tom@x.example>", [(1, "Kim Lee", Reason.NO_ADDRESS)]),
        ("Ana\tSoto\tana@x.example\nKim\tLee\t\nTom\tBerg\ttom@x.example", [(2, "Kim Lee", Reason.NO_ADDRESS)]),
        ("Name,Email\nAna Soto,ana@x.example\nKim Lee,", [(3, "Kim Lee", Reason.NO_ADDRESS)]),
        (
            "Please invite Ana (ana@x.example) to the project",
            [(1, "Please invite Ana", Reason.NO_ADDRESS), (1, "to the project", Reason.NO_ADDRESS)],
        ),
        ("ana@x.example, Kim Lee, Ana Soto <b@x.example>", [(1, "Kim Lee", Reason.NO_ADDRESS)]),
        ("Ana Soto\nana@x.example\nOwner\nTom\ntom@x.example", [(3, "Owner", Reason.NO_ADDRESS)]),
        ("Team list\t\nName\tEmail\nAna Soto\tana@x.example", [(1, "Team list", Reason.NO_ADDRESS)]),
        ("Name\tEmail\nAna\tana@x.example, ana@y.example", [(2, "ana@y.example", Reason.SECOND_ADDRESS)]),
        ("Name;E-Mail;E-Mail 2\nAna Soto;ana@x.example;ana@y.example", [(2, "ana@y.example", Reason.SECOND_ADDRESS)]),
        ("ana @x.example", [(1, "ana @x.example", Reason.NO_ADDRESS)]),
        ("ana@x.example\nsam@x.example\nANA@x.example", [(3, "ANA@x.example", Reason.REPEATED)]),
    ],
)
def test_says_what_was_left_out(text, expected):
    assert left_out(text) == expected


def test_says_which_line_has_the_same_address():
    assert read_people("\nana@x.example\nana@x.example").left_out[0].same_as == 2


def test_reads_more_people_than_fit_into_the_form():
    people = read_people("\n".join(f"n{number}@x.example" for number in range(120))).people
    assert len(people) == 120


@pytest.mark.parametrize(
    "text,certain",
    [
        ("First name\tLast name\tEmail\nAna\tSoto\tana@x.example", True),
        ("Soto\tAna\tana.soto@x.example", True),
        ("Ana Soto\tana@x.example", True),
        ("Ana\tSoto\ta1@x.example", False),
        ("Sales\tAna\tSoto\tana@x.example", False),
    ],
)
def test_asks_about_columns_that_are_not_certain(text, certain):
    assert read_people(text).certain is certain


def test_the_user_chooses_the_columns():
    text = "Sales\tSoto\tAna\tana@x.example\nData\tBerg\tTom\ttom@x.example"
    assert described(text, columns=["", "last_name", "first_name", "email"]) == [ANA, TOM]


def test_the_user_chooses_the_columns_of_a_list_with_one_cell_per_line():
    text = "Ana Soto\nBerlin, Germany\nana@x.example\nTom Berg\nParis, France\ntom@x.example"
    assert described(text, columns=["name", "", "email"]) == [ANA, TOM]


def test_asks_about_each_column_if_the_address_is_not_below_its_heading():
    text = "Name,Email\nSoto, Ana,ana@x.example"
    assert read_people(text).unsure == [0, 1, 2]
    assert described(text, columns=["last_name", "first_name", "email"]) == [ANA]


def test_the_user_says_whether_there_is_a_heading():
    text = "Who\tWhere\nAna Soto\tana@x.example"
    assert described(text, columns=["name", "email"], has_heading=True) == [ANA]
    left = read_people(text, columns=["name", "email"], has_heading=False).left_out
    assert [(one.line, one.text) for one in left] == [(1, "Who Where")]


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=300) | st.text(alphabet='a@.x <>"\t\n;,()', max_size=80))
def test_reads_any_text(text):
    """Nothing raises, and each address is there once."""
    emails = [person.email.casefold() for person in read_people(text).people]
    assert len(emails) == len(set(emails)) and all("@" in email for email in emails)


@pytest.mark.parametrize(
    "text,address",
    [("<ana@x.example>!", "ana@x.example"), ("a@...", ""), ("!@!", ""), ("!@! ana@x.example", "ana@x.example")],
)
def test_finds_an_address_in_punctuation(text, address):
    assert find_address(text) == address
