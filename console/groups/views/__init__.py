from console.groups.views.contents import (
    group_member,
    group_members,
    group_project,
    group_projects,
    group_roles,
    group_undo,
)
from console.groups.views.group import group_deletion, group_details, group_page
from console.groups.views.groups import group_list, group_new

__all__ = [
    "group_deletion",
    "group_details",
    "group_list",
    "group_member",
    "group_members",
    "group_new",
    "group_page",
    "group_project",
    "group_projects",
    "group_roles",
    "group_undo",
]
