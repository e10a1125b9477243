"""Addresses below /o/<slug>/groups/."""

from django.urls import path

from console.views import group, group_access, groups

urlpatterns = [
    path("", groups.group_list, name="groups"),
    path("new/", groups.group_new, name="group_new"),
    path("<uuid:group_id>/", group.group_page, name="group"),
    path("<uuid:group_id>/details/", group.group_details, name="group_details"),
    path("<uuid:group_id>/deletion/", group.group_deletion, name="group_deletion"),
    path("<uuid:group_id>/members/", group_access.group_members, name="group_members"),
    path("<uuid:group_id>/members/<uuid:member_id>/removal/", group_access.group_member, name="group_member"),
    path("<uuid:group_id>/projects/", group_access.group_projects, name="group_projects"),
    path("<uuid:group_id>/projects/<uuid:project_id>/removal/", group_access.group_project, name="group_project"),
    path("<uuid:group_id>/roles/", group_access.group_roles, name="group_roles"),
]
