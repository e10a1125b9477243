"""Search results from the database. Each function takes a fixed number of queries, whatever the organization's size.

They use the searches of the lists that they lead to, so that both find the same.
"""

from dataclasses import replace
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from base import text
from base.counting import Count
from base.picker import MAX_OPTIONS
from console.saved_views.queries import open_url, views_of
from console.users.best_matches import best_matches
from console.users.columns import STATES
from console.users.counts import count_matches
from console.users.filters import Tab, UsersContext
from console.users.params import users_view
from organizations.models import Group, Membership
from organizations.permissions import Permission
from organizations.policies import can_add_users, can_assign_group, can_change_group_members
from organizations.queries import accessible_projects, group_choices, group_sizes, project_page, roles_of_groups
from workspace.search.results import LIMIT, Result, Search, Section

# People are counted up to this number: "Show all 100+ matching people".
COUNT_CAP = 100


def find_people(search: Search) -> Section | None:
    """Return the members of every status that match, for viewers of the Users page. At most 11 queries."""
    if not search.may(Permission.PEOPLE_VIEW):
        return None
    organization = search.viewer.organization
    params = replace(users_view(Tab.ALL, status="everyone"), q=search.q)
    found = best_matches(UsersContext(organization, {}), params, timezone.now(), LIMIT + 1)
    section = Section("people", _("People"), [_person(search, member) for member in found[:LIMIT]])
    if len(found) <= LIMIT:
        return section
    number = sum(count_matches(organization, params, cap=COUNT_CAP).values())
    label = _("Show all %(count)s matching people") % {"count": Count(number, COUNT_CAP)}
    return replace(section, more_url=params.url(search.slug), more_label=label)


def _person(search: Search, member: Membership) -> Result:
    active = member.state == "active"
    return Result(
        url=reverse("user_profile", args=[search.slug, member.pk]),
        label=member.name,
        words=search.words,
        note=member.email if active else STATES[member.state],
        avatar_key=member.email,
        is_person=True,
        inactive=not active,
    )


def find_groups(search: Search) -> list[Group]:
    """Return the groups that match, one more than LIMIT if there are others. One query."""
    if not search.may(Permission.PEOPLE_VIEW):
        return []
    return group_choices(search.viewer.organization, search.q, ()).listed


def group_section(search: Search, groups: list[Group]) -> Section:
    """Return the section with the first groups and their number of members. One query."""
    shown = groups[:LIMIT]
    sizes = group_sizes(shown)
    results = [
        Result(
            url=reverse("group", args=[search.slug, group.pk]),
            label=group.name,
            words=search.words,
            note=_members(sizes[group.pk][0]),
        )
        for group in shown
    ]
    section = Section("groups", _("Groups"), results)
    if len(groups) <= LIMIT:
        return section
    label = _("Show all %(count)s matching groups") % {"count": Count(len(groups), MAX_OPTIONS - 1)}
    return replace(section, more_url=_list_url(search, "groups"), more_label=label)


def _members(count: Count) -> str:
    return ngettext("%(count)s member", "%(count)s members", count.value) % {"count": count}


def group_actions(search: Search, groups: list[Group]) -> list[Result]:
    """Return what the viewer can do with the first group that matches (R-6, G-3, G-4). One query."""
    viewer = search.viewer
    may_add, may_invite = can_change_group_members(viewer), can_add_users(viewer)
    if not groups or not (may_add or may_invite):
        return []
    group, base = groups[0], search.slug
    roles = roles_of_groups(viewer.organization, [group.pk])
    if not can_assign_group(viewer, group, roles.get(group.pk, [])):
        return []
    results, names = [], {"group": group.name}
    if may_add:
        url, label = reverse("group_members", args=[base, group.pk]), _("Add members to %(group)s") % names
        results.append(Result(url, label, search.words, _("Group"), "groups"))
    if may_invite:
        url = f"{reverse('user_add', args=[base])}?{urlencode({'new': '', 'group': group.pk})}"
        label = _("Add a new user to %(group)s") % names
        results.append(Result(url, label, search.words, _("Users"), "user-plus"))
    return results


def find_projects(search: Search) -> Section | None:
    """Return the projects that the viewer can access and that match. At most four queries."""
    if not search.may(Permission.WORKSPACE_VIEW):
        return None
    viewer = search.viewer
    page = project_page(viewer, accessible_projects(viewer), search=search.q, size=LIMIT)
    results = [
        Result(
            url=reverse("project", args=[search.slug, row.project.pk]),
            label=row.project.name,
            words=search.words,
            note=row.sources,
            icon="projects",
        )
        for row in page.rows
    ]
    section = Section("projects", _("Projects"), results)
    if not page.next:
        return section
    return replace(section, more_url=_list_url(search, "projects"), more_label=_("Show all matching projects"))


def find_saved_views(search: Search) -> Section | None:
    """Return the viewer's own and the shared views of the Users page that match. One query."""
    if not search.may(Permission.PEOPLE_VIEW):
        return None
    # Their number is limited, and no column has their names folded.
    found = [view for view in views_of(search.viewer) if all(word in text.fold(view.name) for word in search.words)]
    results = [
        Result(
            url=open_url(search.slug, view),
            label=view.name,
            words=search.words,
            note=_("Shared") if view.is_shared else _("Private"),
            icon="eye",
        )
        for view in found[:LIMIT]
    ]
    return Section("views", _("Saved views"), results)


def _list_url(search: Search, url_name: str) -> str:
    return f"{reverse(url_name, args=[search.slug])}?{urlencode({'q': search.q})}"
