"""Add User, step 2: the first tasks that the new members will see on their Homepage (W-8)."""

from django.utils.translation import gettext as _

from invitations.content import InvitationContent
from organizations.first_tasks import suggested_tasks, with_second_factor
from organizations.queries import projects_in


def tasks_context(content: InvitationContent) -> dict:
    """Return the title and the tasks for what a draft gives. At most one query."""

    def has_projects() -> bool:
        return projects_in(content.organization).exists() if content.has_all_projects else bool(content.project_count)

    roles = content.roles
    title = _("Suggested first tasks")
    if len(roles) == 1:
        title = _("Suggested first tasks for the %(role)s role") % {"role": roles[0].label}
    tasks = with_second_factor(suggested_tasks(roles, has_projects=has_projects), content.organization)
    return {"quick_actions_title": title, "quick_actions": tasks}
