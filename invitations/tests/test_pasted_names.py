"""Names in pasted lists: which part is the last name, and what isn't used (W-4)."""

import pytest

from invitations.pasted_people.names import Name, read_name
from invitations.tests.test_paste_review import paste, review, rows
from teamadmin.testing.html import text_of

pytestmark = pytest.mark.spec("W-4")


@pytest.mark.parametrize(
    "text,email,name",
    [
        ("AJ Berg", "", Name("AJ", "Berg")),
        ("TJ Miller", "", Name("TJ", "Miller")),
        ("SOTO Ana", "", Name("Ana", "SOTO")),
        ("LI Na", "", Name("Na", "LI", is_sure=False)),
        ("NG Mei", "", Name("Mei", "NG", is_sure=False)),
        ("LI Na", "na.li@x.example", Name("Na", "LI")),
        ("JO Berg", "jo.berg@x.example", Name("JO", "Berg")),
        ("Soto Ana", "ana.soto@x.example", Name("Soto", "Ana", is_sure=False)),
        ("Ana Soto", "ana.soto@x.example", Name("Ana", "Soto")),
        ("MA Wei", "", Name("Wei", "MA", is_sure=False)),
        ("DE LA CRUZ María", "", Name("María", "DE LA CRUZ")),
        ("Jean Pierre DUPONT", "", Name("Jean Pierre", "DUPONT")),
        ("Tom Berg III", "", Name("Tom", "Berg III")),
    ],
)
def test_which_part_is_the_last_name(text, email, name):
    assert read_name(text, email) == name


@pytest.mark.parametrize(
    "text,email,name",
    [
        ("Anna Meier – Schmidt", "anna@x.example", Name("Anna", "Meier", dropped=("Schmidt",))),
        ("Anna Meier – Schmidt", "anna.meier-schmidt@x.example", Name("Anna", "Meier-Schmidt")),
        ("Meier - Schmidt, Anna", "", Name("Anna", "Meier-Schmidt")),
        ("Tom Berg - HR", "tom.berg@x.example", Name("Tom", "Berg", dropped=("HR",))),
        ("Acme GmbH - Ana Soto", "ana@x.example", Name("Ana", "Soto", dropped=("Acme GmbH",))),
        ("Soto, Dr. Ana (Extern)", "", Name("Ana", "Soto", dropped=("Dr.", "(Extern)"))),
        ("Tom Berg/HR/Acme", "", Name("Tom", "Berg", dropped=("HR/Acme",))),
        ("1. Ana Soto", "", Name("Ana", "Soto")),
        ("Ana " * 99 + "Soto Ruiz Berg", "", Name("Ana", ("Ana " * 98 + "Soto").strip(), dropped=("Ruiz Berg",))),
    ],
)
def test_what_is_not_used_in_a_name_is_returned(text, email, name):
    assert read_name(text, email) == name


def test_the_form_says_what_is_not_used_in_names(cast):
    text = (
        "Soto, Ana (Extern) <ana@acme.example>; Berg, Tom (Extern) <tom@acme.example>; Meier – Lang <lang@acme.example>"
    )
    response = paste(cast.client("olga"), text)
    assert "Read 3 people Not used in names: (Extern) and Meier." in text_of(response)
    assert [last for _first, last, _email in rows()] == ["Soto", "Berg", ""]


def test_the_review_says_what_is_not_used_in_names(cast):
    client = cast.client("olga")
    response = paste(client, "Ana Soto (Extern) <ana@acme.example>\nKim Lee")
    assert "1 line without an email address: Kim Lee. Not used in names: (Extern)." in text_of(response)
    assert "Not used in names: (Extern)." in text_of(review(client, action="add"))


@pytest.mark.parametrize("name,is_marked", [("LI Na", True), ("AJ Berg", False)])
def test_names_in_an_order_that_is_not_clear_are_marked(cast, name, is_marked):
    response = paste(cast.client("olga"), f"{name} <one@acme.example>")
    assert ("Names in italics are guessed. Check them." in text_of(response)) is is_marked
