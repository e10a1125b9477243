"""Pages and actions that a search finds by name: links to pages, by permission, without a query."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from base import text
from organizations import pages, policies
from organizations.models import Membership
from organizations.permissions import Permission
from organizations.queries import permissions_of_member, search_pattern
from workspace.policies import can_manage_records
from workspace.records.types import DATASET, DESTINATION, PIPELINE, SOURCE, RecordType
from workspace.search.results import LIMIT, Result, Search, Section

Text = str | Promise
Rule = Callable[[Membership], object]


@dataclass(frozen=True)
class Place:
    """A page or an action. `note` says where it belongs; `also` has other words that find it."""

    label: Text
    url_name: str
    icon: str
    may: Rule
    note: Text = ""
    also: Text = ""

    def matches(self, words: list[str]) -> bool:
        """Return whether every word is in the label, the note or the other words."""
        folded = f" {text.fold(f'{self.label} {self.note} {self.also}')}"
        return all(search_pattern(word) in folded for word in words)


def _has(permission: Permission) -> Rule:
    return lambda member: permission in permissions_of_member(member)


def _everyone(member: Membership) -> bool:
    return True


def _add_record(record_type: RecordType, icon: str) -> Place:
    def may(member: Membership) -> object:
        return can_manage_records(member, record_type.model)

    return Place(record_type.add, f"{record_type.key}_new", icon, may, record_type.page)


USERS, SECURITY, YOU = gettext_lazy("Users"), gettext_lazy("Security"), gettext_lazy("Your account")
_see_security, _see_people = _has(Permission.SECURITY_VIEW), _has(Permission.PEOPLE_VIEW)

# Pages that aren't in the navigation. Each has the permission that its view asks for.
OTHER_PAGES = (
    Place(gettext_lazy("Pending invitations"), "users_pending", "mail", _see_people, USERS),
    Place(gettext_lazy("Bulk actions"), "users_bulk", "users", _see_people, USERS),
    Place(gettext_lazy("Requests to join"), "join_requests", "user-plus", _has(Permission.PEOPLE_INVITE), USERS),
    Place(gettext_lazy("Single sign-on"), "sso_settings", "lock", _see_security, SECURITY, "SSO SAML OIDC Okta Entra"),
    Place(gettext_lazy("Provisioning"), "provisioning", "refresh", _see_security, SECURITY, "SCIM Okta Entra"),
    Place(gettext_lazy("Domains"), "domains", "globe", _see_security, SECURITY, "DNS"),
    Place(gettext_lazy("Roll out 2FA"), "security_rollout", "shield-check", _see_security, SECURITY),
    Place(gettext_lazy("Streams"), "audit_streams", "audit", _has(Permission.AUDIT_EXPORT), gettext_lazy("Audit log")),
    Place(gettext_lazy("Account preferences"), "preferences", "user", _everyone, YOU, "theme name avatar time zone"),
    Place(gettext_lazy("Privacy & security"), "privacy", "shield", _everyone, YOU, "password passkey 2FA sessions"),
    Place(gettext_lazy("My access"), "my_access", "lock", _everyone, YOU),
    Place(gettext_lazy("My activity"), "my_activity", "audit", _everyone, YOU),
    Place(gettext_lazy("Personal access keys"), "personal_keys", "key", _everyone, YOU, "API"),
)

ACTIONS = (
    Place(gettext_lazy("Add User"), "user_add", "user-plus", policies.can_add_users, USERS, gettext_lazy("invite")),
    Place(
        gettext_lazy("Resend invitations"), "users_pending", "send", _has(Permission.PEOPLE_INVITE), USERS, "reminder"
    ),
    Place(
        gettext_lazy("Add new group"), "group_new", "groups", policies.can_manage_groups, gettext_lazy("Groups"), "add"
    ),
    Place(
        gettext_lazy("New project"), "project_new", "projects", policies.can_manage_projects,
        gettext_lazy("Projects"), "add create",
    ),
    Place(gettext_lazy("Add role"), "role_new", "roles", policies.can_manage_roles, gettext_lazy("Roles"), "new"),
    _add_record(DATASET, "datasets"),
    _add_record(SOURCE, "integrations"),
    _add_record(DESTINATION, "integrations"),
    _add_record(PIPELINE, "integrations"),
    Place(gettext_lazy("Create access key"), "personal_key_new", "key", _everyone, YOU, "API new"),
    Place(gettext_lazy("Change password"), "privacy", "lock", _everyone, YOU),
    Place(gettext_lazy("Set time zone"), "preferences", "clock", _everyone, YOU, "timezone"),
)  # fmt: skip


def _navigation(search: Search) -> list[Place]:
    return [
        Place(page.label, page.url_name, page.icon, _everyone)
        for page in pages.accessible_pages(permissions_of_member(search.viewer))
    ]


def _results(search: Search, places: list[Place], limit: int | None) -> list[Result]:
    found = [place for place in places if place.matches(search.words) and place.may(search.viewer)]
    # A label that begins with the first word comes first: "users" finds Users before its pages.
    first = search.words[0] if search.words else ""
    found.sort(key=lambda place: not text.fold(str(place.label)).startswith(first))
    return [
        Result(reverse(place.url_name, args=[search.slug]), place.label, search.words, place.note, place.icon)
        for place in found[:limit]
    ]


def find_pages(search: Search) -> Section:
    """Return the pages whose name matches, or without a search those of the navigation."""
    places = _navigation(search) + (list(OTHER_PAGES) if search.words else [])
    return Section("pages", _("Pages"), _results(search, places, LIMIT if search.words else None))


def find_actions(search: Search) -> list[Result]:
    """Return the actions whose name matches, or without a search the first ones."""
    return _results(search, list(ACTIONS), LIMIT)
