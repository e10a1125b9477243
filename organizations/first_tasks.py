"""The first tasks of a new member, by role (R-5, W-8, A-1). Step 2 of Add User and the Homepage list the same ones."""

from collections.abc import Callable, Iterable

from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from organizations import built_in_roles as built_in
from organizations.built_in_roles import QuickAction
from organizations.models import Organization, Role
from organizations.pages import accessible_pages
from organizations.permissions import Permission as P
from organizations.roles import built_in_definition, permissions_of

# Everyone's first task. It's done once 2FA is set up, not when its page is opened.
SECOND_FACTOR = QuickAction(_("Set up 2FA"), "shield", key="second-factor")
# What custom roles suggest: the first MAX_CUSTOM tasks that their permissions allow.
CUSTOM: tuple[tuple[P, QuickAction], ...] = (
    (P.PEOPLE_INVITE, built_in.INVITE_TEAM),
    (P.GROUPS_MANAGE, built_in.ORGANIZE_GROUPS),
    (P.PROJECTS_MANAGE, built_in.CREATE_PROJECT),
    (P.INTEGRATIONS_MANAGE, built_in.CONNECT_SOURCE),
    (P.SUB_ACCOUNTS_MANAGE, built_in.CREATE_SUB_ACCOUNT),
    (P.WORKSPACE_VIEW, built_in.OPEN_PROJECT),
    (P.WORKSPACE_VIEW, built_in.EXPLORE_WORKSPACE),
    (P.SECURITY_VIEW, built_in.REVIEW_SECURITY),
    (P.PEOPLE_VIEW, built_in.VIEW_TEAM),
    (P.BILLING_VIEW, built_in.CHECK_SUBSCRIPTION),
    (P.AUDIT_VIEW, QuickAction(_("See recent activity"), "audit", "audit_log")),
    (P.BRANDS_MANAGE, QuickAction(_("Set up your brand"), "brands", "brands")),
    (P.KEYS_MANAGE, QuickAction(_("Review the access keys"), "key", "access_keys")),
)
MAX_CUSTOM = 4


def task_key(action: QuickAction) -> str:
    """Return the key of a task, for URLs and Membership.tasks_done."""
    return action.key or slugify(str(action.label))[:60]


def _actions_of(role: Role) -> Iterable[QuickAction]:
    if definition := built_in_definition(role):
        return definition.quick_actions
    permissions = permissions_of(role)
    return [action for permission, action in CUSTOM if permission in permissions][:MAX_CUSTOM]


def suggested_tasks(roles: Iterable[Role], *, has_projects: Callable[[], bool]) -> list[QuickAction]:
    """Return the tasks that these roles suggest, without duplicates, on pages that the roles open.

    `has_projects` is only called if a task needs a project.
    """
    roles = list(roles)
    permissions: frozenset[P] = frozenset().union(*(permissions_of(role) for role in roles))
    open_pages = {page.key for page in accessible_pages(permissions)}
    actions = {task_key(action): action for role in roles for action in _actions_of(role)}
    found = [action for action in actions.values() if action.page in open_pages]
    if any(action.needs_project for action in found) and not has_projects():
        found = [action for action in found if not action.needs_project]
    return found


def with_second_factor(tasks: list[QuickAction], organization: Organization) -> list[QuickAction]:
    """Return the tasks with setting up 2FA first. The identity provider does it where single sign-on is enforced."""
    return [SECOND_FACTOR, *tasks] if tasks and not organization.sso_enforced else tasks
