"""The registry of pages.

Each page registers itself in its app's ready(). It then appears in the navigation and among the welcome pages (W-9).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from django.urls import reverse
from django.utils.functional import Promise

from organizations.models import Role
from organizations.permissions import Permission
from organizations.roles import built_in_definition, permissions_of


class Section(StrEnum):
    WORKSPACE = "workspace"
    ACCOUNT = "account"


@dataclass(frozen=True)
class Page:
    """A page of an organization.

    `label` is its name in the navigation, `welcome_label` in the list of welcome pages. `url_name` is reversed with the
    organization's slug. Pages without a `permission` are open to every member.
    """

    key: str
    label: str | Promise
    welcome_label: str | Promise
    url_name: str
    icon: str
    permission: Permission | None
    section: Section = Section.WORKSPACE
    order: int = 100

    def url(self, slug: str) -> str:
        return _page_url(self.url_name, slug)


@lru_cache(maxsize=4096)
def _page_url(url_name: str, slug: str) -> str:
    """Return the URL. Cached, because the navigation on every page has a dozen of them."""
    return reverse(url_name, args=[slug])


HOMEPAGE = "homepage"
_pages: dict[str, Page] = {}


def register(page: Page) -> None:
    """Add a page, or replace the one with the same key."""
    _pages[page.key] = page


def registered_pages() -> list[Page]:
    """Return all pages in the order of the navigation."""
    return sorted(_pages.values(), key=lambda page: (page.section != Section.WORKSPACE, page.order))


def accessible_pages(permissions: frozenset[Permission]) -> list[Page]:
    """Return the pages that are open to members with these permissions."""
    return [page for page in registered_pages() if page.permission is None or page.permission in permissions]


def _welcome_page_keys(role: Role, pages: Iterable[Page]) -> set[str]:
    built_in = built_in_definition(role)
    if built_in and built_in.welcome_pages is not None:
        return {page.key for page in pages if page.key in built_in.welcome_pages}
    return {page.key for page in accessible_pages(permissions_of(role))}


def welcome_pages(roles: Iterable[Role]) -> list[Page]:
    """Return the welcome pages that any of these roles offers, ordered by label (W-9).

    If there are none, return only the Homepage, which is open to every member.
    """
    pages = registered_pages()
    keys: set[str] = set().union(*(_welcome_page_keys(role, pages) for role in roles))
    offered = [page for page in pages if page.key in (keys or {HOMEPAGE})]
    return sorted(offered, key=lambda page: str(page.welcome_label))


def default_welcome_page(roles: Iterable[Role]) -> str:
    """Return the key of the default welcome page: the Homepage if it is offered, otherwise the first one (W-9)."""
    keys = [page.key for page in welcome_pages(roles)]
    return HOMEPAGE if HOMEPAGE in keys or not keys else keys[0]
