"""URLs below /o/<slug>/."""

from django.urls import include, path

from workspace.views import (
    activity,
    avatar,
    first_tasks,
    homepage,
    my_access,
    preferences,
    privacy,
    project,
    project_access,
    projects,
    search,
    workspace,
)

urlpatterns = [
    path("", homepage.homepage, name="homepage"),
    path("tasks/hidden/", first_tasks.tasks_hidden, name="homepage_tasks_hidden"),
    path("tasks/shown/", first_tasks.tasks_shown, name="homepage_tasks_shown"),
    path("tasks/<slug:key>/", first_tasks.task_start, name="homepage_task"),
    path("tasks/<slug:key>/completion/", first_tasks.task_completion, name="homepage_task_completion"),
    path("tasks/<slug:key>/reopening/", first_tasks.task_reopening, name="homepage_task_reopening"),
    path("projects/", projects.project_list, name="projects"),
    path("projects/new/", projects.project_new, name="project_new"),
    path("projects/<uuid:project_id>/", project.project_page, name="project"),
    path("projects/<uuid:project_id>/details/", project.project_details, name="project_details"),
    path("projects/<uuid:project_id>/archive/", project.project_archive, name="project_archive"),
    path("projects/<uuid:project_id>/archive/undo/", project.project_archive_undo, name="project_archive_undo"),
    path("projects/<uuid:project_id>/restoration/", project.project_restoration, name="project_restoration"),
    path("projects/<uuid:project_id>/people/", project_access.project_people, name="project_people"),
    path(
        "projects/<uuid:project_id>/people/<uuid:member_id>/removal/",
        project_access.project_person_removal,
        name="project_person",
    ),
    path("projects/<uuid:project_id>/groups/", project_access.project_groups, name="project_groups"),
    path(
        "projects/<uuid:project_id>/groups/<uuid:group_id>/removal/",
        project_access.project_group_removal,
        name="project_group",
    ),
    path("projects/<uuid:project_id>/undo/", project_access.project_undo, name="project_undo"),
    path("workspace/", workspace.workspace, name="workspace"),
    path("", include("workspace.records.urls")),
    path("search/", search.search, name="search"),
    path("preferences/", preferences.preferences, name="preferences"),
    path("preferences/time-zone/", preferences.time_zone, name="time_zone"),
    path("preferences/security/", privacy.privacy, name="privacy"),
    path("preferences/access/", my_access.my_access, name="my_access"),
    path("preferences/activity/", activity.my_activity, name="my_activity"),
    path("preferences/avatar/", avatar.avatar, name="avatar"),
    path("preferences/avatar/removal/", avatar.avatar_removal, name="avatar_removal"),
]
