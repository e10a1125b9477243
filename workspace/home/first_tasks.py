"""A member's list of first tasks (A-1, R-5, W-8)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.urls import reverse

from organizations import pages
from organizations.built_in_roles import QuickAction
from organizations.first_tasks import SECOND_FACTOR, suggested_tasks, task_key, with_second_factor
from organizations.models import Membership
from organizations.queries import direct_roles_of


@dataclass(frozen=True)
class FirstTask:
    """A task, the page where it is done, and whether it is. `is_automatic` tasks are done by what happens there."""

    key: str
    label: str
    icon: str
    url: str
    is_done: bool
    is_automatic: bool = False


@dataclass(frozen=True)
class TaskList:
    """The first tasks of a member."""

    tasks: Sequence[FirstTask]

    @property
    def done(self) -> int:
        return sum(task.is_done for task in self.tasks)


def first_tasks(
    member: Membership, *, has_projects: Callable[[], bool] = lambda: True, second_factor: bool = True
) -> list[FirstTask]:
    """Return the tasks that the member's own roles suggest. `second_factor`: this session may set up 2FA."""
    urls = {page.key: page.url(member.organization.slug) for page in pages.registered_pages()}
    actions = with_second_factor(
        suggested_tasks(direct_roles_of(member), has_projects=has_projects), member.organization
    )
    return [_task(member, action, urls) for action in actions if second_factor or action is not SECOND_FACTOR]


def _task(member: Membership, action: QuickAction, urls: dict[str, str]) -> FirstTask:
    key, label = task_key(action), str(action.label)
    if action is SECOND_FACTOR:
        return FirstTask(key, label, action.icon, reverse("two_factor_setup"), member.two_factor, is_automatic=True)
    return FirstTask(key, label, action.icon, urls[action.page], key in member.tasks_done)


def task_list(member: Membership, *, has_projects: Callable[[], bool], second_factor: bool) -> TaskList | None:
    """Return the member's tasks, None if they hid the list or all of them are done."""
    if member.tasks_hidden:
        return None
    tasks = first_tasks(member, has_projects=has_projects, second_factor=second_factor)
    return TaskList(tasks) if any(not task.is_done for task in tasks) else None
