"""Names: how they are folded for search and sorting, put together, and abbreviated."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from base.names import full_name, short_name
from base.text import avatar_color, fold, initials, name_key

QUICK = settings(database=None, deadline=None, max_examples=200)


@given(st.text(max_size=80))
@QUICK
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)
    assert name_key(name_key(text)) == name_key(text)


@pytest.mark.spec("U-6")
@pytest.mark.parametrize(
    "text,folded",
    [
        ("  Ångström  ÉLAN ", "angstrom elan"),
        ("Diyarbakır", "diyarbakir"),
        ("İstanbul", "istanbul"),
        ("Jørgen", "jorgen"),
        ("Łukasz", "lukasz"),
        ("Đorđe Đặng", "dorde dang"),
        ("Æsa Cœur", "aesa coeur"),
        ("Groß STRAẞE", "gross strasse"),
        ("Þór Guðrún", "thor gudrun"),
        ("Ħal Għaxaq", "hal ghaxaq"),
        ("Əliyev", "eliyev"),
        ("Ｗｉｄｅ ﬁ", "wide fi"),
        ("“Ana”, «Soto»; 'Berg'", "ana soto berg"),
        ("Soto,Ana <ana@x.test>", "soto ana ana@x.test"),
        ("Kahoʻolawe", "kahoolawe"),
        ("ʼn ŉ", "n n"),
        ("Ana\u200e \u2068So\u00adto\u2069", "ana soto"),
        ("100 %_\\.", "100 %_\\."),
        ("李娜", "李娜"),
        ("---", "---"),
        ("”", "”"),
        ("\u200b", ""),
        ("", ""),
    ],
)
def test_folding_leaves_plain_lower_case_letters(text, folded):
    assert fold(text) == folded


@pytest.mark.spec("U-6")
@pytest.mark.parametrize("apostrophe", "'’‘ʼʻ`´′＇‛")
def test_every_apostrophe_folds_alike(apostrophe):
    assert fold(f"O{apostrophe}Brien") == "obrien"


@pytest.mark.spec("U-6")
@pytest.mark.parametrize("hyphen", [*"-‐‑‒–—−﹣－", "\u00ad ", " - ", ", "])
def test_every_hyphen_folds_to_a_space(hyphen):
    assert fold(f"Jean{hyphen}Luc") == "jean luc"


@pytest.mark.spec("W-2")
@pytest.mark.parametrize(
    "first,last,full,short",
    [
        ("Ana", "Soto", "Ana Soto", "Ana"),
        ("Ana", "", "Ana", "Ana"),
        ("", "Soto", "Soto", "Soto"),
        ("", "", "", ""),
        ("娜", "李", "李娜", "李娜"),
        ("철수", "김", "김철수", "김철수"),
        ("はなこ", "山田", "山田はなこ", "山田はなこ"),
        ("ジョン", "スミス", "スミスジョン", "スミスジョン"),
        ("々", "佐", "佐々", "佐々"),
        ("娜", "", "娜", "娜"),
        ("Anna", "李", "Anna 李", "Anna"),
        ("Лев", "Толстой", "Лев Толстой", "Лев"),
    ],
)
def test_names_are_put_together_in_the_order_of_their_script(first, last, full, short):
    assert (full_name(first, last), short_name(first, last)) == (full, short)


@pytest.mark.parametrize(
    "name,letters",
    [
        ("Ana María Soto", "AS"),
        ("olga@acme.example", "O"),
        ("李娜", "李"),
        ("\u200fعلي \u200fحسن", "عح"),
        ("O", "O"),
        ("", "?"),
        ("'x y", "Y"),
        ("ß z", "SSZ"),
    ],
)
def test_initials(name, letters):
    assert initials(name) == letters


def test_avatar_colours_are_eight_and_stable():
    assert avatar_color("a") == avatar_color("a") and {avatar_color(number) for number in range(100)} == set(range(8))
