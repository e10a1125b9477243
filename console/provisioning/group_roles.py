"""The groups of the provider with a role for each (C-5): a page by name, with a search."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from base.counting import Count
from base.ids import parse_uuid
from base.lists.params import read_search
from organizations.models import Group, Membership, Role
from organizations.policies import can_give_role, can_manage_groups
from organizations.queries import group_sizes, groups_in, roles_in, roles_of_groups
from organizations.requests import MemberRequest
from provisioning.queries.scim import group_page
from provisioning.services.group_roles import GroupRoleChange


@dataclass(frozen=True)
class RoleOption:
    """A role in the select of a group. `is_disabled`: the actor can't give it (R-6)."""

    value: str
    label: str
    is_chosen: bool = False
    is_disabled: bool = False


@dataclass(frozen=True)
class GroupRow:
    """A group with its size and the options of its select. `seen` are the ids of its roles, as the form shows them."""

    group: Group
    size: Count
    options: list[RoleOption] = field(default_factory=list)
    seen: str = ""


class GroupsSection:
    """The groups of a page, with their options: four queries for any number of groups."""

    def __init__(self, actor: Membership, query: QueryDict) -> None:
        self.actor, self.organization = actor, actor.organization
        self.search = read_search(query, "groups")
        before, after = (self._key(query.get(name, "")) for name in ("groups_before", "groups_after"))
        self.page = group_page(self.organization, search=self.search, after=after, before=before)

    @staticmethod
    def _key(value: str) -> str:
        return value[:400] if value.isprintable() else ""

    @cached_property
    def can_change(self) -> bool:
        return bool(can_manage_groups(self.actor))

    @cached_property
    def rows(self) -> list[GroupRow]:
        groups = self.page.rows
        sizes, held = group_sizes(groups), roles_of_groups(self.organization, [group.pk for group in groups])
        roles = [(role, bool(can_give_role(self.actor, role))) for role in roles_in(self.organization)]
        return [self._row(group, sizes, held.get(group.pk, []), roles) for group in groups]

    @staticmethod
    def _row(group: Group, sizes: dict, held: list[Role], roles: list[tuple[Role, bool]]) -> GroupRow:
        options = [RoleOption("", _("No role"), is_chosen=not held)]
        if len(held) > 1:
            options.append(RoleOption("keep", ", ".join(str(role.label) for role in held), is_chosen=True))
        for role, can_give in roles:
            is_held = [role] == held
            options.append(RoleOption(str(role.pk), str(role.label), is_held, not can_give and not is_held))
        size = sizes.get(group.pk, (Count(0), Count(0)))[0]
        return GroupRow(group, size, options, ",".join(str(role.pk) for role in held))

    def _url(self, **fields: str) -> str:
        fields = {name: value for name, value in {"groups": self.search, **fields}.items() if value}
        return f"{reverse('provisioning', args=[self.organization.slug])}?{urlencode(fields)}#groups"

    @property
    def previous(self) -> str:
        return self._url(groups_before=self.page.previous) if self.page.previous else ""

    @property
    def next(self) -> str:
        return self._url(groups_after=self.page.next) if self.page.next else ""

    @property
    def is_searchable(self) -> bool:
        """Whether there are more groups than one page shows, or a search hides some."""
        return self.page.more or bool(self.search)


def read_changes(request: MemberRequest) -> list[GroupRoleChange]:
    """Return what differs from what the form showed. Ids of other organizations, and unknown roles, change nothing."""
    roles = {str(role.pk): role for role in roles_in(request.organization)}
    chosen: dict[Any, str] = {}
    for name, value in request.POST.items():
        if name.startswith("role-") and (group_id := parse_uuid(name.removeprefix("role-"))):
            chosen[group_id] = str(value)
    changes = []
    for group in groups_in(request.organization, chosen):
        value, seen = chosen[group.pk], request.POST.get(f"seen-{group.pk}", "").split(",")
        if value == "keep" or (value and value not in roles):
            continue
        add = [roles[value]] if value and value not in seen else []
        remove = [roles[key] for key in seen if key in roles and key != value]
        if add or remove:
            changes.append(GroupRoleChange(group, add, remove))
    return changes
