"""The built-in roles: their permissions and the texts that describe them (R-1, R-2, R-4, R-5, W-8, W-9).

This module imports no models, so that models can import it.
"""

from dataclasses import dataclass
from uuid import NAMESPACE_URL, UUID, uuid5

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from organizations.permissions import ALL_PERMISSIONS, Permission
from organizations.schemes import Scheme

P = Permission


@dataclass(frozen=True)
class QuickAction:
    """A suggestion for a new member's first day (W-8). `page` is the key of the page where it starts, "" for none.

    `key` names it in URLs; without one, its label does.
    """

    label: str | Promise
    icon: str
    page: str = ""
    needs_project: bool = False
    key: str = ""


@dataclass(frozen=True)
class BuiltInRole:
    """A role that every organization of a scheme has.

    `welcome_pages` has the keys of the welcome pages it offers. None means every page that its permissions allow (W-9).
    """

    scheme: Scheme
    key: str
    rank: int
    name: str | Promise
    description: str | Promise
    permissions: frozenset[Permission]
    capabilities: tuple[str | Promise, ...]
    quick_actions: tuple[QuickAction, ...]
    welcome_pages: frozenset[str] | None = None

    @property
    def id(self) -> UUID:
        """The id of the role's row, the same in every installation."""
        return uuid5(NAMESPACE_URL, f"urn:teamadmin:role:{self.scheme}:{self.key}")


OPERATOR = frozenset({P.WORKSPACE_VIEW})
BUILDER = OPERATOR | {P.PROJECTS_EDIT}
MANAGER = BUILDER | {
    P.PROJECTS_VIEW_ALL,
    P.PROJECTS_MANAGE,
    P.DATASETS_VIEW,
    P.DATASETS_MANAGE,
    P.PEOPLE_VIEW,
    P.PEOPLE_INVITE,
    P.PEOPLE_EDIT,
    P.GROUPS_MANAGE,
    P.AUDIT_VIEW,
}
READ_ONLY = frozenset(
    {
        P.WORKSPACE_VIEW,
        P.PROJECTS_VIEW_ALL,
        P.DATASETS_VIEW,
        P.INTEGRATIONS_VIEW,
        P.PEOPLE_VIEW,
        P.AUDIT_VIEW,
        P.SECURITY_VIEW,
        P.BILLING_VIEW,
    }
)
WORK_PAGES = frozenset({"homepage", "projects", "workspace"})
ADMIN_PAGES = WORK_PAGES | {"access_keys", "brands", "datasets", "integrations", "security", "users"}

OPEN_PROJECT = QuickAction(_("Open your first project"), "projects", "projects", needs_project=True)
EDIT_PROJECT = QuickAction(_("Edit a project"), "pencil", "projects", needs_project=True)
CREATE_PROJECT = QuickAction(_("Create a project"), "projects", "projects")
EXPLORE_WORKSPACE = QuickAction(_("Explore the workspace"), "workspace", "workspace")
VIEW_TEAM = QuickAction(_("See who is on the team"), "users", "users")
INVITE_TEAM = QuickAction(_("Invite your team"), "send", "users")
ORGANIZE_GROUPS = QuickAction(_("Organize people into groups"), "groups", "groups")
REVIEW_SECURITY = QuickAction(_("Review the security settings"), "shield", "security")
CONNECT_SOURCE = QuickAction(_("Connect a source"), "integrations", "integrations")
CREATE_SUB_ACCOUNT = QuickAction(_("Create a sub-account"), "tree", "sub_accounts")
CHECK_SUBSCRIPTION = QuickAction(_("Check the subscription"), "card", "subscription")

