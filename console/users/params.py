"""What the Users page shows: read from the address, and written back into it (U-2, U-3, U-6).

Nothing in an address can make an error: what is unknown counts as not said.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.core.signing import BadSignature, Signer
from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from base.ids import read_uuid
from base.picker import words_of
from organizations.models import ManagedBy, Status

SEARCH_LIMIT = 100


class Tab(StrEnum):
    """The two lists of the Users page (U-2)."""

    ALL = "all"
    PENDING = "pending"


@dataclass(frozen=True)
class StatusFilter:
    """A choice of the Status filter: these statuses, and of the invited ones only the expired or the others."""

    key: str
    label: str | Promise
    statuses: tuple[Status, ...]
    expired: bool | None = None

    @property
    def invited(self) -> bool:
        """True where nobody in it accepted."""
        return self.statuses == (Status.INVITED,)


JOINED = StatusFilter("", _("Joined"), (Status.ACTIVE, Status.DEACTIVATED))
ACTIVE = StatusFilter("active", _("Active"), (Status.ACTIVE,))
WAITING = StatusFilter("pending", _("Pending"), (Status.INVITED,), expired=False)
EXPIRED = StatusFilter("expired", _("Expired"), (Status.INVITED,), expired=True)
DEACTIVATED = StatusFilter("deactivated", _("Deactivated"), (Status.DEACTIVATED,))
EVERYONE = StatusFilter("everyone", _("Everyone"), (Status.ACTIVE, Status.DEACTIVATED, Status.INVITED))
INVITED = StatusFilter("", _("Any"), (Status.INVITED,))
FILTERS = {
    Tab.ALL: (JOINED, ACTIVE, WAITING, EXPIRED, DEACTIVATED, EVERYONE),
    Tab.PENDING: (INVITED, WAITING, EXPIRED),
}

# What each sort orders by, before the id. There is an index (organization, status, these, id) for every one.
SORTS: dict[str, tuple[str, ...]] = {
    "name": ("sort_name",),
    "role": ("role_order", "sort_name"),
    "last_active": ("last_active_at",),
    "joined": ("joined_at",),
    "invite_expires": ("invite_expires_at",),
}
DEFAULT_SORT = {Tab.ALL: "name", Tab.PENDING: "invite_expires"}
# Without it a row says little: who chooses columns gets it as well.
ALWAYS = "role"
# Columns shown unless an address or the viewer's own choice says otherwise (U-4, U-5). Name, check box and menu always
# are.
SHOWN = {
    Tab.ALL: ("role", "groups", "projects", "status", "two_factor", "last_active", "invite_expires"),
    Tab.PENDING: ("role", "groups", "invited_by", "sent", "status", "invite_expires"),
}


@dataclass(frozen=True)
class Filters:
    """What else is asked of members, "" for any: the id of a role, a group and a project, one of ManagedBy, and "on" or
    "off" for two-factor authentication."""

    role: str = ""
    group: str = ""
    project: str = ""
    managed_by: str = ""
    two_factor: str = ""

    def fields(self) -> dict[str, str]:
        """Those that are given, by name."""
        return {name: value for name, value in vars(self).items() if value}

    def __bool__(self) -> bool:
        return bool(self.fields())


@dataclass(frozen=True)
class Cursor:
    """Where a page begins: after (or, backwards, before) a row with these values of the sort's columns and this id."""

    backwards: bool
    values: tuple[Any, ...]


