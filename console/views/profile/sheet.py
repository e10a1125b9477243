"""A member's page as it stands: worked out for its templates, in a number of queries that does not grow (U-8, U-19)."""

from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from accounts.queries import OpenSession, list_open_sessions
from audit.descriptions import AuditLine, describe
from audit.queries import entries_about
from base.counting import Count, capped_count
from base.picker import MAX_OPTIONS, Picker, PickerOption
from base.policies import Decision
from console.views.actions.common import Acting
from console.views.profile.access import Access
from console.views.profile.typed import Seen, Typed, seen_now
from organizations import policies
from organizations.models import Group, ManagedBy, Project, Role, Scheme, Status
from organizations.permissions import Permission
from organizations.queries import (
    ChoiceList,
    Profile,
    ProjectAccess,
    accessible_projects,
    direct_roles_of,
    group_choices,
    project_choices,
    project_page,
    roles_in,
    roles_of_groups,
)
from organizations.roles import admin_role_id, description_of

# So many groups, and projects given directly, are shown to be taken away; of other projects and of what happened, few.
MOST, FEW = 100, 5


class Sheet:
    """The page of `acting.member`. `typed` and `seen` come from a form that is shown again."""

    def __init__(self, acting: Acting, typed: Typed | None = None, seen: Seen | None = None) -> None:
        self.acting, self.actor, self.member = acting, acting.request.membership, acting.member
        self.organization = acting.request.organization
        self.again = typed is not None
        self.seen = seen or seen_now(self.member, self.profile)
        self.typed = typed or Typed.unchanged(self.profile)
        self.access = Access(self.member)

    @cached_property
    def groups(self) -> list[Group]:
        found = Group.objects.filter(member_links__membership=self.member, organization=self.organization)
        return list(found.only("id", "name", "managed_by").order_by("name_key"))

    @cached_property
    def direct(self) -> list[Project]:
        found = Project.objects.filter(grants__membership=self.member, organization=self.organization)
        return list(found.only("id", "name", "archived_at").order_by("name_key"))

    @cached_property
    def profile(self) -> Profile:
        """As organizations.queries.profile_of() gives it, of what is shown anyway."""
        sets = (frozenset(thing.pk for thing in things) for things in (self.held, self.groups, self.direct))
        return Profile(self.member.first_name, self.member.last_name, *sets)

    @property
    def held(self) -> list[Role]:
        return direct_roles_of(self.member)

    @property
    def token(self) -> str:
        return self.seen.token(self.organization, self.member.pk)

    # --- what may be done ---------------------------------------------------------------------------

    @cached_property
    def editable(self) -> Decision:
        return policies.can_edit_member(self.actor, self.member)

    @cached_property
    def renames(self) -> Decision:
        return policies.can_rename(self.actor, self.member)

    @property
    def external(self) -> bool:
        return self.member.managed_by == ManagedBy.SCIM

    @property
    def deactivated(self) -> bool:
        return self.member.status == Status.DEACTIVATED

    # --- roles --------------------------------------------------------------------------------------

    @property
    def ranked(self) -> bool:
        return self.organization.scheme == Scheme.RANKED

    @cached_property
    def roles(self) -> list[dict[str, Any]]:
        """Every role of the organization; those that the actor may not give, or not take, are off with the reason."""
        return [self._role(role) for role in roles_in(self.organization)]

    def _role(self, role: Role) -> dict[str, Any]:
        held = role.pk in self.profile.roles
        answer = Decision(True) if held else policies.can_give_role(self.actor, role)
        # the last Admin's role is the one that cannot go; in the ranked scheme any other would take its place.
        stays = held and not self.ranked and role.pk == admin_role_id(self.organization.scheme) and not self._spared
        if stays or (answer and self.ranked and not held):
            answer = self._spared
        return {
            "id": role.pk,
            "label": role.label,
            "description": description_of(role),
            "reason": answer.reason,
            "stays": stays,
            "chosen": stays or role.pk in self.typed.roles,
        }

    @cached_property
    def _spared(self) -> Decision:
        return policies.can_remove_roles(self.member)

    @property
    def role_hints(self) -> list[str]:
        """What the chosen role is; why others are off, each reason once."""
        chosen = [role["description"] for role in self.roles if role["chosen"]]
        return [*chosen, *dict.fromkeys(role["reason"] for role in self.roles if role["reason"])]

    # --- groups and projects ------------------------------------------------------------------------

    @property
    def group_chips(self) -> list[dict[str, Any]]:
        """The member's groups: an identity provider's keep their members (G-3)."""
        return [
            {"group": group, "fixed": group.managed_by == ManagedBy.SCIM, "leaving": group.pk in self.typed.leave}
            for group in self.groups[:MOST]
        ]

    @property
    def more_groups(self) -> int:
        return max(0, len(self.groups) - MOST)

    @property
    def direct_rows(self) -> list[dict[str, Any]]:
        """The projects given directly, which can be taken."""
        shown = [project for project in self.direct if not project.archived_at][:MOST]
        return [{"project": project, "taking": project.pk in self.typed.take} for project in shown]

    @cached_property
    def _given(self) -> Any:
        return accessible_projects(self.member, by_role=False)

    @cached_property
    def project_count(self) -> Count:
        """Given directly or through groups; what a role opens is said, not counted."""
        return capped_count(self._given)

    @cached_property
    def through_rows(self) -> list[ProjectAccess]:
        """The first projects that come through groups alone."""
        rest = self._given.exclude(pk__in=[project.pk for project in self.direct])
        return project_page(self.member, rest, size=FEW).rows

    @property
    def more_projects(self) -> bool:
        return self.project_count.value > len(self.direct_rows) + len(self.through_rows)

    @property
    def pickers(self) -> dict[str, Picker]:
        """By the name of its boxes; nothing was looked up for a form that is shown for the first time."""
        return {"join": self.join, "give": self.give}

    @cached_property
    def join(self) -> Picker:
        picker = Picker("join", _("Groups to add"), _("Search groups"), self.typed.asked.get("join", ""))
        if self.again:
            pick = group_choices(self.organization, picker.query, self.typed.join)
            carried = roles_of_groups(self.organization, [group.pk for group in pick.listed])
            self._fill(picker, pick, [self._group(group, carried.get(group.pk, [])) for group in pick.listed])
            picker.empty_text = _("No group is called so.") if picker.query else _("There are no groups yet.")
        return picker

    def _group(self, group: Group, carried: list[Role]) -> PickerOption:
        answer = policies.can_assign_group(self.actor, group, carried)
        reason = _("In this group already") if group.pk in self.profile.groups else answer.reason
        note = _("Gives %(roles)s") % {"roles": ", ".join(role.label for role in carried)} if carried else ""
        does = _("Add to %(name)s") % {"name": group.name}
        return PickerOption(group.pk, group.name, does, note, reason=reason, selected=group.pk in self.typed.join)

    @cached_property
    def give(self) -> Picker:
        picker = Picker("give", _("Projects to add"), _("Search projects"), self.typed.asked.get("give", ""))
        if self.again:
            pick = project_choices(self.organization, picker.query, self.typed.give)
            self._fill(picker, pick, [self._project(project) for project in pick.listed])
            picker.empty_text = _("No project is called so.") if picker.query else _("There are no projects yet.")
        return picker

    def _project(self, project: Project) -> PickerOption:
        reason = _("Given directly already") if project.pk in self.profile.projects else ""
        does = _("Give access to %(name)s") % {"name": project.name}
        chosen = project.pk in self.typed.give
        return PickerOption(project.pk, project.name, does, icon="projects", reason=reason, selected=chosen)

    @staticmethod
    def _fill(picker: Picker, pick: ChoiceList, choices: list[PickerOption]) -> None:
        picker.options, picker.has_more = choices[: MAX_OPTIONS * 2], pick.more

    # --- sessions and activity ----------------------------------------------------------------------

    @cached_property
    def watches(self) -> Decision:
        """Where somebody is signed in is for them and for who may log them out."""
        return Decision(True) if self.acting.about_oneself else policies.can_end_sessions(self.actor, self.member)

    @cached_property
    def sessions(self) -> list[OpenSession]:
        return list_open_sessions(self.member.user) if self.watches and self.member.user else []

    @property
    def logs_out(self) -> bool:
        return bool(policies.can_end_sessions(self.actor, self.member))

    @property
    def reads_log(self) -> Decision:
        return policies.can(self.actor, Permission.AUDIT_VIEW)

    @cached_property
    def _entries(self) -> list[Any]:
        return entries_about(self.organization.pk, self.member.pk, limit=FEW + 1) if self.reads_log else []

    @property
    def activity(self) -> list[AuditLine]:
        return [describe(entry) for entry in self._entries[:FEW]]

    @property
    def more_activity(self) -> bool:
        return len(self._entries) > FEW