BUILT_IN: tuple[BuiltInRole, ...] = (
    BuiltInRole(
        scheme=Scheme.RANKED,
        key="admin",
        rank=10,
        name=_("Admin"),
        description=_("Full access: people, projects, security, billing and integrations."),
        permissions=ALL_PERMISSIONS,
        capabilities=(
            _("Invite, edit, deactivate and delete people"),
            _("Manage groups, projects, datasets and integrations"),
            _("Manage security, brands, access keys and billing"),
        ),
        quick_actions=(INVITE_TEAM, ORGANIZE_GROUPS, REVIEW_SECURITY, EXPLORE_WORKSPACE),
        welcome_pages=ADMIN_PAGES,
    ),
    BuiltInRole(
        scheme=Scheme.RANKED,
        key="manager",
        rank=20,
        name=_("Manager"),
        description=_(
            "Invites people and manages groups, projects and datasets. Can’t change security or delete people."
        ),
        permissions=MANAGER,
        capabilities=(
            _("Invite people and edit their profiles"),
            _("Manage groups, projects and datasets"),
            _("View the audit log"),
        ),
        quick_actions=(
            INVITE_TEAM,
            ORGANIZE_GROUPS,
            CREATE_PROJECT,
            EXPLORE_WORKSPACE,
        ),
        welcome_pages=WORK_PAGES | {"datasets"},
    ),
    BuiltInRole(
        scheme=Scheme.RANKED,
        key="builder",
        rank=30,
        name=_("Builder"),
        description=_("Builds and edits in the projects they can access. Can’t invite people or change security."),
        permissions=BUILDER,
        capabilities=(
            _("Build and edit in the projects you can access"),
            _("Collaborate on your groups’ projects"),
        ),
        quick_actions=(OPEN_PROJECT, EDIT_PROJECT, EXPLORE_WORKSPACE),
        welcome_pages=WORK_PAGES,
    ),
    BuiltInRole(
        scheme=Scheme.RANKED,
        key="operator",
        rank=40,
        name=_("Operator"),
        description=_("Works in the projects they can access. Can’t edit them."),
        permissions=OPERATOR,
        capabilities=(_("Work in the projects you can access"), _("See what your groups are working on")),
        quick_actions=(OPEN_PROJECT, EXPLORE_WORKSPACE),
        welcome_pages=WORK_PAGES,
    ),
    BuiltInRole(
        scheme=Scheme.TASK,
        key="admin",
        rank=10,
        name=_("Admin"),
        description=_("Full access to everything."),
        permissions=ALL_PERMISSIONS,
        capabilities=(
            _("Do everything in the organization"),
            _("Invite, edit, deactivate and delete people"),
            _("Manage billing and security"),
        ),
        quick_actions=(INVITE_TEAM, ORGANIZE_GROUPS, EXPLORE_WORKSPACE),
    ),
    BuiltInRole(
        scheme=Scheme.TASK,
        key="data_admin",
        rank=20,
        name=_("Data Admin"),
        description=_("Creates and edits sources, destinations and pipelines. No admin access."),
        permissions=frozenset(
            {
                P.WORKSPACE_VIEW,
                P.PROJECTS_EDIT,
                P.DATASETS_VIEW,
                P.DATASETS_MANAGE,
                P.INTEGRATIONS_VIEW,
                P.INTEGRATIONS_MANAGE,
            }
        ),
        capabilities=(_("Create and edit sources, destinations and pipelines"), _("Work with datasets")),
        quick_actions=(
            OPEN_PROJECT,
            CONNECT_SOURCE,
            QuickAction(_("Build a pipeline"), "arrow-right", "integrations"),
        ),
    ),
    BuiltInRole(
        scheme=Scheme.TASK,
        key="read_only",
        rank=30,
        name=_("Read Only"),
        description=_("Can view everything, but can’t make changes."),
        permissions=READ_ONLY,
        capabilities=(_("View everything in the organization"),),
        quick_actions=(EXPLORE_WORKSPACE, VIEW_TEAM),
    ),
    BuiltInRole(
        scheme=Scheme.TASK,
        key="sub_accounts",
        rank=40,
        name=_("Sub-Accounts"),
        description=_("Creates and edits sub-accounts."),
        permissions=frozenset({P.WORKSPACE_VIEW, P.SUB_ACCOUNTS_MANAGE}),
        capabilities=(_("Create and edit sub-accounts"),),
        quick_actions=(CREATE_SUB_ACCOUNT, EXPLORE_WORKSPACE),
    ),
    BuiltInRole(
        scheme=Scheme.TASK,
        key="team_management",
        rank=50,
        name=_("Team Management"),
        description=_("Adds and edits users."),
        permissions=frozenset({P.WORKSPACE_VIEW, P.PEOPLE_VIEW, P.PEOPLE_INVITE, P.PEOPLE_EDIT, P.GROUPS_MANAGE}),
        capabilities=(_("Add and edit users"), _("Manage groups")),
        quick_actions=(INVITE_TEAM, ORGANIZE_GROUPS, VIEW_TEAM),
    ),
    BuiltInRole(
        scheme=Scheme.TASK,
        key="billing",
        rank=60,
        name=_("Billing"),
        description=_("Access to the subscription page only."),
        permissions=frozenset({P.BILLING_VIEW, P.BILLING_MANAGE}),
        capabilities=(_("View and manage the subscription"),),
        quick_actions=(CHECK_SUBSCRIPTION,),
    ),
)
BUILT_IN_BY_ID = {role.id: role for role in BUILT_IN}