@dataclass(frozen=True)
class UserListParams:
    """One view of the Users page. `columns` None: the tab's own choice; `token` is the cursor as the address has it."""

    tab: Tab = Tab.ALL
    q: str = ""
    filter: StatusFilter = JOINED
    picks: Filters = Filters()
    sort: str = "name"
    columns: tuple[str, ...] | None = None
    cursor: Cursor | None = None
    token: str = ""

    @property
    def descending(self) -> bool:
        return self.sort.startswith("-")

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns of the database that it is sorted by, before the id."""
        return SORTS[self.sort.removeprefix("-")]

    @property
    def shown(self) -> tuple[str, ...]:
        """The names of the optional columns that are shown."""
        return self.columns or SHOWN[self.tab]

    @property
    def words(self) -> list[str]:
        """What is searched for: every word has to be found (folded as search_text is)."""
        return words_of(self.q)

    @property
    def first_word(self) -> str:
        """The word that names begin with which come first: the first one of a search, where it is listed by name."""
        return self.words[0] if self.keys == ("sort_name",) and self.words else ""

    @property
    def is_filtered(self) -> bool:
        """True where a search or a filter leaves somebody out."""
        return bool(self.q or self.filter.key or self.picks)

    def available_sorts(self) -> list[str]:
        """Sorting by what only others have would order by nothing that is seen."""
        if self.filter.invited:
            return ["name", "role", "invite_expires"]
        return ["name", "role", "last_active", "joined"]

    def fields(self) -> dict[str, str]:
        """What stands in the address: only what differs from the tab's own view."""
        fields = {"q": self.q, "status": self.filter.key, **self.picks.fields()}
        fields["sort"] = "" if self.sort == DEFAULT_SORT[self.tab] else self.sort
        fields["columns"] = ",".join(self.columns or ())
        if self.cursor:
            fields["before" if self.cursor.backwards else "after"] = self.token
        return {name: value for name, value in fields.items() if value}

    def query(self) -> str:
        """The address's query with its question mark, or nothing."""
        return "?" + urlencode(fields) if (fields := self.fields()) else ""

    def url(self, slug: str) -> str:
        """The list's URL in the organization of that slug."""
        return _base_url(self.tab, slug) + self.query()

    @property
    def view(self) -> str:
        """The list's URL below the Users page, as from_url() reads it: "?q=ann", "pending/?status=expired"."""
        return ("pending/" if self.tab == Tab.PENDING else "") + self.query()

    def first_page(self) -> "UserListParams":
        return replace(self, cursor=None, token="")

    def remove_filter(self, name: str) -> "UserListParams":
        """The first page with that choice taken back: q, status, or one of Filters."""
        if name == "q":
            return replace(self.first_page(), q="")
        if name == "status":
            plain = replace(self.first_page(), filter=FILTERS[self.tab][0])
            return replace(plain, sort=_sort(plain, self.sort))
        return replace(self.first_page(), picks=replace(self.picks, **{name: ""}))

    def at(self, organization_id: object, values: tuple[Any, ...], *, backwards: bool) -> "UserListParams":
        """The page after, or before, the row of these values (of self.keys, then its id)."""
        token = _signer(self, organization_id).sign_object([str(value) for value in values])
        return replace(self, cursor=Cursor(backwards, values), token=token)

    @classmethod
    def from_querydict(
        cls, tab: Tab, params: QueryDict, *, organization_id: object, columns: tuple[str, ...]
    ) -> "UserListParams":
        """The view that an address asks for. `columns` are the names that may be switched on."""
        choices = {choice.key: choice for choice in FILTERS[tab]}
        wanted = ",".join(params.getlist("columns")).split(",")
        listing = replace(
            default_params(tab),
            q=_search(params.get("q", "")),
            filter=choices.get(params.get("status", ""), FILTERS[tab][0]),
            picks=_picks(tab, params),
            columns=chosen(columns, wanted),
        )
        listing = replace(listing, sort=_sort(listing, params.get("sort", "")))
        return _cursor(listing, organization_id, params)

    @classmethod
    def from_url(cls, view: str, *, organization_id: object, columns: tuple[str, ...]) -> "UserListParams":
        """The view named by a list's own address below the Users page: "?q=ann", "pending/?status=expired"."""
        path, _mark, query = view.partition("?")
        tab = Tab.PENDING if path == "pending/" else Tab.ALL
        # A form of ours has five fields; Django's own bound on their number would answer 400.
        return cls.from_querydict(tab, QueryDict(query[:4000]), organization_id=organization_id, columns=columns)


@lru_cache(maxsize=4096)
def _base_url(tab: Tab, slug: str) -> str:
    return reverse("users" if tab == Tab.ALL else "users_pending", args=[slug])


def default_params(tab: Tab) -> UserListParams:
    """The tab as it opens."""
    return UserListParams(tab=tab, filter=FILTERS[tab][0], sort=DEFAULT_SORT[tab])


def _signer(listing: UserListParams, organization_id: object) -> Signer:
    # A cursor is good for the list that it was made for, and for no other order, filter or organization.
    picks = urlencode(listing.picks.fields())
    bound = (str(organization_id), listing.tab, listing.filter.key, picks, listing.sort, listing.q)
    return Signer(salt="console.users.params:" + "\n".join(bound), sep=".")


def _cursor(listing: UserListParams, organization_id: object, params: Mapping[str, str]) -> UserListParams:
    for name in ("before", "after"):
        if token := params.get(name, ""):
            try:
                values = tuple(_signer(listing, organization_id).unsign_object(token))
            except (BadSignature, ValueError):
                continue
            return replace(listing, cursor=Cursor(name == "before", values), token=token)
    return listing


def _search(value: str) -> str:
    # What cannot be typed cannot be found; PostgreSQL would refuse a NUL.
    return " ".join("".join(char if char.isprintable() else " " for char in value).split())[:SEARCH_LIMIT].strip()


def _sort(listing: UserListParams, wanted: str) -> str:
    offered = listing.available_sorts()
    default = DEFAULT_SORT[listing.tab]
    return wanted if wanted.removeprefix("-") in offered else default if default in offered else "name"


def _id(value: str) -> str:
    return str(read_uuid(value) or "")


def _picks(tab: Tab, params: QueryDict) -> Filters:
    managed_by, two_factor = params.get("managed_by", ""), params.get("two_factor", "")
    return Filters(
        *(_id(params.get(name, "")) for name in ("role", "group", "project")),
        managed_by=managed_by if managed_by in ManagedBy.values else "",
        # Who has not joined has nothing to switch on.
        two_factor=two_factor if two_factor in ("on", "off") and tab == Tab.ALL else "",
    )


def chosen(columns: tuple[str, ...], wanted: Iterable[str]) -> tuple[str, ...] | None:
    """Those of `columns` that are wanted, and what a row is never without; None where none is wanted."""
    names = set(columns).intersection(wanted)
    return tuple(name for name in columns if name in names or name == ALWAYS) if names else None
