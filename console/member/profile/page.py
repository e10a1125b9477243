"""The data of a member's page, computed for its templates in a fixed number of queries (U-8, U-19)."""

from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from accounts.queries import OpenSession
from audit.lines import AuditLine, describe
from audit.queries import entries_about
from base.counting import Count, capped_count
from base.picker import MAX_OPTIONS, Picker, PickerOption
from base.policies import Decision
from console.member.actions.member_action import MemberAction
from console.member.profile.forms import ProfileSnapshot, SubmittedProfile, take_snapshot
from console.member.profile.invitation import InvitationPanel
from console.member.profile.membership import MembershipFacts
from console.member.profile.security import SIGN_IN_ACTIONS, TwoFactorFacts, sign_in_activity, two_factor_facts
from organizations import policies
from organizations.effective_access import Access
from organizations.models import Group, ManagedBy, Project, Role, Scheme, Status
from organizations.permissions import Permission
from organizations.queries import (
    ChoiceList,
    Profile,
    ProjectAccess,
    accessible_projects,
    direct_roles_of,
    group_choices,
    manual_groups_in,
    project_choices,
    project_page,
    roles_in,
    roles_of_groups,
    sessions_of_member,
)
from organizations.roles import admin_role_id, description_of

# The most groups, and direct projects, that can be removed here.
REMOVABLE_LIMIT = 100
# The most projects through groups, and audit entries, that are shown here.
PREVIEW_LIMIT = 5


