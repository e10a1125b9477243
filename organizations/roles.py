"""The built-in roles: what each allows, and the words by which it is explained (R-1, R-2, R-4, R-5, W-8, W-9)."""

from dataclasses import dataclass
from uuid import NAMESPACE_URL, UUID, uuid5

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from organizations.models import Role, Scheme
from organizations.permissions import EVERYTHING, LABELS, Permission

P = Permission


@dataclass(frozen=True)
class QuickAction:
    """A suggestion for the first day: words and an icon (W-8); `page` is the key of the page where it starts."""

    label: str | Promise
    icon: str
    page: str = ""


@dataclass(frozen=True)
class BuiltInRole:
    """`welcome_pages` None: the pages that the permissions open; else exactly these keys (W-9)."""

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
        """The same row id in every installation."""
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
READ = frozenset(
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

_MEET = QuickAction(_("Open your first project"), "projects", "projects")
_LOOK = QuickAction(_("Look around the workspace"), "workspace", "workspace")
_TEAM = QuickAction(_("See who is on the team"), "users", "users")
_INVITE = QuickAction(_("Invite your team"), "send", "users")
_GROUP = QuickAction(_("Sort people into groups"), "groups", "groups")

BUILT_IN: tuple[BuiltInRole, ...] = (
    BuiltInRole(
        Scheme.RANKED,
        "admin",
        10,
        _("Admin"),
        _("Full access: people, projects, security, billing and integrations."),
        EVERYTHING,
        (
            _("Invite, edit, deactivate and delete people"),
            _("Manage groups, projects, datasets and integrations"),
            _("Set security, brands, access keys and billing"),
        ),
        (_INVITE, _GROUP, QuickAction(_("Review the security settings"), "shield", "security"), _LOOK),
        frozenset(
            {
                "access_keys",
                "brands",
                "security",
                "users",
                "datasets",
                "homepage",
                "integrations",
                "projects",
                "workspace",
            }
        ),
    ),
    BuiltInRole(
        Scheme.RANKED,
        "manager",
        20,
        _("Manager"),
        _("Invites people and manages groups, projects and datasets. Cannot change security or delete people."),
        MANAGER,
        (
            _("Invite people and edit their profiles"),
            _("Manage groups, projects and datasets"),
            _("Follow what happens in the audit log"),
        ),
        (_INVITE, _GROUP, QuickAction(_("Create a project"), "projects"), _LOOK),
        WORK_PAGES | {"datasets"},
    ),
    BuiltInRole(
        Scheme.RANKED,
        "builder",
        30,
        _("Builder"),
        _("Builds and edits in the projects they can access. Cannot invite people or change security."),
        BUILDER,
        (_("Build and edit in the projects you can access"), _("Work in projects together with your groups")),
        (_MEET, QuickAction(_("Edit a project"), "pencil"), _LOOK),
        WORK_PAGES,
    ),
    BuiltInRole(
        Scheme.RANKED,
        "operator",
        40,
        _("Operator"),
        _("Works in the projects they can access. Cannot change them."),
        OPERATOR,
        (_("Work in the projects you can access"), _("See what your groups work on")),
        (_MEET, _LOOK),
        WORK_PAGES,
    ),
    BuiltInRole(
        Scheme.TASK,
        "admin",
        10,
        _("Admin"),
        _("Full access to everything."),
        EVERYTHING,
        (
            _("Do everything in the organization"),
            _("Invite, edit, deactivate and delete people"),
            _("Manage billing and security"),
        ),
        (_INVITE, _GROUP, _LOOK),
    ),
    BuiltInRole(
        Scheme.TASK,
        "data_admin",
        20,
        _("Data Admin"),
        _("Creates and edits sources, destinations and pipelines. No admin access."),
        frozenset(
            {
                P.WORKSPACE_VIEW,
                P.PROJECTS_EDIT,
                P.DATASETS_VIEW,
                P.DATASETS_MANAGE,
                P.INTEGRATIONS_VIEW,
                P.INTEGRATIONS_MANAGE,
            }
        ),
        (_("Create and edit sources, destinations and pipelines"), _("Work with datasets")),
        (_MEET, QuickAction(_("Connect a source"), "integrations"), QuickAction(_("Build a pipeline"), "datasets")),
    ),
    BuiltInRole(
        Scheme.TASK,
        "read_only",
        30,
        _("Read Only"),
        _("Reads everything, changes nothing."),
        READ,
        (_("Read everything in the organization"),),
        (_LOOK, _TEAM),
    ),
    BuiltInRole(
        Scheme.TASK,
        "sub_accounts",
        40,
        _("Sub-Accounts"),
        _("Creates and edits sub-accounts."),
        frozenset({P.WORKSPACE_VIEW, P.SUB_ACCOUNTS_MANAGE}),
        (_("Create and edit sub-accounts"),),
        (_LOOK,),
    ),
    BuiltInRole(
        Scheme.TASK,
        "team_management",
        50,
        _("Team Management"),
        _("Adds and edits users."),
        frozenset({P.WORKSPACE_VIEW, P.PEOPLE_VIEW, P.PEOPLE_INVITE, P.PEOPLE_EDIT, P.GROUPS_MANAGE}),
        (_("Add and edit users"), _("Manage groups")),
        (_INVITE, _GROUP, _TEAM),
    ),
    BuiltInRole(
        Scheme.TASK,
        "billing",
        60,
        _("Billing"),
        _("The subscription page only."),
        frozenset({P.BILLING_VIEW, P.BILLING_MANAGE}),
        (_("See and manage the subscription"),),
        (QuickAction(_("Check the subscription"), "card"),),
    ),
)
_BY_ID = {role.id: role for role in BUILT_IN}


def definition(role: Role) -> BuiltInRole | None:
    """The built-in definition behind a Role row, None for a custom role."""
    return _BY_ID.get(role.pk)


def admin_role_id(scheme: str) -> UUID:
    """The row id of the scheme's built-in Admin role, of which an active holder must stay (R-8)."""
    return next(role.id for role in BUILT_IN if role.scheme == scheme and role.key == "admin")


def permissions_of(role: Role) -> frozenset[Permission]:
    """What a role allows; unknown names in a custom role's row are dropped."""
    if found := definition(role):
        return found.permissions
    return frozenset(Permission(name) for name in role.permissions if name in Permission._value2member_map_)


def description_of(role: Role) -> str:
    """One sentence about a role."""
    found = definition(role)
    return str(found.description) if found else role.description


def capabilities_of(roles: list[Role]) -> list[str]:
    """What somebody with these roles can do, for the mail and the welcome dialog; no sentence twice (R-5)."""
    sentences: dict[str, None] = {}
    for role in roles:
        found = definition(role)
        lines = found.capabilities if found else [LABELS[name] for name in Permission if name in permissions_of(role)]
        sentences.update(dict.fromkeys(str(line) for line in lines))
    return list(sentences)


def quick_actions_of(roles: list[Role]) -> list[QuickAction]:
    """The suggestions for somebody with these roles, each once; a custom role brings the general one (W-8)."""
    actions: dict[str, QuickAction] = {}
    for role in roles:
        found = definition(role)
        for action in found.quick_actions if found else (_LOOK,):
            actions.setdefault(str(action.label), action)
    return list(actions.values())
