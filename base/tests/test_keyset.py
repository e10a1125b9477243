"""Keyset pages have no gaps, no duplicates, and accept any URL."""

import pytest

from base.lists.keyset import keyset_page
from base.text import clean_line
from organizations.models import Group, Organization


@pytest.fixture
def groups(cast):
    Group.objects.filter(organization=cast.acme).delete()
    Group.objects.bulk_create(Group(organization=cast.acme, name=f"Team {n:02}").prepare() for n in range(25))
    return Group.objects.filter(organization=cast.acme)


@pytest.mark.parametrize("descending", [False, True])
def test_paging_forwards_and_backwards_shows_every_row_once(groups, descending):
    expected = sorted((group.name_key for group in groups), reverse=descending)
    pages, after = [], ""
    while not pages or after:
        page = keyset_page(groups, "name_key", after=after, descending=descending, size=10)
        pages.append(page)
        after = page.next
    assert [row.name_key for page in pages for row in page.rows] == expected
    assert [bool(page.previous) for page in pages] == [False, True, True]
    back = keyset_page(groups, "name_key", before=pages[2].previous, descending=descending, size=10)
    assert [row.pk for row in back.rows] == [row.pk for row in pages[1].rows] and back.previous and back.next
    first = keyset_page(groups, "name_key", before=pages[1].previous, descending=descending, size=10)
    assert [row.pk for row in first.rows] == [row.pk for row in pages[0].rows] and not first.previous and first.next


def test_a_list_that_fits_on_one_page_has_no_links(groups):
    page = keyset_page(groups, "name_key", size=25)
    assert len(page.rows) == 25 and not page.more


def test_rows_with_the_same_name_and_names_in_hangul_are_paged_too(groups):
    groups.delete()
    names = [f"{name}{mark}" for name in ("김치", "한글", "Zoë", "Zoe") for mark in ("", "'", "’", "-", "!")]
    organization = Organization.objects.get(slug="acme")
    Group.objects.bulk_create(Group(organization=organization, name=name).prepare() for name in names)
    found, after = [], ""
    while not found or after:
        page = keyset_page(groups, "sort_name", "id", after=clean_line(after, limit=600), size=3)
        found += [row.pk for row in page.rows]
        after = page.next
    assert found == list(groups.order_by("sort_name", "id").values_list("pk", flat=True)) and len(found) == 20
    back = keyset_page(groups, "sort_name", "id", before=page.previous, size=30)
    assert [row.pk for row in back.rows] == found[: 20 - len(page.rows)]


@pytest.mark.parametrize("key", ["zoe", "zoe~", "zoe~nonsense", "~"])
def test_an_invalid_key_of_two_fields_returns_the_first_page(groups, key):
    assert len(keyset_page(groups, "sort_name", "id", after=key, size=10).rows) == 10


@pytest.mark.parametrize("key", ["", "nonsense", "'; --"])
def test_an_invalid_key_returns_the_first_page(groups, key):
    assert len(keyset_page(groups, "id", after=key, size=10).rows) == 10
    assert not keyset_page(groups, "id", before=key, size=10).previous


def test_a_page_after_the_last_row_is_empty(groups):
    assert keyset_page(groups, "name_key", after="zzz").rows == []