class ProfilePage:
    """The page of `action.member`. `submitted` and `snapshot` come from a form that is shown again."""

    def __init__(
        self,
        action: MemberAction,
        submitted: SubmittedProfile | None = None,
        snapshot: ProfileSnapshot | None = None,
    ) -> None:
        self.action, self.actor, self.member = action, action.request.membership, action.member
        self.organization = action.request.organization
        self.is_resubmitted = submitted is not None
        self.snapshot = snapshot or take_snapshot(self.member, self.profile)
        self.submitted = submitted or SubmittedProfile.unchanged(self.profile)
        self.access = Access(self.member)

    @cached_property
    def groups(self) -> list[Group]:
        groups = Group.objects.filter(member_links__membership=self.member, organization=self.organization)
        return list(groups.only("id", "name", "managed_by").order_by("sort_name", "id"))

    @cached_property
    def direct_projects(self) -> list[Project]:
        projects = Project.objects.filter(grants__membership=self.member, organization=self.organization)
        return list(projects.only("id", "name", "archived_at").order_by("sort_name", "id"))

    @cached_property
    def profile(self) -> Profile:
        """As organizations.queries.profile_of() returns it, from what the page loads anyway."""
        ids = (frozenset(each.pk for each in items) for items in (self.direct_roles, self.groups, self.direct_projects))
        return Profile(self.member.first_name, self.member.last_name, *ids)

    @property
    def direct_roles(self) -> list[Role]:
        return direct_roles_of(self.member)

    @property
    def token(self) -> str:
        return self.snapshot.token(self.organization, self.member.pk)

    # --- permissions --------------------------------------------------------------------------------

    @cached_property
    def can_edit(self) -> Decision:
        return policies.can_edit_member(self.actor, self.member)

    @cached_property
    def can_rename(self) -> Decision:
        return policies.can_rename(self.actor, self.member)

    @property
    def is_managed_externally(self) -> bool:
        return self.member.managed_by == ManagedBy.SCIM

    @property
    def has_signed_in(self) -> bool:
        """Whether the member has a user. Pending members have none, nor those of a provider who never signed in."""
        return self.member.user_id is not None

    @property
    def is_deactivated(self) -> bool:
        return self.member.status == Status.DEACTIVATED

    @cached_property
    def invitation(self) -> InvitationPanel | None:
        """The open invitation of a pending member."""
        return InvitationPanel.of(self.action)

    @property
    def membership(self) -> MembershipFacts:
        return MembershipFacts(self.member)

    # --- roles --------------------------------------------------------------------------------------

    @property
    def is_ranked(self) -> bool:
        return self.organization.scheme == Scheme.RANKED

    @cached_property
    def role_options(self) -> list[dict[str, Any]]:
        """Every role of the organization. Those that the actor can't give, or can't remove, have a reason."""
        return [self._role_option(role) for role in roles_in(self.organization)]

    def _role_option(self, role: Role) -> dict[str, Any]:
        held = role.pk in self.profile.roles
        decision = Decision(True) if held else policies.can_give_role(self.actor, role)
        # the last Admin keeps that role. In the ranked scheme any other role would replace it.
        is_admin_role = role.pk == admin_role_id(self.organization.scheme)
        is_locked = held and not self.is_ranked and is_admin_role and not self._can_remove_roles
        if is_locked or (decision and self.is_ranked and not held):
            decision = self._can_remove_roles
        return {
            "id": role.pk,
            "label": role.label,
            "description": description_of(role),
            "reason": decision.reason,
            "is_locked": is_locked,
            "is_chosen": is_locked or role.pk in self.submitted.roles,
        }

    @cached_property
    def _can_remove_roles(self) -> Decision:
        return policies.can_remove_roles(self.member)

    @property
    def role_hints(self) -> list[str]:
        """The description of the chosen role, and each reason why other roles are disabled once."""
        chosen = [option["description"] for option in self.role_options if option["is_chosen"]]
        return [*chosen, *dict.fromkeys(option["reason"] for option in self.role_options if option["reason"])]

    # --- groups and projects ------------------------------------------------------------------------

    @property
    def group_chips(self) -> list[dict[str, Any]]:
        """The member's groups. Those of an identity provider can't be left here (G-3)."""
        return [
            {
                "group": group,
                "is_fixed": group.managed_by == ManagedBy.SCIM,
                "is_leaving": group.pk in self.submitted.leave,
            }
            for group in self.groups[:REMOVABLE_LIMIT]
        ]

    @property
    def more_groups(self) -> int:
        return max(0, len(self.groups) - REMOVABLE_LIMIT)

    @property
    def direct_rows(self) -> list[dict[str, Any]]:
        """The direct projects, which can be removed."""
        shown = [project for project in self.direct_projects if not project.archived_at][:REMOVABLE_LIMIT]
        return [{"project": project, "is_removing": project.pk in self.submitted.take} for project in shown]

    @cached_property
    def _granted_projects(self) -> Any:
        return accessible_projects(self.member, by_role=False)

    @cached_property
    def project_count(self) -> Count:
        """How many projects the member has directly or through groups, without access through roles."""
        return capped_count(self._granted_projects)

    @cached_property
    def group_rows(self) -> list[ProjectAccess]:
        """The first projects that the member has through groups only."""
        others = self._granted_projects.exclude(pk__in=[project.pk for project in self.direct_projects])
        return project_page(self.member, others, size=PREVIEW_LIMIT).rows

    @property
    def has_more_projects(self) -> bool:
        return self.project_count.value > len(self.direct_rows) + len(self.group_rows)

    @property
    def pickers(self) -> dict[str, Picker]:
        """The pickers by the name of their check boxes. They are empty until they are opened."""
        return {"join": self.group_picker, "give": self.project_picker}

    @cached_property
    def group_picker(self) -> Picker:
        picker = Picker("join", _("Groups to add"), _("Search groups"), self.submitted.searches.get("join", ""))
        if self.is_resubmitted:
            groups = manual_groups_in(self.organization)
            pick = group_choices(self.organization, picker.query, self.submitted.join, groups=groups)
            roles = roles_of_groups(self.organization, [group.pk for group in pick.listed])
            self._fill(picker, pick, [self._group_choice(group, roles.get(group.pk, [])) for group in pick.listed])
            picker.empty_text = _("No matching groups.") if picker.query else _("No groups yet.")
        return picker

    def _group_choice(self, group: Group, roles: list[Role]) -> PickerOption:
        decision = policies.can_assign_group(self.actor, group, roles)
        reason = _("Already in this group") if group.pk in self.profile.groups else decision.reason
        note = _("Includes the role %(roles)s") % {"roles": ", ".join(role.label for role in roles)} if roles else ""
        label = _("Add to %(name)s") % {"name": group.name}
        return PickerOption(group.pk, group.name, label, note, reason=reason, selected=group.pk in self.submitted.join)

    @cached_property
    def project_picker(self) -> Picker:
        picker = Picker("give", _("Projects to add"), _("Search projects"), self.submitted.searches.get("give", ""))
        if self.is_resubmitted:
            pick = project_choices(self.organization, picker.query, self.submitted.give)
            self._fill(picker, pick, [self._project_choice(project) for project in pick.listed])
            picker.empty_text = _("No matching projects.") if picker.query else _("No projects yet.")
        return picker

    def _project_choice(self, project: Project) -> PickerOption:
        reason = _("Already has direct access") if project.pk in self.profile.projects else ""
        label = _("Give access to %(name)s") % {"name": project.name}
        chosen = project.pk in self.submitted.give
        return PickerOption(project.pk, project.name, label, icon="projects", reason=reason, selected=chosen)

    @staticmethod
    def _fill(picker: Picker, pick: ChoiceList, choices: list[PickerOption]) -> None:
        picker.options, picker.has_more = choices[: MAX_OPTIONS * 2], pick.more

    # --- sessions and activity ----------------------------------------------------------------------

    @cached_property
    def can_see_sessions(self) -> Decision:
        """Members see their own sessions, and people who can log them out do."""
        if not self.has_signed_in and self.member.status != Status.INVITED:
            return policies.can(self.actor, Permission.PEOPLE_ADMIN)  # to see that there are none
        return Decision(True) if self.action.is_self else policies.can_end_sessions(self.actor, self.member)

    @cached_property
    def two_factor(self) -> TwoFactorFacts:
        """The member's second factors, for those who can see the sessions; others see whether there is one."""
        return two_factor_facts(self.member) if self.can_see_sessions else TwoFactorFacts()

    @cached_property
    def can_reset_two_factor(self) -> Decision:
        return policies.can_reset_two_factor(self.actor, self.member)

    @cached_property
    def sign_ins(self) -> list[AuditLine]:
        can_see = self.can_see_sessions and self.can_see_activity
        return sign_in_activity(self.member, limit=PREVIEW_LIMIT) if can_see else []

    @cached_property
    def sessions(self) -> list[OpenSession]:
        return sessions_of_member(self.member) if self.can_see_sessions else []

    @property
    def can_log_out(self) -> bool:
        return bool(policies.can_end_sessions(self.actor, self.member))

    @property
    def can_see_activity(self) -> Decision:
        return policies.can(self.actor, Permission.AUDIT_VIEW)

    @cached_property
    def _entries(self) -> list[Any]:
        return (
            entries_about(
                self.organization.pk,
                self.member.pk,
                limit=PREVIEW_LIMIT + 1,
                without=SIGN_IN_ACTIONS if self.can_see_sessions else (),
            )
            if self.can_see_activity
            else []
        )

    @property
    def activity(self) -> list[AuditLine]:
        return [describe(entry) for entry in self._entries[:PREVIEW_LIMIT]]

    @property
    def has_more_activity(self) -> bool:
        return len(self._entries) > PREVIEW_LIMIT
