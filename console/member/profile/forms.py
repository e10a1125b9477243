"""The form of a member's profile: the values submitted, and the profile that the editor saw (U-8)."""

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
class ProfileSnapshot:
    """A member as the form showed them. Signed, so that messages about changes since then can rely on it."""

    profile: Profile
    status: str
    name: str
    at: datetime

    def token(self, organization: Organization, member_id: UUID) -> str:
        """The value of the form's hidden field."""
        profile = self.profile
        ids = [sorted(key.hex for key in keys) for keys in (profile.roles, profile.groups, profile.projects)]
        value = [profile.name, *ids, self.status, self.name, self.at.isoformat()]
        return _signer(organization, member_id).sign_object(value, compress=True)


def _signer(organization: Organization, member_id: UUID) -> signing.Signer:
    return signing.Signer(salt=f"console.profile:{organization.pk}:{member_id}")


def take_snapshot(member: Membership, profile: Profile) -> ProfileSnapshot:
    """Return the member's current state."""
    return ProfileSnapshot(profile, member.status, member.name, timezone.now())


def read_snapshot(post: QueryDict, organization: Organization, member_id: UUID) -> ProfileSnapshot | None:
    """Return the snapshot in a submitted form, None if it is missing or its signature is invalid."""
    try:
        value = _signer(organization, member_id).unsign_object(post.get("seen", ""))
    except signing.BadSignature:
        return None
    (first_name, last_name), *ids, status, name, at = value
    roles, groups, projects = (frozenset(UUID(key) for key in keys) for keys in ids)
    profile = Profile(first_name, last_name, roles, groups, projects)
    return ProfileSnapshot(profile, status, name, datetime.fromisoformat(at))


@dataclass
class SubmittedProfile:
    """The values in the form.

    searches: the search text of each picker. keep_theirs: parts in which the editor accepts someone else's change.
    errors: by field.
    """

    first_name: str
    last_name: str
    roles: frozenset[UUID]
    join: frozenset[UUID] = frozenset()
    leave: frozenset[UUID] = frozenset()
    give: frozenset[UUID] = frozenset()
    take: frozenset[UUID] = frozenset()
    searches: dict[str, str] = field(default_factory=dict)
    keep_theirs: tuple[str, ...] = ()
    errors: dict[str, str] = field(default_factory=dict)

    @classmethod
    def from_post(cls, post: QueryDict) -> "SubmittedProfile":
        """Read the form without cleaning it, so that showing it again keeps what was typed."""
        chosen: dict[str, Any] = {
            name: frozenset(selected_ids(post, name)) for name in ("roles", "join", "leave", "give", "take")
        }
        return cls(
            first_name=post.get("first_name", ""),
            last_name=post.get("last_name", ""),
            searches={name: search_query(post, f"{name}_q") for name in ("join", "give")},
            keep_theirs=tuple(part for part in PARTS if post.get(f"keep-{part}") == "theirs"),
            **chosen,
        )

    @classmethod
    def unchanged(cls, profile: Profile) -> "SubmittedProfile":
        """Return the values of a form that was not edited."""
        return cls(profile.first_name, profile.last_name, profile.roles)

    def validate(self, organization: Organization, before: Profile) -> None:
        """Clean the names and fill `errors`."""
        for name in ("first_name", "last_name"):
            try:
                setattr(self, name, text.clean_line(getattr(self, name)))
            except ValidationError as error:
                self.errors[name] = first_error(error)
        if self.roles != before.roles:
            decision = roles_allowed(organization, [role for role in roles_in(organization) if role.pk in self.roles])
            if not decision:
                self.errors["roles"] = decision.reason
        if self.join & self.leave or self.give & self.take:
            self.errors["form"] = _("You’ve both added and removed the same item. Choose one.")

    @property
    def edit(self) -> Edit:
        """The requested edit, without the parts in which the editor accepts someone else's change."""
        edit = Edit((self.first_name, self.last_name), self.roles, self.join, self.leave, self.give, self.take)
        return edit.without(self.keep_theirs)
