"""Search by name or email address, and the texts of an empty list (U-3, U-6, U-18)."""

import pytest
from django.db import connection

from console.tests.people import PENDING, USERS, expire, joined, link, names, pending
from organizations.models import Membership, Status
from teamadmin.testing.html import text_of

pytestmark = pytest.mark.django_db


def search(client, text: str, address: str = USERS, **fields) -> list[str]:
    return names(client.get(address, {"q": text, **fields}))


def rename(member: Membership, first: str, last: str, email: str = "") -> None:
    member.first_name, member.last_name, member.email = first, last, email or member.email
    member.save()


@pytest.mark.spec("U-6")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("kell", ["Max Keller"]),
        ("KELLER", ["Max Keller"]),
        ("max@acme", ["Max Keller"]),
        ("keller max", ["Max Keller"]),
        ("max lindqvist", []),
        ("a", ["Jöran Ødegård"]),  # one letter matches the start of a word (Ångström)
        ("ma", ["Max Keller"]),
        ("x", []),
        ("jor", ["Jöran Ødegård"]),
        ("JÖRAN angstrom", ["Jöran Ødegård"]),
        ("100%", ["Per 100% Cent"]),
        ("%", []),
        ("100% c", ["Per 100% Cent"]),
        ("0% c", []),  # two letters match the start of a word
        ("under_score", ["Per 100% Cent"]),
        ("underxscore", []),
        ("back\\slash", []),
        ("'; DROP TABLE organizations_membership; --", []),
        ("ma\x00x", []),
        ("  max   keller  ", ["Max Keller"]),
        ("acme.example", ["Bo Lindqvist", "Jöran Ødegård", "Max Keller", "Olga Ivanova", "Per 100% Cent"]),
    ],
)
def test_search_by_name_and_email(cast, text, expected):
    rename(cast.opal, "Jöran", "Ødegård Ångström")
    joined(cast.acme, 1, first_name="Per 100%", last_name="Cent", email="under_score@acme.example")
    found = search(cast.client("olga"), text)
    assert [name.removesuffix(" Ångström") for name in found] == expected


@pytest.mark.spec("U-6")
def test_hostile_and_overlong_searches_cause_no_errors(cast):
    client = cast.client("olga")
    for text in ("%00", "\ud800", "🏳️‍🌈" * 50, "a " * 5000, "\u202e", "x" * 20_000, "%" * 90, "_" * 90, "\\"):
        response = client.get(USERS, {"q": text.encode("utf-8", "replace").decode()})
        assert response.status_code == 200
    assert b'maxlength="100"' in client.get(USERS).content


@pytest.mark.spec("U-6")
def test_one_character_finds_a_cjk_name(cast):
    rename(cast.opal, "王", "小明")
    assert search(cast.client("olga"), "小") == ["王 小明"]


@pytest.mark.spec("U-6")
@pytest.mark.parametrize("walk", [2, 7, 30, 60, 1000])
def test_rare_and_common_matches_are_paged_in_order(cast, monkeypatch, walk):
    """Rare matches lie beyond the rows that are walked, so they are gathered; a walk finds common ones."""
    monkeypatch.setattr("console.users.queries.WALK", walk)
    monkeypatch.setattr("console.users.queries.LONG_WALK", 2 * walk)
    monkeypatch.setattr("console.users.queries.PROMISING", 3)
    monkeypatch.setattr("console.users.queries.PAGE_SIZE", 10)
    joined(cast.acme, 100)
    joined(cast.acme, 25, last_name="Zebulon")
    client = cast.client("olga")
    first = client.get(USERS, {"q": "zebulon"})
    assert names(first) == [f"Person {n:03} Zebulon" for n in range(10)]
    second = client.get(link(first, "Next"))
    third = client.get(link(second, "Next"))
    assert names(second) + names(third) == [f"Person {n:03} Zebulon" for n in range(10, 25)]
    assert names(client.get(link(third, "Previous"))) == names(second)
    assert names(client.get(USERS, {"q": "zebulon", "sort": "-name"}))[0] == "Person 024 Zebulon"
    common = client.get(USERS, {"q": "person"})
    assert len(names(common)) == 10 and names(client.get(link(common, "Next")))[0] == "Person 005 Test"


@pytest.mark.spec("U-6")
@pytest.mark.skipif("connection.vendor != 'postgresql'")
def test_names_sort_by_code_point_on_every_server():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT collation_name FROM information_schema.columns"
            " WHERE table_name = 'organizations_membership' AND column_name = 'sort_name'"
        )
        assert cursor.fetchone() == ("C",)


@pytest.mark.spec("U-6")
@pytest.mark.parametrize("word", ["paz", "u9", "\U0001f600", "o\u0e01", "\u674e", "\uac00"])
def test_prefix_matches_come_first_for_any_last_character(cast, word):
    one, two, three = joined(cast.acme, 3)
    rename(one, "Aaa", f"{word} Last")
    rename(two, f"{word}ula", "Next")
    rename(three, word, "Uri")
    assert set(search(cast.client("olga"), word)[:2]) == {f"{word}ula Next", f"{word} Uri"}


NAMES = [
    ("Ann", "Marx"), ("Maria", "Lund"), ("Mark", "Amar"), ("Omar", "Ost"), ("Zoe", "Marsh"), ("Marcus", "Marcus"),
    ("Mar", "Mar"), ("Mara", "Zz"), ("Bob", "Tamar"), ("Lea", "Mast"), ("Mas", "Omar"), ("Eve", "Nobody"),
]  # fmt: skip
# The parts of search_text that each search must match; one letter matches only the start of a word.
ALL = {"mar": ["mar"], "MÁR": ["mar"], "mar test": ["mar", "test"], "m": [" m"]}


