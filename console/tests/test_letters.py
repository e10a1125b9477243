"""Names in any script are found as people type them, sorted among their base letters, and shown in their order."""

import csv
import io
import re

import pytest

from audit.models import Entry
from console.tests.people import USERS, joined
from console.tests.test_groups import names as group_names
from console.tests.test_search import rename, search
from organizations.models import Group, Project
from organizations.queries import group_choices, matching_names, member_choices, project_choices
from teamadmin.testing.html import text_of

pytestmark = pytest.mark.django_db
GROUPS = "/o/acme/groups/"


@pytest.mark.spec("U-6")
@pytest.mark.parametrize(
    ("name", "typed"),
    [
        (
            ("Conor", "O’Brien"),
            ["O'Brien", "O’Brien", "obrien", "OʼBRIEN", "O`Brien", "“O’Brien, Conor”", "conor, obrien"],
        ),
        (("Conor", "O'Brien"), ["O’Brien", "obrien", "'Conor' O´Brien"]),
        (("Jean‑Luc", "Picard"), ["Jean-Luc", "Jean Luc", "jean‐luc", "JEAN–LUC", '"Picard, Jean-Luc" <']),
        (("Jean Luc", "Picard"), ["Jean-Luc"]),
        (("Łukasz", "Żółw"), ["lukasz", "Łukasz", "zolw", "luk zol"]),
        (("Işıl", "Çağrı"), ["isil", "ISIL", "işil", "cagri"]),
        (("Jørgen", "Đorđević"), ["jorgen", "JØRGEN", "dordevic"]),
        (("Æsa", "Þórsdóttir"), ["aesa", "æsa", "thorsdottir"]),
        (("Anna", "Groß"), ["gross", "GROSS", "groß", "GROẞ"]),
        (("Zoë\u200e", "Cœur"), ["zoe", "coeur", "zo\u200be"]),
    ],
    ids=lambda value: ascii(value)[:30],
)
def test_people_are_found_as_their_names_are_typed(cast, name, typed):
    rename(cast.bo, *name)
    client = cast.client("olga")
    for text in typed:
        assert search(client, text) == [f"{name[0]} {name[1]}"], text


@pytest.mark.spec("U-6")
def test_people_are_sorted_among_their_base_letters(cast):
    for member, first in zip(joined(cast.acme, 5), ("Lukas", "Łukasz", "Lukask", "Zoe", "’Ali"), strict=True):
        rename(member, first, "Zz")
    shown = search(cast.client("olga"), "zz")
    assert shown == ["’Ali Zz", "Lukas Zz", "Lukask Zz", "Łukasz Zz", "Zoe Zz"]


@pytest.mark.spec("U-6", "G-1", "P-1")
def test_groups_and_projects_are_found_and_sorted_the_same_way(cast):
    names = ["Łódź office", "Lodz – “night” team", "Loda", "Mine"]
    Group.objects.filter(organization=cast.acme).delete()
    Group.objects.bulk_create(Group(organization=cast.acme, name=name).prepare() for name in names)
    Project.objects.bulk_create(Project(organization=cast.acme, name=name).prepare() for name in names)
    client = cast.client("olga")
    expected = ["Loda", "Lodz – “night” team", "Łódź office", "Mine"]
    assert group_names(client.get(GROUPS)) == expected
    assert group_names(client.get(GROUPS, {"q": "lodz"})) == expected[1:3]
    assert group_names(client.get(GROUPS, {"q": "Łódź-night"})) == expected[1:2]
    assert group_names(client.get(GROUPS, {"q": "team 'night', lodz"})) == expected[1:2]
    for choose in (group_choices, project_choices):
        assert [each.name for each in choose(cast.acme, "LODZ", []).listed] == expected[1:3]
    projects = re.findall(r">([^<>]*)</a>", client.get("/o/acme/projects/", {"q": "lódz"}).content.decode())
    assert [name.strip() for name in projects if "dz" in name.lower() or "ódź" in name] == expected[1:3]


FAMILY_FIRST = [("娜", "李", "李娜", "李"), ("철수", "김", "김철수", "김"), ("はなこ", "山田", "山田はなこ", "山")]


@pytest.mark.spec("U-4", "U-6")
@pytest.mark.parametrize(("first", "last", "full", "initials"), FAMILY_FIRST)
def test_family_names_come_first_and_both_orders_are_found(cast, first, last, full, initials):
    rename(cast.bo, first, last)
    client = cast.client("olga")
    for text in (full, first + last, f"{last} {first}", f"{first} {last}", first, last, "bo@acme"):
        assert search(client, text) == [full], text
    page = client.get(USERS).content.decode()
    assert re.search(rf'class="avatar"[^>]*>\s*{initials}</span>', page)
    assert [each.name for each in member_choices(cast.acme, first, []).listed] == [full]


@pytest.mark.spec("U-4", "U-17", "A-4")
def test_family_first_names_everywhere(cast):
    rename(cast.olga, "娜", "李")
    cast.olga.user.first_name, cast.olga.user.last_name = "娜", "李"
    cast.olga.user.save()
    client = cast.client("olga")
    cast.invite()
    page = text_of(client.get(USERS + "pending/", {"columns": "invited_by"}))
    assert "李娜" in page and "娜 李" not in page
    response = client.get(USERS + "export/", {"view": "?columns=invited_by"})
    lines = list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))
    assert "李娜" in [line[0] for line in lines]
    assert Entry.objects.filter(action="invitation.created").latest("at").actor_label == "李娜"
    assert "Welcome, 李娜" in text_of(client.get("/o/acme/"))


@pytest.mark.spec("U-4")
def test_one_name_is_enough_on_every_screen(cast):
    rename(cast.bo, "", "Lindqvist")
    client = cast.client("olga")
    assert search(client, "lindqvist") == ["Lindqvist"]
    assert "Lindqvist" in text_of(client.get(f"{USERS}{cast.bo.pk}/"))
    rename(cast.bo, "Bo", "")
    assert search(client, "bo") == ["Bo"]


@pytest.mark.spec("U-6")
def test_a_search_of_nothing_but_quotes_finds_names_with_them(cast):
    assert not matching_names(Group.objects.filter(organization=cast.acme), "”").exists()
    Group.objects.create(organization=cast.acme, name="”")
    assert matching_names(Group.objects.filter(organization=cast.acme), "”").exists()
