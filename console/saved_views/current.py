"""The saved view that the Users page shows, and how it differs from it (U-20)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from console.models import SavedView
from console.users.filters import TAB_FILTERS
from console.users.params import UserListParams
from console.users.queries import UserPage


@dataclass(frozen=True)
class CurrentView:
    """The view, and how the page differs from it.

    is_changed: whether search, filters, sort or columns differ from what was saved. is_default: whether the Users page
    opens on it. missing: labels of filters by something that no longer exists.
    """

    view: SavedView
    is_changed: bool
    is_default: bool
    missing: Sequence[str] = ()


def contents_of(params: UserListParams) -> str:
    """Return what is saved of a view. Columns are always part of it: others may have chosen their own."""
    return replace(params.first_page(), saved="", columns=params.shown).view


def saved_params(view: SavedView) -> UserListParams:
    """Return the view of the Users page that was saved. Filters that no longer exist are left out."""
    params = UserListParams.from_url(view.view, organization_id=view.organization_id)
    return replace(params.first_page(), saved=str(view.pk))


def saved_url(slug: str, view: SavedView) -> str:
    """Return the URL of the list that was saved."""
    return saved_params(view).url(slug)


def current_view(view: SavedView, page: UserPage, default: str) -> CurrentView:
    """Return what the page says about the saved view that it shows. `default`: the id of the viewer's default view."""
    params = page.params
    missing = [
        str(item.label)
        for item in TAB_FILTERS[params.tab]
        if item.name in page.names and set(params.values(item.name)) - page.names[item.name].keys()
    ]
    is_changed = contents_of(params) != contents_of(saved_params(view))
    return CurrentView(view, is_changed, str(view.pk) == default, missing)
