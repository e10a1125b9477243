"""The registry of pages: a screen registers itself in its app's ready() and is from then on in the
navigation and among the welcome pages (W-9)."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from django.urls import reverse
from django.utils.functional import Promise

from organizations.models import Role
from organizations.permissions import Permission
from organizations.roles import definition, permissions_of


class Section(StrEnum):
    WORKSPACE = "workspace"
    ACCOUNT = "account"


@dataclass(frozen=True)
class Page:
    """A screen. `label` stands in the navigation, `welcome_label` in the list of welcome pages;
    `url_name` is reversed with the organization's slug; no `permission`: for every member."""

    key: str
    label: str | Promise
    welcome_label: str | Promise
    url_name: str
    icon: str
    permission: Permission | None
    section: Section = Section.WORKSPACE
    order: int = 100

    def url(self, slug: str) -> str:
        return _address(self.url_name, slug)


@lru_cache(maxsize=4096)
def _address(url_name: str, slug: str) -> str:
    """Kept, because the sidebar of every page has a dozen."""
    return reverse(url_name, args=[slug])


HOMEPAGE = "homepage"
_pages: dict[str, Page] = {}


def register(page: Page) -> None:
    """Adds a page, or replaces the one of the same key."""
    _pages[page.key] = page


def registered() -> list[Page]:
    """Every page, in the order of the navigation."""
    return sorted(_pages.values(), key=lambda page: (page.section != Section.WORKSPACE, page.order))


def open_to(permissions: frozenset[Permission]) -> list[Page]:
    """The pages that these permissions open."""
    return [page for page in registered() if page.permission is None or page.permission in permissions]


def _offered_keys(role: Role, pages: Iterable[Page]) -> set[str]:
    found = definition(role)
    if found and found.welcome_pages is not None:
        return {page.key for page in pages if page.key in found.welcome_pages}
    return {page.key for page in open_to(permissions_of(role))}


def welcome_pages(roles: Iterable[Role]) -> list[Page]:
    """The welcome pages offered for these roles, by label: the union of each one's (W-9).

    Where none of a role's pages exists, the Homepage alone, which every member may open.
    """
    pages = registered()
    keys: set[str] = set().union(*(_offered_keys(role, pages) for role in roles))
    offered = [page for page in pages if page.key in (keys or {HOMEPAGE})]
    return sorted(offered, key=lambda page: str(page.welcome_label))


def default_welcome_page(roles: Iterable[Role]) -> str:
    """The key that is chosen unless somebody chooses: Homepage where it is offered, else the first (W-9)."""
    keys = [page.key for page in welcome_pages(roles)]
    return HOMEPAGE if HOMEPAGE in keys or not keys else keys[0]
