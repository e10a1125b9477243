"""The form of a member's page: what was typed and chosen in it, and what its editor had seen (U-8)."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core import signing
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from base import text
from base.forms import first_error
from base.picker import search_query, selected_ids
from organizations.models import Membership, Organization
from organizations.policies import roles_allowed
from organizations.queries import Profile, roles_in
from organizations.services import Edit
from organizations.services.members.profile import PARTS


@dataclass(frozen=True)
class Seen:
    """A member as the form showed them: signed, so that what a reply tells of them is what they really were."""

    profile: Profile
    status: str
    name: str
    at: datetime

    def token(self, organization: Organization, member_id: UUID) -> str:
        """The form's hidden field."""
        profile = self.profile
        ids = [sorted(key.hex for key in keys) for keys in (profile.roles, profile.groups, profile.projects)]
        value = [profile.name, *ids, self.status, self.name, self.at.isoformat()]
        return _signer(organization, member_id).sign_object(value, compress=True)


def _signer(organization: Organization, member_id: UUID) -> signing.Signer:
    return signing.Signer(salt=f"console.profile:{organization.pk}:{member_id}")


def seen_now(member: Membership, profile: Profile) -> Seen:
    """The member as they are."""
    return Seen(profile, member.status, member.name, timezone.now())


def seen_in(post: QueryDict, organization: Organization, member_id: UUID) -> Seen | None:
    """What the form says that its editor saw; None where it is missing or not ours."""
    try:
        value = _signer(organization, member_id).unsign_object(post.get("seen", ""))
    except signing.BadSignature:
        return None
    (first_name, last_name), *ids, status, name, at = value
    roles, groups, projects = (frozenset(UUID(key) for key in keys) for keys in ids)
    profile = Profile(first_name, last_name, roles, groups, projects)
    return Seen(profile, status, name, datetime.fromisoformat(at))


@dataclass
class Typed:
    """What stands in the form. `theirs` are the parts in which another's change is taken; `problems` by field."""

    first_name: str
    last_name: str
    roles: frozenset[UUID]
    join: frozenset[UUID] = frozenset()
    leave: frozenset[UUID] = frozenset()
    give: frozenset[UUID] = frozenset()
    take: frozenset[UUID] = frozenset()
    asked: dict[str, str] = field(default_factory=dict)
    theirs: tuple[str, ...] = ()
    problems: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, post: QueryDict) -> "Typed":
        """From the form, as it is: a page that is shown again keeps it."""
        chosen: dict[str, Any] = {
            name: frozenset(selected_ids(post, name)) for name in ("roles", "join", "leave", "give", "take")
        }
        return cls(
            first_name=post.get("first_name", ""),
            last_name=post.get("last_name", ""),
            asked={name: search_query(post, f"{name}_q") for name in ("join", "give")},
            theirs=tuple(part for part in PARTS if post.get(f"keep-{part}") == "theirs"),
            **chosen,
        )

    @classmethod
    def unchanged(cls, profile: Profile) -> "Typed":
        """A form that nobody has touched."""
        return cls(profile.first_name, profile.last_name, profile.roles)

    def check(self, organization: Organization, seen: Profile) -> None:
        """Cleans the names; what is wrong with the form is in `problems` afterwards."""
        for name in ("first_name", "last_name"):
            try:
                setattr(self, name, text.clean_line(getattr(self, name)))
            except ValidationError as error:
                self.problems[name] = first_error(error)
        if self.roles != seen.roles:
            offered = roles_in(organization)
            fits = roles_allowed(organization, [role for role in offered if role.pk in self.roles])
            if not fits:
                self.problems["roles"] = fits.reason
        if self.join & self.leave or self.give & self.take:
            self.problems["form"] = _("Something is both added and removed. Choose one of the two.")

    @property
    def edit(self) -> Edit:
        """What the editor wants, without the parts in which they take another's change."""
        wanted = Edit((self.first_name, self.last_name), self.roles, self.join, self.leave, self.give, self.take)
        return wanted.without(self.theirs)
