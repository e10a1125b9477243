from console.views.roles.deleting import role_deletion
from console.views.roles.editing import role_edit, role_new
from console.views.roles.reading import role_list, role_page

__all__ = ["role_deletion", "role_edit", "role_list", "role_new", "role_page"]
