"""The types of search results."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from django.utils.functional import Promise
from django.utils.safestring import SafeString

from base.picker import search_words
from organizations.models import Membership
from organizations.permissions import Permission
from organizations.queries import permissions_of_member
from workspace.search.marking import mark

# The number of results that a section shows. A link leads to all of them.
LIMIT = 5


@dataclass(frozen=True)
class Search:
    """What a member searches for in their organization."""

    viewer: Membership
    q: str

    @property
    def slug(self) -> str:
        return self.viewer.organization.slug

    @cached_property
    def words(self) -> list[str]:
        """The words of the search, folded."""
        return search_words(self.q)

    def may(self, permission: Permission) -> bool:
        """Return whether the viewer has the permission."""
        return permission in permissions_of_member(self.viewer)


@dataclass(frozen=True)
class Result:
    """A link to something that was found.

    `note` is shown at the end of the line. There is an `icon`, or an avatar with the color of `avatar_key`: square for
    groups and projects, and greyed out for people who aren't active.
    """

    url: str
    label: str | Promise
    words: Sequence[str] = ()
    note: str | Promise = ""
    icon: str = ""
    avatar_key: str = ""
    is_person: bool = False
    inactive: bool = False

    @property
    def html(self) -> SafeString:
        """The label with the matched letters marked."""
        return mark(str(self.label), self.words)

    @property
    def note_html(self) -> SafeString:
        return mark(str(self.note), self.words)


@dataclass(frozen=True)
class Section:
    """Results of one kind. `more_url` leads to the list of all that match, if there are more."""

    key: str
    title: str
    results: list[Result] = field(default_factory=list)
    more_url: str = ""
    more_label: str = ""
