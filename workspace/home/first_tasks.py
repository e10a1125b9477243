"""A member's list of first tasks (A-1, R-5, W-8)."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _

from organizations import pages
from organizations.built_in_roles import QuickAction
from organizations.models import Membership
from organizations.queries import direct_roles_of, permissions_of_member
from organizations.roles import quick_actions_of

# Everyone's first task. It's done once 2FA is set up, not when its page is opened.
SECOND_FACTOR = "second-factor"


@dataclass(frozen=True)
class FirstTask:
    """A task, the page where it is done, and whether it is."""

    key: str
    label: str
    icon: str
    url: str
    is_done: bool


@dataclass(frozen=True)
class TaskList:
    """The first tasks of a member."""

    tasks: Sequence[FirstTask]

    @property
    def done(self) -> int:
        return sum(task.is_done for task in self.tasks)


def task_key(action: QuickAction) -> str:
    """Return the key of a role's quick action, for URLs and Membership.tasks_done."""
    return slugify(str(action.label))[:60]


def first_tasks(member: Membership, *, without_pages: frozenset[str] = frozenset()) -> list[FirstTask]:
    """Return the tasks on pages that the member may open, except on `without_pages` (page keys)."""
    slug = member.organization.slug
    open_pages = pages.accessible_pages(permissions_of_member(member))
    urls = {page.key: page.url(slug) for page in open_pages if page.key not in without_pages}
    actions = {task_key(each): each for each in quick_actions_of(direct_roles_of(member)) if each.page in urls}
    tasks = [
        FirstTask(key, str(action.label), action.icon, urls[action.page], key in member.tasks_done)
        for key, action in actions.items()
    ]
    secured = FirstTask(SECOND_FACTOR, _("Set up 2FA"), "shield", reverse("two_factor_setup"), member.two_factor)
    return [secured, *tasks] if tasks and member.user_id else tasks


def task_list(member: Membership, *, without_pages: frozenset[str] = frozenset()) -> TaskList | None:
    """Return the member's tasks, None if they hid the list or all of them are done."""
    if member.tasks_hidden:
        return None
    tasks = first_tasks(member, without_pages=without_pages)
    return TaskList(tasks) if any(not task.is_done for task in tasks) else None
