"""Listing and changing members through the API."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from api.auth import ApiRequest
from api.lookups import chosen_groups, chosen_projects, chosen_roles
from api.paging import bad_cursor, make_cursor, read_cursor
from api.problems import FieldError, Problem
from base.lists.filters import find_names, known_values
from base.lists.params import SEARCH_LIMIT, Cursor
from console.users.filters import TAB_FILTERS, Tab, UsersContext
from console.users.params import UserListParams
from console.users.queries import cursor_values, find_members
from invitations.services import BatchInvalid
from organizations.models import Group, Membership, Organization, Project
from organizations.queries import Profile, profile_of, projects_in
from organizations.services import Edit, EditConflict, edit_member


def members_page(
    request: ApiRequest, *, filters: Mapping[str, Any], q: str, sort: str, after: str | None, limit: int
) -> tuple[list[Membership], str | None]:
    """Return a page of members and the cursor of the next page. Raises Problem (422) for a bad cursor.

    `filters` are values for console.users.filters; None means not filtered.
    """
    organization = request.organization
    context = UsersContext.load(organization)
    values = {name: (str(value),) for name, value in filters.items() if value is not None}
    params = UserListParams(
        tab=Tab.ALL,
        q=" ".join(q.split())[:SEARCH_LIMIT],
        filters={"status": ("everyone",), **values},
        sort=sort,
        cursor=Cursor(False, tuple(read_cursor(request, after))) if after else None,
    )
    if known_values(params.filters, find_names(TAB_FILTERS[Tab.ALL], params.filters, context)) is None:
        return [], None
    try:
        found = find_members(context, params, timezone.now(), limit + 1)
    except (ValueError, ValidationError):
        raise bad_cursor() from None
    members = [member for _section, member in found[:limit]]
    more = len(found) > limit
    return members, make_cursor(request, cursor_values(params, *found[limit - 1])) if more else None


def change_member(actor: Membership, member: Membership, changes: Mapping[str, Any]) -> Membership:
    """Apply these fields to a member, and return the changed member. Call it under the organization's lock.

    Raises Problem (422, 409) and Refused.
    """
    profile = profile_of(member)
    edit = _edit_of(member.organization, profile, changes)
    try:
        return edit_member(actor=actor, member=member, seen=profile, edit=edit).member
    except EditConflict:
        raise Problem(409, "Someone else is changing this member. Get the member again.") from None


def _edit_of(organization: Organization, profile: Profile, changes: Mapping[str, Any]) -> Edit:
    fields: dict[str, Any] = {}
    if changes.keys() & {"first_name", "last_name"}:
        fields["name"] = (changes.get("first_name", profile.first_name), changes.get("last_name", profile.last_name))
    if "roles" in changes:
        fields["roles"] = frozenset(changes["roles"])
        if fields["roles"] != profile.roles:
            chosen_roles(organization, changes["roles"])
    if "groups" in changes:
        wanted = frozenset(changes["groups"])
        chosen_groups(organization, wanted)
        fields |= {"join": wanted - profile.groups, "leave": profile.groups - wanted}
    if "projects" in changes:
        wanted = frozenset(changes["projects"])
        chosen_projects(organization, wanted)
        # Access to archived projects stays, because the API doesn't show it.
        shown = set(projects_in(organization, profile.projects).values_list("pk", flat=True))
        fields |= {"grant": wanted - profile.projects, "revoke": frozenset(shown - wanted)}
    return Edit(**fields)


def choices(
    organization: Organization, roles: Sequence, groups: Sequence, projects: Sequence
) -> tuple[list, list[Group], list[Project]]:
    """Return the roles, groups and projects of new members. Raises Problem (422)."""
    return (
        chosen_roles(organization, roles),
        chosen_groups(organization, groups),
        chosen_projects(organization, projects),
    )


def refuse_batch(error: BatchInvalid, *, prefix: str = "people.{row}.") -> Problem:
    """Return the problem for people who can't be invited. `prefix` is the path of a person in the body."""
    found = [
        FieldError(prefix.format(row=row) + field, message)
        for row, fields in sorted(error.errors.people.items())
        for field, message in fields.items()
    ]
    found += [FieldError(field, message) for field, message in error.errors.general.items()]
    return Problem(422, found[0].message, errors=found)
