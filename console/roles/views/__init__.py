from console.roles.views.deletion import role_deletion
from console.roles.views.form import role_edit, role_new, role_undo
from console.roles.views.roles import role_list, role_page

__all__ = ["role_deletion", "role_edit", "role_list", "role_new", "role_page", "role_undo"]
