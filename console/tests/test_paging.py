"""Sorting, keyset paging, and URLs edited by hand (U-6)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from console.tests.people import PENDING, USERS, joined, link, names, pending
from organizations.models import Membership

pytestmark = pytest.mark.django_db


@pytest.fixture
def page_size_10(monkeypatch):
    monkeypatch.setattr("console.users.queries.PAGE_SIZE", 10)


def walk(client, address: str, label: str = "Next") -> list[list[str]]:
    """Return the names on each page, following the links with this label."""
    pages = []
    while True:
        page = client.get(address)
        pages.append(names(page))
        if f">{label}" not in _html(page) or f'aria-disabled="true" role="link">{label}' in _html(page):
            return pages
        try:
            address = link(page, label)
        except AssertionError:
            return pages


def _html(page) -> str:
    return page.content.decode()


@pytest.mark.spec("U-6")
@pytest.mark.parametrize("status", ["", "active", "everyone"])
@pytest.mark.parametrize("sort", ["name", "-name", "role", "-role", "last_active", "-last_active", "joined", "-joined"])
def test_paging_shows_every_member_once_in_every_order(cast, page_size_10, sort, status):
    members = joined(cast.acme, 33)
    pending(cast.acme, 5)
    now = timezone.now()
    for number, member in enumerate(members):  # equal values on purpose: the id decides
        member.last_active_at = now - timedelta(days=number % 4)
        member.joined_at = now - timedelta(days=number % 3)
        member.role_order = (10, 20, 30)[number % 3]
    Membership.objects.bulk_update(members, ["last_active_at", "joined_at", "role_order"])
    client = cast.client("olga")
    pages = walk(client, f"{USERS}?sort={sort}&status={status}")
    flat = [name for page in pages for name in page]
    total = 42 if status == "everyone" else 37
    assert len(flat) == len(set(flat)) == total and [len(page) for page in pages[:-1]] == [10] * (len(pages) - 1)
    key = {"name": "sort_name", "role": "role_order", "last_active": "last_active_at", "joined": "joined_at"}[
        sort.strip("-")
    ]
    values = dict(Membership.objects.filter(organization=cast.acme).values_list("sort_name", key))
    order = [values[name.lower()] for name in flat]
    assert order == sorted(order, reverse=sort.startswith("-"))


@pytest.mark.spec("U-6")
@pytest.mark.parametrize("sort", ["name", "-name", "role", "invite_expires", "-invite_expires"])
@pytest.mark.parametrize("status", ["", "pending", "expired"])
def test_paging_shows_every_pending_member_in_every_order(cast, page_size_10, sort, status):
    pending(cast.acme, 14)
    pending(cast.acme, 13, days=-4)
    pages = walk(cast.client("olga"), f"{PENDING}?sort={sort}&status={status}")
    assert len([name for page in pages for name in page]) == {"": 27, "pending": 14, "expired": 13}[status]


@pytest.mark.spec("U-6")
def test_previous_returns_to_the_same_pages(cast, page_size_10):
    joined(cast.acme, 33)
    client = cast.client("olga")
    pages = walk(client, USERS)
    page, last = client.get(USERS), USERS
    for _ in range(len(pages) - 1):
        last = link(page, "Next")
        page = client.get(last)
    assert walk(client, last, "Previous") == pages[::-1]


@pytest.mark.spec("U-6")
def test_a_page_without_rows_shows_the_first_page(cast, page_size_10):
    joined(cast.acme, 8)
    client = cast.client("olga")
    second = link(client.get(USERS), "Next")
    Membership.objects.filter(sort_name__startswith="person 00", organization=cast.acme).exclude(
        sort_name="person 000 test"
    ).delete()
    page = client.get(second)
    assert names(page)[0] == "Bo Lindqvist"


@pytest.mark.spec("U-6")
def test_a_cursor_is_valid_only_for_its_own_list(cast, page_size_10):
    joined(cast.acme, 33)
    joined(cast.globex, 33)
    client, first = cast.client("olga"), "Bo Lindqvist"
    token = link(client.get(USERS), "Next").partition("after=")[2]
    assert names(client.get(f"{USERS}?after={token}"))[0] != first
    for address in (
        f"{USERS}?sort=-name&after={token}",
        f"{USERS}?status=active&after={token}",
        f"{USERS}?q=e&after={token}",
        f"{USERS}?after={token[:-1]}",
        f"{USERS}?after={token[1:]}",
        f"{USERS}?after=" + "A" * 5000,
        f"{USERS}?after=%00&before=%F0%9F",
    ):
        page = client.get(address)
        assert page.status_code == 200
        assert names(page) == names(client.get(address.replace("after=", "gone=").replace("before=", "gone=")))
    assert names(cast.client("tess").get(f"/o/globex/users/?after={token}"))[0] == "Person 000 Test"


@pytest.mark.spec("U-6")
@pytest.mark.parametrize(
    "query",
    [
        "sort=password", "sort=--name", "sort=", "sort=invite_expires", "sort=name&sort=-name", "sort=sort_name",
        "status=%27", "status=invited", "columns=,,,", "columns=password", "q[]=1", "before=&after=", "page=7",
    ],
)  # fmt: skip
def test_unknown_parameters_and_values_are_ignored(cast, query):
    client = cast.client("olga")
    page = client.get(f"{USERS}?{query}")
    assert page.status_code == 200
    if "sort=name&" not in query:
        assert names(page) == names(client.get(USERS))


@pytest.mark.spec("U-6")
def test_a_signed_cursor_with_outdated_values_shows_the_first_page(cast):
    from console.users.params import UserListParams

    for values in (("bo",), ("bo", "no-uuid"), ("bo", cast.bo.pk, 3)):
        at = UserListParams().page_at(cast.acme.pk, values, backwards=False)
        assert names(cast.client("olga").get(USERS + at.query()))[0] == "Bo Lindqvist"


@pytest.mark.spec("U-6")
def test_urls_contain_only_what_differs_from_the_default(cast, page_size_10):
    joined(cast.acme, 20)
    client = cast.client("olga")
    fragment = client.get(f"{USERS}?q=person&status=&sort=&columns=", headers={"HX-Request": "true"})
    assert fragment["HX-Push-Url"] == f"{USERS}?q=person"
    same_url = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{USERS}?q=person"}
    assert "HX-Push-Url" not in client.get(f"{USERS}?q=person", headers=same_url)  # reloading adds no history
    assert "status=" not in link(fragment, "Next")
    assert link(fragment, "Role").startswith("?q=person&sort=role")
