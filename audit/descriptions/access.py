"""Groups, projects and roles."""

from django.utils.translation import gettext_lazy

from audit.descriptions.sentence import Description

ACCESS = {
    "group.created": Description(gettext_lazy("{actor} created the group {target}"), "groups"),
    "group.projects_given": Description(gettext_lazy("{actor} gave group {target} access to {projects}"), "projects"),
    "group.projects_taken": Description(gettext_lazy("{actor} removed {target}’s access to {projects}"), "projects"),
    "group.renamed": Description(gettext_lazy("{actor} edited the group {target}"), "pencil"),
    "group.deleted": Description(gettext_lazy("{actor} deleted the group {target}"), "trash", "danger"),
    "group.roles_given": Description(gettext_lazy("{actor} gave group {target} the role {roles}"), "roles"),
    "group.roles_taken": Description(gettext_lazy("{actor} removed the role {roles} from group {target}"), "roles"),
    "project.renamed": Description(gettext_lazy("{actor} edited the project {target}"), "pencil"),
    "project.archived": Description(gettext_lazy("{actor} archived the project {target}"), "datasets"),
    "project.restored": Description(gettext_lazy("{actor} restored the project {target}"), "refresh", "success"),
    "project.created": Description(gettext_lazy("{actor} created the project {target}"), "projects"),
    "role.created": Description(gettext_lazy("{actor} created the role {target}"), "roles"),
    "role.edited": Description(gettext_lazy("{actor} edited the role {target}"), "roles"),
    "role.deleted": Description(gettext_lazy("{actor} deleted the role {target}"), "trash", "danger"),
    "group.member_added": Description(gettext_lazy("{actor} added {target} to {group}"), "groups"),
    "group.member_removed": Description(gettext_lazy("{actor} removed {target} from {group}"), "groups"),
}