@pytest.mark.spec("U-6")
@pytest.mark.parametrize("walk", [3, 11, 1000])
@pytest.mark.parametrize("sort", ["name", "-name"])
@pytest.mark.parametrize(("q", "status"), [("mar", ""), ("MÁR", "everyone"), ("mar test", "active"), ("m", "")])
def test_names_that_start_with_the_search_come_first(cast, monkeypatch, walk, sort, q, status):
    """Paging forwards and backwards shows every match once, first the names that start with the first word."""
    for name, value in {"WALK": walk, "LONG_WALK": 3 * walk, "PROMISING": 4, "PAGE_SIZE": 5}.items():
        monkeypatch.setattr(f"console.users.queries.{name}", value)
    members = joined(cast.acme, 36) + pending(cast.acme, 12)
    for number, member in enumerate(members):
        member.first_name, member.last_name = NAMES[number % len(NAMES)]
        member.last_name += " Test" * (number % 2)
        member.prepare()
    Membership.objects.bulk_update(members, ["first_name", "last_name", "sort_name", "search_text"])
    members = Membership.objects.filter(organization=cast.acme)
    expected = [member for member in members if all(word in member.search_text for word in ALL[q])]
    expected = [member for member in expected if status == "everyone" or member.status != Status.INVITED]
    expected.sort(key=lambda member: (member.sort_name, member.pk), reverse=sort == "-name")
    expected.sort(key=lambda member: not member.sort_name.startswith(ALL[q][0].strip()))
    client, pages = cast.client("olga"), []
    page = client.get(USERS, {"q": q, "sort": sort, "status": status})
    while True:
        pages.append(names(page))
        if 'rel="next"' not in page.content.decode():
            break
        page = client.get(link(page, "Next"))
    assert [name for shown in pages for name in shown] == [member.name for member in expected] and len(expected) > 10
    for shown in reversed(pages[:-1]):
        page = client.get(link(page, "Previous"))
        assert names(page) == shown


@pytest.mark.spec("U-3")
def test_a_search_that_matches_only_pending_members_offers_them(cast):
    invitations = cast.invite(
        people=[("Nadia", "Petrov", "nadia@acme.example"), ("Nadia", "Late", "late@acme.example")]
    )
    expire(invitations[1])
    client = cast.client("olga")
    page = client.get(USERS, {"q": "nadia"})
    assert names(page) == []
    assert "No members match “nadia”" in text_of(page)
    assert "2 pending invitations match." in text_of(page)
    shown = client.get(link(page, "Show pending members"))
    assert names(shown) == ["Nadia Late", "Nadia Petrov"]
    assert "All Users" in text_of(shown) and 'aria-current="page">All Users' in shown.content.decode()


@pytest.mark.spec("U-3")
def test_a_search_offers_matches_with_another_status(cast):
    Membership.objects.filter(pk=cast.bo.pk).update(status=Status.DEACTIVATED)
    client = cast.client("olga")
    page = client.get(USERS, {"q": "bo", "status": "active"})
    assert "1 member with another status matches." in text_of(page)
    assert names(client.get(link(page, "Search everyone"))) == ["Bo Lindqvist"]
    page = client.get(PENDING, {"q": "olga"})
    assert "No members with this status match “olga”" in text_of(page)
    assert names(client.get(link(page, "Search everyone"))) == ["Olga Ivanova"]


@pytest.mark.spec("U-18")
def test_an_empty_result_shows_the_search_and_a_link_to_clear_it(cast):
    client = cast.client("olga")
    page = client.get(USERS, {"q": "zol<tan>"})
    assert "No members match “zol<tan>”" in text_of(page) and b"<tan>" not in page.content
    assert link(page, "Clear search") == USERS
    page = client.get(USERS, {"q": "zoltan", "status": "active"})
    assert link(page, "Clear search and filters") == USERS


@pytest.mark.spec("U-6", "U-18")
def test_a_short_search_without_matches_explains_how_it_matches(cast):
    client, hint = cast.client("olga"), "Short searches match the start of a word."
    for text in ("nd", "lindqvist nd"):
        assert hint in text_of(client.get(USERS, {"q": text}))
    assert names(client.get(USERS, {"q": "ndq"})) == ["Bo Lindqvist"]
    assert hint not in text_of(client.get(USERS, {"q": "zoltan"}))


@pytest.mark.spec("U-18")
def test_an_empty_result_shows_the_filter_and_a_link_to_clear_it(cast):
    page = cast.client("olga").get(USERS, {"status": "deactivated"})
    assert "No members match Status “Deactivated”" in text_of(page) and link(page, "Clear filter") == USERS


@pytest.mark.spec("U-18")
def test_a_new_organization_offers_add_user(cast):
    page = cast.client("tess").get("/o/globex/users/")
    assert names(page) == ["Tess Moreau"]
    assert "You’re the only one here" in text_of(page)
    assert page.content.count(b'href="/o/globex/users/add/"') == 2
    page = cast.client("tess").get("/o/globex/users/pending/")
    assert "No pending users" in text_of(page) and "only one here" not in text_of(page)


@pytest.mark.spec("U-18")
def test_pending_members_hide_the_welcome_text(cast):
    pending(cast.globex, 1)
    assert "only one here" not in text_of(cast.client("tess").get("/o/globex/users/"))


@pytest.mark.spec("U-18", "R-4")
@pytest.mark.parametrize("user", ["bo", "opal"])
@pytest.mark.parametrize("address", [USERS, PENDING])
def test_users_without_permission_see_the_reason(cast, user, address):
    page = cast.client(user).get(address)
    assert page.status_code == 403
    assert "Your role doesn’t include “See people”. Ask an Admin for access." in text_of(page)
    assert "Olga" not in text_of(page)
