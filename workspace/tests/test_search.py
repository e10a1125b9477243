"""Search and the command palette's results (U-21): what is found, by whom, and with how many queries."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from console.models import SavedView
from organizations.models import Group, Membership, Project
from teamadmin.testing.cast import add_member, add_user

SEARCH = "/o/acme/search/"
PALETTE = {"HX-Request": "true", "HX-Target": "dialog"}
RESULTS = {"HX-Request": "true", "HX-Target": "palette-results"}


def found(client: Client, q: str, **headers) -> dict[str, list[str]]:
    """Return the labels of the results by section, as the page shows them."""
    html = client.get(SEARCH, {"q": q}).content.decode()
    sections = {}
    for section in re.findall(r'<section class="card".*?</section>', html, re.DOTALL):
        title = re.search(r"<h2[^>]*>(.*?)</h2>", section)[1]
        labels = re.findall(r'<span class="truncate">(.*?)</span>', section)
        sections[title] = [re.sub(r"<[^>]+>", "", label) for label in labels]
    return sections


@pytest.fixture
def people(cast):
    """Twelve people named Quinn in Acme, one in Globex."""
    for number in range(12):
        add_member(cast.acme, add_user(f"quinn{number:02}@acme.example", "Quinn", f"Abel{number:02}"), "operator")
    add_member(cast.globex, add_user("quinn@globex.example", "Quinn", "Globex"), "read_only")
    return cast


@pytest.mark.spec("U-21")
def test_finds_people_groups_projects_and_actions(cast):
    cast.invite(people=[("Marta", "Webb", "marta@acme.example")])
    assert found(cast.client("olga"), "mar") == {
        "Groups": ["Marketing"],
        "People": ["Marta Webb"],
        "Actions": ["Add members to Marketing", "Add a new user to Marketing"],
    }
    assert found(cast.client("olga"), "atl") == {"Projects": ["Atlas"]}


@pytest.mark.spec("U-21")
def test_people_are_found_by_email_and_by_every_status(cast):
    cast.invite(people=[("Nadia", "Petrov", "nadia@acme.example")])
    Membership.objects.filter(pk=cast.bo.pk).update(status="deactivated")
    client = cast.client("olga")
    assert found(client, "nadia@acme.example")["People"] == ["Nadia Petrov"]
    assert found(client, "lindqvist")["People"] == ["Bo Lindqvist"]
    html = client.get(SEARCH, {"q": "lindqvist"}).content.decode()
    assert "Deactivated" in html


NAMES = [
    ("Anna", "Tamar"), ("Ben", "Tamar"), ("Cora", "Lamarr"), ("Zoe", "Marlow"), ("Yan", "de Mars"), ("Mark", "Webb"),
    ("Mara", "Abel"), ("Amar", "Quist"),
]  # fmt: skip
IN_ORDER = ["Mara Abel", "Mark Webb", "Yan de Mars", "Zoe Marlow", "Amar Quist"]


@pytest.mark.spec("U-21")
@pytest.mark.parametrize("walk", [2, 9, 1000])
def test_people_whose_name_has_a_word_that_begins_with_it_come_first(cast, monkeypatch, walk):
    """First or last name, however far down the alphabet, before those that have it inside a word."""
    monkeypatch.setattr("console.users.best_matches.WALK", walk)
    for number, (first, last) in enumerate(NAMES):
        add_member(cast.acme, add_user(f"person{number}@acme.example", first, last), "operator")
    client = cast.client("olga")
    assert found(client, "mar")["People"] == [*IN_ORDER, "Show all 8 matching people"]
    assert found(client, "mar ama")["People"] == ["Amar Quist", "Anna Tamar", "Ben Tamar", "Cora Lamarr"]
    assert found(client, "tam")["People"] == ["Anna Tamar", "Ben Tamar"]
    assert found(client, "webb")["People"] == ["Mark Webb"]
    assert "People" not in found(client, "eb"), "two letters match the start of a word only"


@pytest.mark.spec("U-21")
@pytest.mark.parametrize("walk", [2, 5, 1000])
def test_a_name_comes_before_addresses_that_begin_with_it(cast, monkeypatch, walk):
    monkeypatch.setattr("console.users.best_matches.WALK", walk)
    for number in range(3):
        add_member(cast.acme, add_user(f"mar.{number}@acme.example", "Al", f"Quist{number}"), "operator")
    add_member(cast.acme, add_user("z@acme.example", "Zoe", "Marlow"), "operator")
    assert found(cast.client("olga"), "mar")["People"] == ["Zoe Marlow", "Al Quist0", "Al Quist1", "Al Quist2"]


@pytest.mark.spec("U-21")
def test_a_word_of_everyones_address_is_not_gathered(cast, monkeypatch):
    """Its index would read every member. The names among the first rows still come first."""
    monkeypatch.setattr("console.users.best_matches.WALK", 20)
    for number in range(40):
        add_member(cast.acme, add_user(f"person{number:02}@acme.example", "Person", f"Quist{number:02}"), "operator")
    add_member(cast.acme, add_user("b@acme.example", "Ben", "Acmeson"), "operator")
    with CaptureQueriesContext(connection) as queries:
        assert found(cast.client("olga"), "acme")["People"][:2] == ["Ben Acmeson", "Bo Lindqvist"]
    assert not [each for each in queries if "COALESCE" in each["sql"] and "sort_name" in each["sql"]]


@pytest.mark.spec("U-21")
def test_finds_pages_by_name_and_by_other_words(cast):
    client = cast.client("olga")
    assert found(client, "users")["Pages"][0] == "Users"
    assert "Provisioning" in found(client, "scim")["Pages"]
    assert "Account preferences" in found(client, "theme")["Pages"]


@pytest.mark.spec("U-21")
@pytest.mark.parametrize("name", ["olga", "max", "bo", "opal"])
def test_every_result_opens_for_whoever_finds_it(cast, name):
    client = cast.client(name)
    queries = ["", "add", "new", "a", "e", "s", "your", "security", "mar", "atl", "users", "create"]
    urls = {url for q in queries for url in _urls(client.get(SEARCH, {"q": q}).content.decode())}
    assert urls
    wrong = {url: status for url in sorted(urls) if (status := client.get(url).status_code) not in (200, 302)}
    assert not wrong


def _urls(html: str) -> list[str]:
    return [url.replace("&amp;", "&") for url in re.findall(r'<li><a class="menu-item" href="([^"]+)"', html)]


@pytest.mark.spec("U-21")
@pytest.mark.parametrize("name", ["bo", "opal"])
def test_members_without_permission_find_no_people_groups_or_admin_actions(cast, name):
    client = cast.client(name)
    assert "People" not in found(client, "olga")
    assert "Groups" not in found(client, "marketing")
    assert "Add User" not in found(client, "add").get("Actions", [])
    assert found(client, "users").get("Pages", []) == []
    SavedView.objects.create(organization=cast.acme, name="Everyone", name_key="everyone", view="")
    assert "Saved views" not in found(client, "everyone")


@pytest.mark.spec("U-21")
def test_projects_are_only_those_that_the_member_can_access(cast):
    assert found(cast.client("olga"), "ledger")["Projects"] == ["Ledger"]
    assert found(cast.client("bo"), "atlas")["Projects"] == ["Atlas"]  # through Marketing
    assert "Projects" not in found(cast.client("bo"), "ledger")
    assert "Projects" not in found(cast.client("opal"), "atlas")


@pytest.mark.spec("U-21", "A-5")
def test_nothing_of_another_organization_is_found(people):
    SavedView.objects.create(organization=people.globex, name="Theirs", name_key="theirs", view="")
    client = people.client("olga")
    html = client.get(SEARCH, {"q": "globex"}).content.decode()
    assert "Quinn Globex" not in html
    assert found(client, "theirs") == {}
    assert found(client, people.globex_project.name).get("Projects") is None
    assert client.get("/o/globex/search/").status_code == 404


@pytest.mark.spec("U-21")
def test_a_long_section_leads_to_the_full_list(people):
    client = people.client("olga")
    assert found(client, "quinn")["People"] == [*(f"Quinn Abel{n:02}" for n in range(5)), "Show all 12 matching people"]
    html = client.get(SEARCH, {"q": "quinn"}).content.decode()
    assert '"/o/acme/users/?q=quinn&amp;status=everyone"' in html
    for number in range(7):
        Group(organization=people.acme, name=f"Team {number}").save()
        Project(organization=people.acme, name=f"Team plan {number}").save()
    results = found(client, "team")
    assert results["Groups"][5:] == ["Show all 7 matching groups"]
    assert results["Projects"][5:] == ["Show all matching projects"]


@pytest.mark.spec("U-21")
def test_saved_views_are_the_members_own_and_the_shared_ones(cast):
    for owner, name in ((None, "Marketing without 2FA"), (cast.olga, "My marketing"), (cast.max, "Max’s marketing")):
        view = SavedView(organization=cast.acme, owner=owner, name=name, name_key=name.casefold())
        view.view = "?two_factor=off"
        view.save()
    assert found(cast.client("olga"), "marketing")["Saved views"] == ["Marketing without 2FA", "My marketing"]
    client, shared = cast.client("olga"), SavedView.objects.get(owner=None)
    html = client.get(SEARCH, {"q": "2fa without"}).content.decode()
    assert f'href="/o/acme/users/?saved={shared.pk}"' in html
    assert client.get(f"/o/acme/users/?saved={shared.pk}", follow=True).status_code == 200


@pytest.mark.spec("U-21", "R-6")
def test_actions_on_a_group_need_the_right_to_add_people_to_it(cast):
    assert "Add members to Marketing" in found(cast.client("max"), "marketing")["Actions"]
    Group.objects.filter(pk=cast.groups["marketing"].pk).update(managed_by="scim")
    assert "Actions" not in found(cast.client("olga"), "marketing")


@pytest.mark.spec("U-21", "W-5")
def test_add_user_with_a_group_has_the_group_added(cast):
    group = cast.groups["marketing"]
    client = cast.client("olga")
    url = next(url for url in _urls(client.get(SEARCH, {"q": "marketing"}).content.decode()) if "/add/" in url)
    page = client.get(url).content.decode()
    assert re.search(rf'<input[^>]*value="{group.pk}"[^>]* checked', page)
    foreign = client.get(f"/o/acme/users/add/?new&group={cast.globex_group.pk}").content.decode()
    assert str(cast.globex_group.pk) not in foreign


@pytest.mark.spec("U-21")
@pytest.mark.parametrize(
    ("first", "last", "q", "marked"),
    [
        ("José", "Núñez", "jose", "<mark>José</mark> Núñez"),
        ("Olga", "Marín", "mar", "Olga <mark>Mar</mark>ín"),
        ("Anna", "Tamar", "mar", "Anna Ta<mark>mar</mark>"),
        ("Bo", "Abel", "ab bo", "<mark>Bo</mark> <mark>Ab</mark>el"),
        ("<i>", "Quirk", "qui", "&lt;i&gt; <mark>Qui</mark>rk"),
    ],
)
def test_matched_letters_are_marked(cast, first, last, q, marked):
    add_member(cast.acme, add_user("someone@acme.example", first, last), "operator")
    assert f">{marked}</span>" in cast.client("olga").get(SEARCH, {"q": q}).content.decode()


@pytest.mark.spec("U-21")
def test_the_palette_and_its_results_are_fragments(cast):
    client = cast.client("olga")
    palette = client.get(SEARCH, headers=PALETTE).content.decode()
    assert palette.lstrip().startswith("<dialog") and 'role="combobox"' in palette and 'role="option"' in palette
    results = client.get(SEARCH, {"q": "mar"}, headers=RESULTS).content.decode()
    assert "<dialog" not in results and "<mark>Mar</mark>keting" in results and 'role="status"' in results
    nothing = client.get(SEARCH, {"q": "zzz"}, headers=RESULTS).content.decode()
    assert "No results for “zzz”." in nothing and "0 results" in nothing


@pytest.mark.spec("U-21")
@pytest.mark.parametrize("q", ["\x00", "%", "'; --", "a" * 5000, "🙂", "…", " "])
def test_any_text_can_be_searched(cast, q):
    assert cast.client("olga").get(SEARCH, {"q": q}).status_code == 200


@pytest.mark.spec("U-21")
def test_every_page_links_to_search(cast):
    html = cast.client("opal").get("/o/acme/").content.decode()
    assert f'href="{reverse("search", args=["acme"])}"' in html


@pytest.mark.spec("U-21")
@pytest.mark.parametrize("walk", [2, 1000])
@pytest.mark.parametrize("size", [1, 30])
def test_the_number_of_queries_does_not_grow(cast, monkeypatch, django_assert_max_num_queries, size, walk):
    """By first names, by last names, which are also found beyond the rows that are checked, and by both."""
    monkeypatch.setattr("console.users.best_matches.WALK", walk)
    for number in range(size):
        add_member(cast.acme, add_user(f"mara{number}@acme.example", "Mara", f"Abel{number}"), "operator")
        Group(organization=cast.acme, name=f"Marketing Abel {number}").save()
        Project(organization=cast.acme, name=f"Marble Abel {number}").save()
    client = cast.client("olga")
    for search in ("mar", "abel", "abel mar"):
        with django_assert_max_num_queries(18):
            assert "Mara Abel0" in found(client, search)["People"]
    with django_assert_max_num_queries(5):
        client.get(SEARCH)
