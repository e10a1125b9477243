"""The pages that manage access keys: the admin page, everyone's keys, and account preferences."""

from dataclasses import dataclass
from uuid import UUID

from django.http import Http404
from django.urls import reverse

from base.policies import require
from organizations.models import AccessKey
from organizations.policies.access_keys import can_have_keys, can_manage_keys, owns_key
from organizations.queries.key_lists import key_in
from organizations.requests import MemberRequest


@dataclass(frozen=True)
class Place:
    """A page with keys. `page` is its URL name, and the names of its actions' URLs start with `prefix`.

    `own_only`: it has the member's personal keys and no others. `actions` are those that its menus offer.
    """

    page: str
    prefix: str
    own_only: bool = False
    actions: tuple[str, ...] = ("rotation", "old_secret", "name", "revocation")

    def check(self, request: MemberRequest) -> None:
        """Raise Refused if the member can't open the page."""
        require((can_have_keys if self.own_only else can_manage_keys)(request.membership))

    def url(self, request: MemberRequest) -> str:
        return reverse(self.page, args=[request.organization.slug])

    def new_url(self, request: MemberRequest) -> str:
        return reverse(f"{self.prefix}_new", args=[request.organization.slug])

    def action_url(self, slug: str, action: str, key: AccessKey) -> str:
        """Return the URL of "rotation", "name", "old_secret" or "revocation" of the key."""
        return reverse(f"{self.prefix}_{action}", args=[slug, key.pk])

    def key_or_404(self, request: MemberRequest, key_id: UUID) -> AccessKey:
        """Return the key. Raise Refused if the member can't open the page, Http404 if it has no such key."""
        self.check(request)
        key = key_in(request.organization, key_id)
        if key is None or (self.own_only and not owns_key(request.membership, key)):
            raise Http404
        return key


ADMIN = Place("access_keys", "access_key")
EVERYONE = Place("everyones_keys", "everyones_key", actions=("revocation",))
OWN = Place("personal_keys", "personal_key", own_only=True)
